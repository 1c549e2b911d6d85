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
    """A hard constraint that is broken, or kept only within the noise of its value.

    ``miss`` is the relative distance to the bound, and within the noise to a bound that is stricter by the guard band; None
    where nothing is known.
    """

    constraint: str
    metric: str
    value: float | None
    bound: float | None
    miss: float | None
    within_noise: bool = False
    """The value itself is inside the bound, but not by the standard errors that the profile's ``guard`` asks for."""


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


class Contender(Value):
    """A candidate that is first in some resamples of the facts."""

    candidate: str
    win_probability: float
    feasible: bool
    """Whether it keeps every constraint by the guard band, as the recommended one does."""


class Turn(Value):
    """Where the winner changes, and to whom; ``candidate`` is None where nothing feasible is left."""

    at: float
    candidate: str | None


class WeightTurns(Value):
    """The nearest shares of a metric's weight at which the winner changes, the other weights in their proportions."""

    metric: str
    share: float
    """What it has: its weight by the sum of the weights."""
    below: Turn | None = None
    above: Turn | None = None


class BoundTurns(Value):
    """The bounds of a constraint at which the winner changes; a relative one moves by its offset.

    ``at`` of a turn is the bound of the winner itself, which a relative constraint takes from its baseline.
    """

    constraint: str
    metric: str
    bound: float
    tightened: Turn | None = None
    """Where the winner falls out, and who follows."""
    loosened: Turn | None = None
    """Where the first better candidate comes in."""


class Place(Value):
    """How a candidate fares when weights and facts are drawn: the shares of the draws in which it is first, second, third."""

    candidate: str
    ranks: tuple[float, float, float]
    weights: dict[str, float] | None = None
    """Mean weights, as shares, of the draws in which it is first; None where it never is."""


class Sensitivity(Value):
    """What would have to be otherwise for another winner."""

    weights: tuple[WeightTurns, ...] = ()
    constraints: tuple[BoundTurns, ...] = ()
    near: tuple[Place, ...] = ()
    """Weights drawn around the profile's."""
    anywhere: tuple[Place, ...] = ()
    """Any weights, all as likely."""


class Knee(Value):
    """The candidate where the profile's front bends most; ``distance`` is how far inside of the line between its ends."""

    candidate: str
    distance: float


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
    win_probability: float | None = None
    """How often ``candidate`` is first when every fact is drawn anew from its interval; None where that was not asked."""
    contenders: tuple[Contender, ...] = ()
    """The others that are first then, most often first."""
    sensitivity: Sensitivity | None = None
    knee: Knee | None = None
