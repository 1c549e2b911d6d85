"""What was decided: one judgement a metric, and what they come to. Values only."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Final, Literal

from harness.spec import Value

Said = Literal["regressed", "missing", "void", "refused", "continue", "inconclusive", "pass", "improved"]
Came = Literal["failed"] | Said

EXIT: Final[Mapping[Came, int]] = MappingProxyType(
    {
        "failed": 5,
        "regressed": 1,
        "missing": 1,
        "void": 3,
        "refused": 4,
        "continue": 3,
        "inconclusive": 3,
        "pass": 0,
        "improved": 0,
    }
)
"""Exit statuses, what matters most first; ``inconclusive`` is 0 where the plan only warns of it."""

FAILING: Final = frozenset({"regressed", "missing"})
"""What of a metric fails the merge for the candidate's own sake."""


class Judgement(Value):
    """What is said of a metric of a case, and what it rests on.

    Changes are shares of the baseline, positive where the candidate's figure is larger; of an accuracy they are differences.
    """

    case: str
    metric: str
    unit: str
    higher: bool
    kind: Literal["timed", "exact", "accuracy", "stored"]
    verdict: Said
    gates: bool
    """Whether it counts for the run: it is not advisory, and that it is missing was not declared."""
    tol: float
    detect: float | None = None
    baseline: float | None = None
    candidate: float | None = None
    change: float | None = None
    low: float | None = None
    high: float | None = None
    """One-sided bounds at the levels that the verdict rests on; of an accuracy the ends of a 95 % interval."""
    blocks: int | None = None
    """How many blocks it rests on."""
    needed: int | None = None
    """About how many it takes to decide what is open, where that can be foreseen."""
    waits: bool = False
    """It would pass, were its control known not to differ by as much as is to be caught."""
    jobs: int | None = None
    """How many earlier jobs it rests on."""
    detectable: float | None = None
    """The smallest change for the worse that these could tell from nothing."""


class Bias(Value):
    """The control, a copy of the baseline, that differs from it: then the harness measures arms unequally, and nothing holds."""

    case: str
    metric: str
    change: float
    low: float
    high: float
    """Bounds at the level at which a metric is called regressed."""
    blocks: int


class Verdict(Value):
    """What the run comes to, what becomes of the merge, and why."""

    verdict: Came
    exit_status: int
    judgements: tuple[Judgement, ...]
    biases: tuple[Bias, ...] = ()
    looks: tuple[int, ...] = ()
    differs: tuple[str, ...] = ()
    """What of the environment differs from that of the stored baseline, in words."""


def came_to(said: Iterable[Said], broken: bool) -> Came:
    """Return what a run comes to: what matters most of what was said; improved where something did and all else passed."""
    found: set[Came] = {*said}
    if broken:
        return "failed"
    if found == {"pass", "improved"}:
        return "improved"
    return next((one for one in EXIT if one in found), "pass")


def exit_status(verdict: Came, on_inconclusive: Literal["warn", "fail"]) -> int:
    """Return the exit status of a run."""
    return 0 if verdict == "inconclusive" and on_inconclusive == "warn" else EXIT[verdict]
