"""Made-up tables whose truth is known: families of models in sizes and resolutions, with laws of accuracy and of latency.

Every family has its own offset and slope in both laws, some like large images more than others, and each model has luck of its
own. What is published of accuracies may be right, shifted (by family, and all of them), of other models (shuffled), or absent.
Some tables have points that fail: a pass that breaks some families, a runtime that lacks an operator, and a few at random.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from harness.evaluate import Evaluation
from harness.metrics import METRICS
from harness.record import Fact, Failure
from harness.replay.problem import Problem
from harness.space import Space
from harness.spec import Candidate, Choice, Limits, Measure, Profile, Search, Suite, Target

FAMILIES = 18
SIZES = 9
RESOLUTIONS = (128, 160, 192, 224, 256, 320, 384, 448)
PASSES = ("quantize", "prune", "distill")
RUNTIMES = ("onnxruntime", "openvino", "torch")

Prior = Literal["valid", "shifted", "shuffled", "none"]


@dataclass(frozen=True, slots=True)
class Law:
    """What a table's models are: a value of each per (family, size, resolution)."""

    names: list[tuple[str, int, int]]
    family: NDArray[Any]
    parameters: NDArray[Any]
    macs: NDArray[Any]
    activations: NDArray[Any]
    accuracy: NDArray[Any]
    latency: NDArray[Any]


def law(rng: np.random.Generator, families: int = FAMILIES, sizes: int = SIZES) -> Law:
    """Return the models of a table."""
    names = list(itertools.product((_name(i) for i in range(families)), range(sizes), RESOLUTIONS))
    family = np.repeat(np.arange(families), sizes * len(RESOLUTIONS))
    size = np.array([one[1] for one in names])
    pixels = np.array([(one[2] / 224) ** 2 for one in names])

    def per_family(mean: float, sd: float) -> NDArray[Any]:
        return rng.normal(mean, sd, families)[family]

    def per_model(sd: float) -> NDArray[Any]:
        return np.repeat(rng.normal(0, sd, families * sizes), len(RESOLUTIONS))

    start, step = per_family(np.log(3e6), 0.5), per_family(0.55, 0.12)
    parameters = start + step * size + per_model(0.1)
    macs = parameters + per_family(np.log(150), 0.6) + np.log(pixels) + per_model(0.1)
    activations = 0.6 * macs + per_family(2.0, 0.5) + 0.2 * np.log(pixels)
    wrong = (
        per_family(-1.35, 0.18)
        - per_family(0.16, 0.04) * (parameters - np.log(2.5e7))
        - per_family(0.22, 0.07) * np.log(pixels)
        + per_family(0.06, 0.02) * np.log(pixels) ** 2
        + per_model(0.07)
        + rng.normal(0, 0.03, len(names))
    )
    latency = (
        np.log(np.exp(per_family(-25.2, 0.35) + per_family(0.85, 0.06) * (macs - 21) + 0.85 * 21) + 3e-4)
        + per_family(0.25, 0.12) * (activations - activations.mean())
        + per_model(0.06)
        + rng.normal(0, 0.05, len(names))
    )
    return Law(names, family, np.exp(parameters), np.exp(macs), np.exp(activations), 1 - np.exp(np.minimum(wrong, -0.05)), np.exp(latency))


def _name(number: int) -> str:
    return "net" + "".join(chr(ord("a") + int(digit)) for digit in str(number))


def published(rng: np.random.Generator, made: Law, prior: Prior, correlation: float = 0.95) -> NDArray[Any] | None:
    """Return what others published of the accuracies."""
    if prior == "none":
        return None
    noise = made.accuracy.std() * np.sqrt(1 / correlation**2 - 1)
    told = made.accuracy + rng.normal(0, noise, len(made.accuracy))
    if prior == "shifted":
        told = told - 0.08 + rng.normal(0, 1.5 * made.accuracy.std(), made.family.max() + 1)[made.family]
    if prior == "shuffled":
        told = rng.permutation(told)
    return np.clip(told, 0.001, 0.999)


def table(seed: int, prior: Prior = "valid") -> Problem:
    """Return a table of accuracies and latencies, 1,296 candidates; with the same seed it is the same under every prior."""
    made = law(np.random.default_rng([seed, 1]))
    told = published(np.random.default_rng([seed, 2]), made, prior)
    candidates, outlines, values = [], {}, {}
    for i, (family, size, resolution) in enumerate(made.names):
        model = Choice(part="made", label=f"{family}{size}@{resolution}", options={"name": f"{family}{size}", "image_size": resolution})
        candidates.append(Candidate(model=model, runtime=Choice(part="runtime", label="runtime")))
        outlines[model.label] = {
            "parameters": float(made.parameters[i]),
            "macs": float(made.macs[i]),
            "activations": float(made.activations[i]),
        } | ({} if told is None else {"accuracy published": float(told[i])})
        values[candidates[-1].label] = {"accuracy": float(made.accuracy[i]), "latency_p50": float(made.latency[i])}
    return problem(f"made-{seed}", candidates, values, {}, outlines)


def problem(name, candidates, values, failing, outlines) -> Problem:
    """Return a problem with one profile, whose ranges are those of the values."""
    metrics = list(next(iter(values.values())))
    ranges = {}
    for metric in metrics:
        found = [one[metric] for label, one in values.items() if label not in failing]
        ranges[metric] = (min(found), max(found)) if METRICS[metric].higher else (max(found), min(found))
    profile = Profile(
        name="balanced",
        weights=dict.fromkeys(metrics, 1.0),
        ranges=ranges,
        scales={metric: "log" for metric in metrics if metric != "accuracy"},
    )
    stand_in = Candidate(model=Choice(part="made", label="none"), runtime=Choice(part="none", label="none"))
    suite = Suite(
        name=name,
        folder="",
        dataset=Choice(part="made", label="made"),
        batch_sizes=(1,),
        baseline=stand_in,
        models=(),
        chains=((),),
        runtimes=(),
        scenarios=(),
        profiles=(profile,),
        search=Search(),
        measure=Measure(),
        limits=Limits(),
        target=Target(),
    )
    known = {
        one.label: Evaluation(one, {}, _failure(one.label), 0, 0)
        if one.label in failing
        else Evaluation(one, {m: _fact(m, v, one.label) for m, v in values[one.label].items()}, None, 0, 0)
        for one in candidates
    }
    known[stand_in.label] = Evaluation(stand_in, {}, None, 0, 0)
    return Problem(name, suite, Space(tuple(candidates), (), (stand_in,)), known, {}, outlines)


def _failure(key: str) -> Failure:
    return Failure(key=key, kind="crashed", stage="load", message="made to fail")


def _fact(metric: str, value: float, key: str) -> Fact:
    return Fact(key=key, metric=metric, value=value, low=value, high=value, n=1, unit=METRICS[metric].unit, subject={"of": key})
