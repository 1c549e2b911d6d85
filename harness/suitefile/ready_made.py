"""Ready-made profiles: priorities to start from, each written as it could stand in a suite file.

Nobody knows what is fast, or right enough, for a model that was never seen: so every range moves with the suite's baseline.

- What a deployment pays for (time, memory, bytes, money) is worth nothing at twice the baseline's and everything at a tenth
  of it, on a log scale: halving it is worth the same wherever one starts. For a rate it is half, and ten times.
- What it is paid for, how right the answers are, is worth nothing 5 points below the baseline and everything 2 above it.
  A point is a hundredth of an accuracy or a correlation, or a twentieth of the baseline's error.
- Each has a floor under how right the answers are: speed must not buy mistakes without limit. It leaves room for the guard,
  since on some hundred test samples two standard errors are more than a point. Budgets in milliseconds or bytes are the
  user's to add.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from harness import units
from harness.metrics import METRICS

QUALITY: Final = "quality"
"""Stands for the first metric of how right scores are in the suite's task."""
LOSE, GAIN = 5, 2
"""Points below and above the baseline at which quality is worth nothing and everything."""
ERROR_POINT: Final = 0.05
"""What a point is of an error that has a unit of its own, as a share of the baseline's."""
PAID_BY_RATE: Final = MappingProxyType({True: ("0.5 * baseline", "10 * baseline"), False: ("2 * baseline", "0.1 * baseline")})
"""(worst, best) of what a deployment pays for, by whether more of it is better."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of deployment. ``floor``: points of quality that it may lose; ``mistakes``: the weight of their mean size.

    ``explained``: the weight of interpretability in a suite that explains decisions.
    """

    summary: str
    why: str
    weights: Mapping[str, float]
    floor: float
    mistakes: float = 0
    explained: float = 0
    guard: float | None = None


READY_MADE: Final[Mapping[str, Kind]] = MappingProxyType(
    {
        "realtime": Kind(
            "one sample at a time, an answer now",
            "Somebody waits for each answer, so its time weighs as much as its rightness. The slow answers are those that are"
            " noticed: one in twenty is slower than the p95, and 130 queries are enough to know it; p99 takes 662.",
            {"latency_p95": 4, QUALITY: 4, "memory_peak": 1},
            floor=2,
        ),
        "throughput": Kind(
            "many samples, and nobody waits: a nightly job",
            "Only the rate counts, whatever the batch size. Memory weighs a little: it limits how many run side by side.",
            {"throughput": 4, QUALITY: 4, "memory_peak": 1},
            floor=2,
        ),
        "edge": Kind(
            "a small device: little memory, little storage, started often",
            "What does not fit is worth nothing, so memory and bytes together outweigh time. Devices sleep: starting counts."
            " A point more of quality may be given up than elsewhere. Energy is left out, since few machines can count it.",
            {"memory_peak": 3, "size": 2, "latency_p95": 2, "cold_start": 1, QUALITY: 4},
            floor=3,
        ),
        "cost": Kind(
            "as cheap as it gets, for answers that stay good",
            "Money for 1,000 samples at full load, by the price that the suite states. Memory weighs a little: machines with less"
            " are cheaper, which the price of this one does not show.",
            {"cost": 4, QUALITY: 4, "memory_peak": 1},
            floor=2,
        ),
        "regulated": Kind(
            "decisions that must be justified",
            "Rightness comes first, and hardly any of it may be given up: one point, by three standard errors instead of"
            " two. In a regression the mean size of a mistake counts beside the root of the squares. Fewer stored"
            " weights are easier to review, of trees as of networks. Where the suite explains decisions, interpretability"
            " counts from 0 to 100 %, nearly as much as rightness.",
            {QUALITY: 5, "parameters": 2},
            floor=1,
            mistakes=2,
            explained=4,
            guard=3,
        ),
    }
)


def written(name: str, quality: str, *, explained: bool = False) -> dict[str, Any]:
    """Return a ready-made profile as a suite file has it, judging by the metric ``quality``; ``explained``: decisions are."""
    kind = READY_MADE[name]
    weights = {quality if metric == QUALITY else metric: weight for metric, weight in kind.weights.items()}
    if kind.mistakes and quality == "rmse":
        weights["mae"] = kind.mistakes
    if kind.explained and explained:
        weights["interpretability"] = kind.explained
    return {
        "weights": weights,
        "range": {metric: _range(metric, quality) for metric in weights},
        "constraints": [_floor(quality, kind.floor)],
        **({} if kind.guard is None else {"guard": kind.guard}),
    }


def _range(metric: str, quality: str) -> Any:
    if metric == "interpretability":
        return ["0 %", "100 %"]
    return _paid_for(metric) if metric in (quality, "mae") else _paid(metric)


def _paid(metric: str) -> dict[str, str]:
    worst, best = PAID_BY_RATE[METRICS[metric].higher]
    return {"worst": worst, "best": best, "scale": "log"}


def _paid_for(metric: str) -> list[str]:
    return [_points(metric, -LOSE), _points(metric, GAIN)]


def _floor(metric: str, points: float) -> str:
    return f"{metric} {'>=' if METRICS[metric].higher else '<='} {_points(metric, -points)}"


def _points(metric: str, points: float) -> str:
    """Return what is so many points better than the baseline."""
    sign, size = "-" if points < 0 else "+", abs(points)
    if not METRICS[metric].higher:
        return f"{1 - ERROR_POINT * points:g} * baseline"
    return f"baseline {sign} {size:g} pp" if METRICS[metric].unit == units.SHARE else f"baseline {sign} {size / 100:g}"
