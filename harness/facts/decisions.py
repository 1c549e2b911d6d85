"""What to deploy for a profile, how sure that is, and what it holds for."""

from __future__ import annotations

from pydantic import JsonValue

from harness.decide.decision import Contender, Knee, RunnerUp, Sensitivity, Term, Violation
from harness.facts.told import ShownFact, Told
from harness.spec import End


class Weakness(Told):
    """What a recommendation rests on that is not as good as it looks."""

    kind: str
    words: str
    candidate: str | None = None
    metrics: tuple[str, ...] = ()
    evaluated: int | None = None
    candidates: int | None = None


class Change(Told):
    """Something that ends a recommendation."""

    changes: str
    words: str


class Validity(Told):
    """What a recommendation holds for."""

    environment: dict[str, JsonValue]
    holds_until: tuple[Change, ...]
    weak: tuple[Weakness, ...]


class Deployment(Told):
    """What to deploy for a profile."""

    feasible: bool
    """Whether ``candidate`` keeps every constraint; else it is the nearest miss."""
    candidate: str | None
    """Null where nothing was measured."""
    utility: float | None
    half_width: float | None
    """Of the interval of ``utility``."""
    terms: tuple[Term, ...]
    """What each metric adds to ``utility``."""
    violations: tuple[Violation, ...]
    tied: tuple[str, ...]
    """Those whose difference of utility is inside the noise, best first."""
    runner_up: RunnerUp | None
    considered: int
    infeasible: int
    """Of those considered, how many break a constraint."""
    win_probability: float | None
    """How often it is first when every fact is drawn anew from its interval."""
    contenders: tuple[Contender, ...]
    sensitivity: Sensitivity | None
    """What would change it, and the rank acceptabilities: near the profile's weights, and anywhere."""
    knee: Knee | None
    facts: dict[str, ShownFact]
    baseline: str | None
    """What its relative constraints refer to."""
    baseline_facts: dict[str, ShownFact]
    validity: Validity


class Anchor(Told):
    """The candidate that settles ranges which move with the baseline, and these ranges by profile and metric."""

    candidate: str
    ranges: dict[str, dict[str, tuple[End, End]]]
