"""Algorithms beside each other on one problem, as plain data: their curves, and the figures that sum them up over seeds."""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, get_args

import numpy as np

from harness.decide import pareto
from harness.errors import InputError
from harness.interfaces import Array
from harness.replay.playing import Curve, Played, curve, play
from harness.replay.problem import Problem, Worth, worth
from harness.spec import Search

PARTS: Final = (0.25, 0.5, 1.0)
"""Of the trials: what was reached after them is told."""
SHARES: Final = (0.9, 0.95, 0.99)
"""Of the full hypervolume: how many evaluations they took is told."""


def require(algorithms: Sequence[str]) -> None:
    """Raise InputError for the first that is no algorithm of a search."""
    there = get_args(Search.model_fields["algorithm"].annotation)
    for name in algorithms:
        if name not in there:
            raise InputError(f"there is no algorithm {name!r}", f"one of {', '.join(there)}")


def compare(
    problem: Problem,
    algorithms: Sequence[str],
    trials: int,
    seeds: Sequence[int],
    settle: bool = False,
    say: Callable[[str], None] = lambda _: None,
) -> dict[str, Any]:
    """Return what each of ``algorithms`` reaches on ``problem`` within so many ``trials``, with each of ``seeds``."""
    measure = worth(problem)
    trials = min(trials, len(problem.space.candidates))
    found = {}
    for name in dict.fromkeys(algorithms):
        played = []
        for at, seed in enumerate(seeds):
            say(f"{problem.name}: {name}, seed {at + 1} of {len(seeds)}")
            played.append(play(problem, name, trials, seed, settle))
        found[name] = _algorithm(played, measure, trials)
    return {
        "problem": problem.name,
        "candidates": len(problem.space.candidates),
        "failing": int(measure.failing.sum()),
        "front": int(pareto.front(measure.losses).sum()),
        "hypervolume": measure.volume,
        "priors": list(problem.priors),
        "trials": trials,
        "seeds": list(seeds),
        "algorithms": found,
    }


def _algorithm(played: Sequence[Played], worth: Worth, trials: int) -> dict[str, Any]:
    curves = [curve(one, worth) for one in played]
    volumes = np.stack([_stretched(one.volume, trials) for one in curves])
    regrets = {name: np.stack([_stretched(one.regret[name], trials) for one in curves]) for name in worth.utilities}
    tried = sum(len(one.tried) for one in played)
    return {
        "reached": [_after(max(1, round(part * trials)), volumes) for part in PARTS],
        "evaluations": [{"share": share, **_evaluations(share, curves)} for share in SHARES],
        "regret": {name: {"mean": float(r[:, -1].mean()), "worst": float(r[:, -1].max())} for name, r in regrets.items()},
        "failing": sum(int(one.failing.sum()) for one in curves) / tried,
        "twice": tried - sum(len(set(one.tried)) for one in played),
        "seconds": sum(one.proposing for one in played) / tried,
        "settled": _settled(played),
        "curves": {"hypervolume": _band(volumes), "regret": _band(np.mean(list(regrets.values()), axis=0))},
    }


def _stretched(values: Array, length: int) -> Array:
    """Return values over so many evaluations: a search that stopped early stays where it is."""
    return np.append(values, np.full(max(0, length - len(values)), values[-1]))[:length]


def _after(count: int, volumes: Array) -> dict[str, Any]:
    reached = volumes[:, count - 1]
    return {"trials": count, "mean": float(reached.mean()), "least": float(reached.min())}


def _evaluations(share: float, curves: Sequence[Curve]) -> dict[str, Any]:
    """Return how many evaluations a share took: the median and the worst over seeds, None where it was not reached."""
    found = [int(at[0]) + 1 if len(at := np.flatnonzero(one.volume >= share)) else math.inf for one in curves]
    middle = statistics.median_high(found)
    return {
        "median": int(middle) if math.isfinite(middle) else None,
        "worst": int(max(found)) if math.isfinite(max(found)) else None,
        "seeds": sum(map(math.isfinite, found)),
    }


def _settled(played: Sequence[Played]) -> Mapping[str, int] | None:
    """Return after how many evaluations searches settled, where any did."""
    counts = sorted(len(one.tried) for one in played if one.stop == "settled")
    if not counts:
        return None
    return {"seeds": len(counts), "least": counts[0], "median": statistics.median_high(counts), "most": counts[-1]}


def _band(values: Array) -> dict[str, list[float]]:
    """Return the mean and the ends over seeds, after each evaluation."""
    ends = {"mean": values.mean(axis=0), "least": values.min(axis=0), "most": values.max(axis=0)}
    return {name: [round(float(value), 5) for value in each] for name, each in ends.items()}
