"""Made-up spaces of which all is known: families of models in sizes and resolutions, with laws of accuracy and of latency.

Every family has its own offset and slope in both laws, some like large images more than others, and each model has luck of its
own. What is published of accuracies may be right, shifted (by family, and all of them), of other models (shuffled), or absent.
In a space of models, passes and runtimes a quarter fails: a pass breaks some families, a runtime lacks what some are made of,
and a few fail for no reason.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from harness.evaluate import Evaluation
from harness.metrics import METRICS
from harness.record import Fact, Failure
from harness.replay.imported import suite_of
from harness.replay.problem import Problem
from harness.space import Space
from harness.spec import Candidate, Choice

RESOLUTIONS = (128, 160, 192, 224, 256, 320, 384, 448)
CHAINS = ((), ("quantize",), ("prune",), ("prune", "quantize"))
RUNTIMES = ("onnxruntime", "openvino", "torch")
FAILING = 0.26
CORRELATION = 0.95
"""Of what is published of accuracies with the truth."""

Array = NDArray[np.float64]
Prior = Literal["valid", "shifted", "shuffled", "none"]
Values = dict[str, float]


@dataclass(frozen=True, slots=True)
class Models:
    """Models with a value of each kind per (family, size, resolution)."""

    names: tuple[tuple[str, int, int], ...]
    family: NDArray[np.int64]
    parameters: Array
    macs: Array
    activations: Array
    accuracy: Array
    latency: Array

    def outline(self, i: int) -> Values:
        """Return what is known of a model before it is tried."""
        return {"parameters": self.parameters[i], "macs": self.macs[i], "activations": self.activations[i]}

    def choice(self, i: int) -> Choice:
        """Return a model as a suite names it."""
        family, size, resolution = self.names[i]
        name = f"{family}{size}"
        return Choice(part="made", label=f"{name}@{resolution}", options={"name": name, "image_size": resolution})


def models(rng: np.random.Generator, families: int = 18, sizes: int = 9, resolutions: Sequence[int] = RESOLUTIONS) -> Models:
    """Return models that follow the laws, with offsets, slopes and luck of their own."""
    names = tuple(
        itertools.product((f"net{chr(97 + i // 26)}{chr(97 + i % 26)}" for i in range(families)), range(sizes), resolutions)
    )
    each = len(resolutions)
    family = np.repeat(np.arange(families), sizes * each)
    size = np.array([one[1] for one in names]) * 9 / sizes
    pixels = 2 * np.log([one[2] / 224 for one in names])

    def per_family(mean: float, sd: float) -> Array:
        return rng.normal(mean, sd, families)[family]

    def per_size(sd: float) -> Array:
        return np.repeat(rng.normal(0, sd, families * sizes), each)

    parameters = per_family(np.log(3e6), 0.5) + per_family(0.55, 0.12) * size + per_size(0.1)
    macs = parameters + per_family(np.log(150), 0.6) + pixels + per_size(0.1)
    activations = 0.6 * macs + per_family(2.0, 0.5) + 0.2 * pixels
    wrong = (
        per_family(-1.35, 0.18)
        - per_family(0.16, 0.04) * (parameters - np.log(2.5e7))
        - per_family(0.22, 0.07) * pixels
        + per_family(0.06, 0.02) * pixels**2
        + per_size(0.07)
        + rng.normal(0, 0.03, len(names))
    )
    overhead, base, slope = 3e-4, per_family(-25.2, 0.35), per_family(0.85, 0.06)
    latency = (
        np.log(np.exp(base + slope * (macs - 21) + 0.85 * 21) + overhead)
        + per_family(0.25, 0.12) * (activations - activations.mean())
        + per_size(0.06)
        + rng.normal(0, 0.05, len(names))
    )
    accuracy = 1 - np.exp(np.minimum(wrong, -0.05))
    return Models(names, family, np.exp(parameters), np.exp(macs), np.exp(activations), accuracy, np.exp(latency))


def published(rng: np.random.Generator, made: Models, prior: Prior) -> Array | None:
    """Return what others published of the accuracies."""
    if prior == "none":
        return None
    spread = made.accuracy.std()
    told = made.accuracy + rng.normal(0, spread * np.sqrt(1 / CORRELATION**2 - 1), len(made.accuracy))
    if prior == "shifted":
        told = told - 0.08 + rng.normal(0, 1.5 * spread, made.family.max() + 1)[made.family]
    return np.clip(rng.permutation(told) if prior == "shuffled" else told, 0.001, 0.999)


def table(seed: int, prior: Prior = "valid", families: int = 18, sizes: int = 9, memory: bool = False) -> Problem:
    """Return accuracies and latencies of models (1,296 by default); the same seed makes the same table under every prior."""
    made = models(np.random.default_rng([seed, 1]), families, sizes)
    told = published(np.random.default_rng([seed, 2]), made, prior)
    outlines, values, candidates = {}, {}, []
    for i in range(len(made.names)):
        one = Candidate(model=made.choice(i), runtime=Choice(part="runtime", label="runtime"))
        candidates.append(one)
        outlines[one.model.label] = made.outline(i) | ({} if told is None else {"accuracy published": told[i]})
        values[one.label] = {"accuracy": made.accuracy[i], "latency_p50": made.latency[i]}
        if memory:
            values[one.label]["memory_peak"] = 4 * (made.parameters[i] + made.activations[i])
    return problem(f"made-{seed}", candidates, values, outlines=outlines)


def failing(seed: int) -> Problem:
    """Return a space of models, passes and runtimes, 864 candidates, of which a quarter fails, mostly for a reason."""
    rng = np.random.default_rng([seed, 3])
    made = models(rng, families=12, sizes=6, resolutions=(224,))
    faster, worse = rng.uniform(0.45, 0.9, (12, len(CHAINS))), rng.uniform(1.0, 1.15, (12, len(CHAINS)))
    faster[:, 0], worse[:, 0] = 1, 1
    serving = rng.uniform(0.6, 1.6, (12, len(RUNTIMES)))
    candidates, values, places = [], {}, []
    for i, (c, chain), (r, runtime) in itertools.product(range(len(made.names)), enumerate(CHAINS), enumerate(RUNTIMES)):
        passes = tuple(Choice(part=name, label=name) for name in chain)
        one = Candidate(model=made.choice(i), passes=passes, runtime=Choice(part=runtime, label=runtime))
        family = int(made.family[i])
        latency = made.latency[i] * faster[family, c] * serving[family, r] * np.exp(rng.normal(0, 0.05))
        candidates.append(one)
        places.append((family, i * len(CHAINS) + c, c, r))
        values[one.label] = {"accuracy": 1 - (1 - made.accuracy[i]) * worse[family, c], "latency_p50": latency}
    broken = _broken(rng, places)
    sharing = {"accuracy": np.array([artifact for _, artifact, _, _ in places])}
    outlines = {made.choice(i).label: made.outline(i) for i in range(len(made.names))}
    bad = {one.label for one, is_bad in zip(candidates, broken, strict=True) if is_bad}
    return problem(f"failing-{seed}", candidates, values, bad, outlines, sharing)


def _broken(rng: np.random.Generator, places: Sequence[tuple[int, int, int, int]]) -> NDArray[np.bool_]:
    """Return which candidates fail: whole pairs of family and chain or runtime, and some at random, a quarter in all."""
    family, _, chain, runtime = np.array(places).T
    broken = np.zeros(len(places), dtype=bool)
    while broken.mean() < FAILING - 0.05:
        kind, hit = (chain, rng.integers(1, len(CHAINS))) if rng.random() < 0.6 else (runtime, rng.integers(len(RUNTIMES)))
        broken |= (family == rng.integers(family.max() + 1)) & (kind == hit)
    fine = rng.permutation(np.flatnonzero(~broken))
    broken[fine[: max(0, round(FAILING * len(places)) - int(broken.sum()))]] = True
    return broken


def problem(
    name: str,
    candidates: Sequence[Candidate],
    values: Mapping[str, Values],
    bad: frozenset[str] | set[str] = frozenset(),
    outlines: Mapping[str, Values] | None = None,
    sharing: Mapping[str, NDArray[np.int64]] | None = None,
) -> Problem:
    """Return candidates as a problem, whose ranges are those of the ``values`` of all that are not ``bad``."""
    good = [values[one.label] for one in candidates if one.label not in bad]
    suite = suite_of(name, candidates, {metric: [each[metric] for each in good] for metric in good[0]})
    known = {one.label: _evaluation(one, None if one.label in bad else values[one.label]) for one in candidates}
    known[suite.baseline.label] = _evaluation(suite.baseline, {})
    return Problem(name, suite, Space(tuple(candidates), (), (suite.baseline,)), known, sharing or {}, outlines or {})


def _evaluation(candidate: Candidate, values: Values | None) -> Evaluation:
    if values is None:
        failure = Failure(key=candidate.label, kind="crashed", stage="load", message="made to fail")
        return Evaluation(candidate, {}, failure, 0, 0)
    return Evaluation(candidate, {metric: _fact(metric, value, candidate.label) for metric, value in values.items()}, None, 0, 0)


def _fact(metric: str, value: float, of: str) -> Fact:
    unit = METRICS[metric].unit
    return Fact(key=f"{metric} {of}", metric=metric, value=value, low=value, high=value, n=1, unit=unit, subject={"of": of})
