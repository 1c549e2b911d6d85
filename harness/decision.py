"""What was decided: scores, violations and recommendations. Values only."""

from __future__ import annotations

from harness.spec import Value


class Term(Value):
    """One metric's part in a utility. ``value`` is None where the metric is not known; it then counts as the worst."""

    metric: str
    value: float | None
    utility: float
    weight: float
    contribution: float
    """What it adds to the score: weight × utility ÷ sum of weights."""


class Violation(Value):
    """A hard constraint that is broken. ``miss`` is the relative distance to the bound; None where nothing is known."""

    constraint: str
    metric: str
    value: float | None
    bound: float | None
    miss: float | None


class Score(Value):
    """A candidate under a profile: utility in [0, 1] with the half-width of its interval."""

    candidate: str
    utility: float
    half_width: float
    terms: tuple[Term, ...]
    violations: tuple[Violation, ...] = ()


class RunnerUp(Value):
    """The best candidate that is not recommended, and what it loses by, worst first."""

    candidate: str
    utility: float
    why: str


class Recommendation(Value):
    """The candidate to ship for a profile.

    When nothing is feasible, ``feasible`` is False and ``candidate`` is the nearest miss with its ``violations``; it is
    None when nothing was measured.
    """

    profile: str
    feasible: bool
    candidate: str | None = None
    utility: float | None = None
    half_width: float | None = None
    terms: tuple[Term, ...] = ()
    violations: tuple[Violation, ...] = ()
    tied: tuple[str, ...] = ()
    runner_up: RunnerUp | None = None
    considered: int = 0
    """Candidates with facts."""
    infeasible: int = 0
    """Those of them that break a constraint."""
