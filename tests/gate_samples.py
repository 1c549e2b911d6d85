"""Samples for tests of the merge gate: a planted difference per block, or anything that a file may hold."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from hypothesis import strategies as st

from harness.gate.samples import (
    Arm,
    Arms,
    Block,
    Broken,
    Case,
    Exact,
    History,
    Job,
    Metric,
    Outcomes,
    Plan,
    Samples,
    Turn,
)
from harness.record import Environment

HERE = Environment(id="here", identity={"cpu": "Xeon", "cores": 2}, context={}, versions={})
ARMS = Arms(baseline=Arm(label="main", about={"revision": "1f52e74"}), candidate=Arm(label="feature"))
LATENCY = Metric(name="latency", series="latency", unit="s", tol=0.02, detect=0.05)


def turn(*samples: float, quality: Any = "clean") -> Turn:
    """Return a turn with these samples of latency."""
    return Turn(samples={"latency": samples}, quality=quality)


def blocks(differences: Sequence[float], control: Sequence[float] | None = None) -> tuple[Block, ...]:
    """Return blocks whose candidate is worse by these logarithms, and whose control differs by those from the baseline."""
    return tuple(
        Block(
            baseline=turn(0.01),
            candidate=turn(0.01 * math.exp(difference)),
            control=None if control is None else turn(0.01 * math.exp(control[i])),
        )
        for i, difference in enumerate(differences)
    )


def case(differences: Sequence[float] = (), metrics: Sequence[Metric] = (LATENCY,), **more: Any) -> Case:
    """Return a case with planted differences."""
    control = more.pop("control", None)
    return Case(**{"name": "resnet", "metrics": tuple(metrics), "blocks": blocks(differences, control)} | more)


def samples(*cases: Case, **more: Any) -> Samples:
    """Return samples of these cases."""
    return Samples(**{"arms": ARMS, "cases": cases, "environment": HERE, "reproduce": "harness gate suite.yaml"} | more)


def swapped(told: Samples) -> Samples:
    """Return the same with the arms in each other's place."""
    return told.model_copy(update={"cases": tuple(_swapped(one) for one in told.cases)})


def _swapped(one: Case) -> Case:
    turns = tuple(Block(baseline=block.candidate, candidate=block.baseline) for block in one.blocks)
    exact = tuple(each.model_copy(update={"baseline": each.candidate, "candidate": each.baseline}) for each in one.exact)
    told = one.accuracy
    accuracy = told.model_copy(update={"gained": told.lost, "lost": told.gained}) if told else None
    return one.model_copy(update={"blocks": turns, "exact": exact, "accuracy": accuracy})


TEXTS = st.text(min_size=1, max_size=12)
SERIES = ("latency", "cpu_time", "throughput")


@st.composite
def anything(draw: st.DrawFn, control: bool | None = None, stored: bool | None = None) -> Samples:
    """Give samples such as a file may hold: any names, effects, plans and failures; a control or a history, or neither."""
    controlled = draw(st.booleans()) if control is None else control
    from_store = draw(st.booleans()) if stored is None else stored
    names = draw(st.lists(TEXTS, min_size=1, max_size=3, unique=True))
    cases = tuple(draw(_cases(name, controlled and not from_store, from_store)) for name in names)
    history = draw(_histories(cases)) if from_store else None
    plan = Plan(
        looks=draw(st.integers(1, 5)),
        growth=draw(st.sampled_from((1.1, 1.4, 2.0))),
        max_blocks=draw(st.integers(25, 50)),
        on_inconclusive=draw(st.sampled_from(("warn", "fail"))),
    )
    broken = (
        [Broken(case=names[0], arm="candidate", kind="crashed", message=draw(TEXTS))]
        if draw(st.sampled_from((*[False] * 9, True)))
        else []
    )
    stopped = draw(st.sampled_from(("", "", "the time budget of 60 s was used up")))
    return samples(*cases, plan=plan, broken=tuple(broken), stopped=stopped, history=history, reproduce=draw(TEXTS))


@st.composite
def _cases(draw: st.DrawFn, name: str, control: bool, stored: bool) -> Case:
    metrics = draw(st.lists(_metrics(), max_size=4, unique_by=lambda one: one.name))
    effect, noise = draw(st.sampled_from((-0.08, -0.02, 0.0, 0.03, 0.06))), draw(st.sampled_from((0.0, 0.005, 0.03)))
    bias = draw(st.sampled_from((0.0, 0.05)))
    rng = np.random.default_rng(draw(st.integers(0, 999)))
    missing = draw(st.sampled_from((*[None] * 6, "baseline", "candidate")))
    made = [
        _block(rng, effect, noise, bias if control else None, missing, stored)
        for _ in range(draw(st.sampled_from((0, 3, 20, 45))))
    ]
    return Case(
        name=name,
        metrics=tuple(metrics),
        blocks=tuple(made),
        exact=tuple(draw(st.lists(_exact(), max_size=2, unique_by=lambda one: one.name))),
        accuracy=draw(st.none() | _outcomes()),
    )


def _block(rng: np.random.Generator, effect: float, noise: float, bias: float | None, missing: str | None, stored: bool) -> Block:
    def made(arm: str, shift: float) -> Turn:
        series = {
            name: tuple((0.01 * np.exp(shift * (-1 if name == "throughput" else 1) + rng.normal(0, noise, 8))).tolist())
            for name in SERIES
        }
        if missing == arm:
            del series["cpu_time"]
        return Turn(samples=series, quality="contended" if rng.random() < 0.1 else "clean")

    if stored:
        return Block(candidate=made("candidate", effect))
    control = None if bias is None else made("baseline", bias)
    return Block(baseline=made("baseline", 0.0), candidate=made("candidate", effect), control=control)


@st.composite
def _metrics(draw: st.DrawFn) -> Metric:
    series = draw(st.sampled_from(SERIES))
    tol = draw(st.sampled_from((0.0, 0.01, 0.05)))
    return Metric(
        name=draw(TEXTS),
        series=series,
        quantile=draw(st.sampled_from((None, None, 0.95))),
        unit=draw(st.sampled_from(("s", "samples/s", "count", "odd"))),
        higher=series == "throughput",
        tol=tol,
        detect=tol + draw(st.sampled_from((0.02, 0.1))),
        advisory=draw(st.integers(0, 4)) == 0,
        declared=draw(st.booleans()),
        weight=draw(st.sampled_from((0.5, 1.0, 3.0))),
    )


@st.composite
def _exact(draw: st.DrawFn) -> Exact:
    figures = st.sampled_from((0.0, -3.0, 100.0, 100.5, 120.0, 1e18))
    baseline = None if draw(st.sampled_from((*[False] * 9, True))) else draw(figures)
    return Exact(
        name="exact " + draw(TEXTS),
        unit=draw(st.sampled_from(("count", "B", "number"))),
        higher=draw(st.booleans()),
        advisory=draw(st.booleans()),
        declared=draw(st.booleans()),
        limit=draw(st.sampled_from((0.0, 0.01))),
        baseline=baseline,
        candidate=draw(figures),
    )


@st.composite
def _outcomes(draw: st.DrawFn) -> Outcomes:
    few = st.sampled_from((0, 1, 8, 40))
    return Outcomes(both=1000, gained=draw(few), lost=draw(few), neither=draw(few))


@st.composite
def _histories(draw: st.DrawFn, cases: Sequence[Case]) -> History:
    rng = np.random.default_rng(draw(st.integers(0, 999)))
    where, spread = draw(st.sampled_from(("here", "here", "there"))), draw(st.sampled_from((0.0, 0.003, 0.03)))

    def job() -> Job:
        values = {one.name: {metric.name: float(0.01 * np.exp(rng.normal(0, spread))) for metric in one.metrics} for one in cases}
        return Job(environment=where, values=values)

    jobs = tuple(job() for _ in range(draw(st.sampled_from((0, 5, 20, 30)))))
    return History(identities={"here": HERE.identity, "there": {"cpu": "Epyc", "cores": 2}}, jobs=jobs)
