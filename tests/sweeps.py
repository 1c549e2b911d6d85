"""Made-up sweeps whose truth is known: structured candidates, measured as the harness measures them, and a profile.

Models, chains and runtimes have effects and interactions of their own. Every timing has its process's luck and its queries'
noise; accuracies are shares right of the same samples, which are hard or easy for all alike. Everything is measured once, and
what a recommendation is between in three processes, until no doubt is new; facts and intervals are those of ``derive``.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from harness import derive, pairs, stats
from harness.decide.columns import Table, gather
from harness.decide.decision import Recommendation
from harness.decide.recommend import examined, recommend
from harness.decide.utility import wanted, weigh
from harness.metrics import METRICS
from harness.record import Fact
from harness.spec import Constraint, Profile
from harness.stats import Estimate

PROCESSES = 3
CONTENDERS = 6
TIMED = ("latency_p50", "throughput", "memory_peak")
KEPT_OPEN = {"latency_p50": False, "throughput": True, "accuracy": True, "size": False, "memory_peak": False}
"""The metrics, and whether more is better."""


@dataclass(frozen=True, slots=True)
class Sweep:
    """What a sweep found, and the truth of it."""

    profile: Profile
    table: Table
    truth: Table
    baseline: str
    differences: dict[str, dict[str, dict[str, Any]]]
    samples: dict[str, dict[str, NDArray]]

    @property
    def baselines(self) -> dict[str, str]:
        """Return the baseline of each candidate."""
        return dict.fromkeys(self.table, self.baseline)


@dataclass(frozen=True, slots=True)
class Kind:
    """What sweeps are like: ends of what is drawn for each of them."""

    candidates: tuple[int, int] = (20, 60)
    noise: tuple[float, float] = (0.02, 0.05)
    """Standard deviation between processes, of the logarithm."""
    samples: tuple[int, int] = (500, 2000)
    """Of the test split."""
    alike: float = 1.0
    """How different the candidates are, as a factor of all effects: near 0, nearly the same."""
    processes: int = PROCESSES


def sweep(rng: np.random.Generator, kind: Kind = Kind()) -> Sweep:
    """Return a sweep: a suite, measured."""
    world = _World(rng, kind)
    truth = world.truth()
    profile = _profile(rng, truth, world.labels[0])
    taken = {label: {metric: [world.measured(label, metric)] for metric in TIMED} for label in world.labels}
    accuracies, differences, right = world.accuracies()
    while True:
        table = _facts(taken, accuracies, truth)
        found = Sweep(profile, table, truth, world.labels[0], differences, {"accuracy": right})
        open_ = [label for label in _contenders(found) if len(taken[label]["latency_p50"]) < kind.processes]
        if not open_:
            return found
        for label, metric in itertools.product(open_, TIMED):
            taken[label][metric].append(world.measured(label, metric))


def recommended(sweep: Sweep, guard: float | None = None) -> Recommendation:
    """Return what is recommended, with another ``guard`` than the profile's if given."""
    profile = sweep.profile if guard is None else sweep.profile.model_copy(update={"guard": guard})
    return recommend(profile, sweep.table, sweep.baselines, sweep.table, sweep.differences, sweep.samples)


@dataclass(frozen=True, slots=True)
class Judged:
    """A recommendation, by the truth."""

    feasible: bool
    win_probability: float
    best: bool
    """Whether no candidate that truly keeps every constraint is truly better, and it is one of them."""
    violates: bool
    violates_without_guard: bool | None
    """Of what is recommended with no guard band; None where that is nothing."""


def judged(sweep: Sweep) -> Judged:
    """Return what the sweep's recommendation is worth."""
    columns = gather(sweep.table, wanted(sweep.profile), sweep.baselines, sweep.table, sweep.differences, sweep.samples)
    told, careless = examined(sweep.profile, columns), recommended(sweep, guard=0)
    exact = gather(sweep.truth, wanted(sweep.profile), sweep.baselines, sweep.truth)
    truly = weigh(sweep.profile.model_copy(update={"guard": 0.0}), exact)
    most = truly.utility[truly.feasible].max(initial=-np.inf)
    row = exact.rows[str(told.candidate)]
    assert told.win_probability is not None
    return Judged(
        feasible=told.feasible,
        win_probability=told.win_probability,
        best=bool(truly.feasible[row] and truly.utility[row] >= most - 1e-12),
        violates=not truly.feasible[row],
        violates_without_guard=not truly.feasible[exact.rows[str(careless.candidate)]] if careless.feasible else None,
    )


@dataclass(frozen=True, slots=True)
class Bin:
    """Recommendations of about the same win probability."""

    told: float
    true: float
    count: int

    @property
    def chance(self) -> float:
        """Return the standard error that ``true`` has by chance, were ``told`` right."""
        return float(np.sqrt(self.told * (1 - self.told) / self.count))


def reliability(found: Sequence[Judged]) -> list[Bin]:
    """Return the recommendations by tenths of their win probability, and how many were best."""
    bins = []
    for tenth in range(10):
        one = [each for each in found if min(int(each.win_probability * 10), 9) == tenth]
        if one:
            bins.append(Bin(float(np.mean([e.win_probability for e in one])), float(np.mean([e.best for e in one])), len(one)))
    return bins


def gap(bins: Sequence[Bin]) -> float:
    """Return the mean distance of what was told from what is true, weighted by how often it was told."""
    return sum(one.count * abs(one.told - one.true) for one in bins) / sum(one.count for one in bins)


def gap_by_chance(bins: Sequence[Bin]) -> float:
    """Return the gap that bins of these sizes have by chance, were every probability right."""
    return float(np.sqrt(2 / np.pi) * sum(one.count * one.chance for one in bins) / sum(one.count for one in bins))


def _contenders(sweep: Sweep) -> list[str]:
    best = recommended(sweep)
    runner_up = [best.runner_up.candidate] if best.runner_up else []
    return list(dict.fromkeys([*[str(best.candidate), *runner_up, *best.tied][:CONTENDERS], sweep.baseline]))


class _World:
    """Candidates with their true figures, and the machine that measures them."""

    def __init__(self, rng: np.random.Generator, kind: Kind) -> None:
        self.rng = rng
        axes = [range(number) for number in rng.integers((3, 1, 1, 1), (9, 4, 4, 3))]
        while len(every := list(itertools.product(*axes))) < kind.candidates[0]:
            axes = [range(number) for number in rng.integers((3, 1, 1, 1), (9, 4, 4, 3))]
        most = int(rng.integers(kind.candidates[0], kind.candidates[1] + 1))
        chosen = rng.choice(np.arange(1, len(every)), min(most, len(every)) - 1, replace=False)
        self.parts = [every[i] for i in (0, *np.sort(chosen))]
        self.labels = [f"model{m}+chain{c}@runtime{r}:threads={t}" for m, c, r, t in self.parts]
        self.noise = float(rng.uniform(*kind.noise))
        self.within = float(rng.uniform(0.05, 0.3))
        self.samples = int(rng.integers(kind.samples[0], kind.samples[1] + 1))
        big = self._effects(len(axes[0]), 0.7)
        self.logs = {
            "latency_p50": self._timings(big, kind.alike),
            "size": self._sum(np.log(2e6) + big, (0.0, 0.5, 0.0, 0.0), 0.05, kind.alike, depth=2),
            "memory_peak": self._sum(np.log(8e7) + 0.7 * big, (0.0, 0.2, 0.3, 0.0), 0.05, kind.alike, depth=4),
        }
        self.logs["throughput"] = -self.logs["latency_p50"] + rng.normal(0, 0.08 * kind.alike, len(self.parts))
        good = 1.2 + kind.alike * (0.3 * big + rng.normal(0, 0.15, len(big)))
        self.skill = self._sum(good, (0.0, 0.08, 0.01, 0.0), 0.03, kind.alike, depth=3)

    def _effects(self, number: int, sd: float) -> NDArray:
        return self.rng.normal(0, sd, number)

    def _timings(self, big: NDArray, alike: float) -> NDArray:
        return self._sum(np.log(5e-3) + alike * big, (0.3, 0.3, 0.3, 0.4), 0.08, alike, depth=4)

    def _sum(self, base: NDArray, sds: tuple[float, ...], mixed: float, alike: float, depth: int) -> NDArray:
        """Return a sum of effects of the parts, and of one of all of the first ``depth`` parts together."""
        effects = [self.rng.normal(0, alike * sd, 10) for sd in sds]
        together = {parts: self.rng.normal(0, alike * mixed) for parts in dict.fromkeys(p[:depth] for p in self.parts)}
        return np.array(
            [base[p[0]] + sum(e[i] for e, i in zip(effects, p, strict=True)) + together[p[:depth]] for p in self.parts]
        )

    def truth(self) -> dict[str, dict[str, Fact]]:
        """Return the true figures, as facts that are exact."""
        figures = {metric: np.exp(logs) for metric, logs in self.logs.items()} | {"accuracy": ndtr(self.skill)}
        return {
            label: {metric: _fact(metric, Estimate(each[i], each[i], each[i], 1), f"{label}") for metric, each in figures.items()}
            for i, label in enumerate(self.labels)
        }

    def measured(self, label: str, metric: str) -> Fact:
        """Return what one more process says."""
        true = float(np.exp(self.logs[metric][self.labels.index(label)]))
        if metric == "memory_peak":
            value = true * float(np.exp(self.rng.normal(0, 0.01)))
            return _fact(metric, Estimate(value, value, value, 1), label)
        lucky = float(np.exp(self.rng.normal(0, self.noise)))
        if metric == "latency_p50":
            found = stats.percentile(true * lucky * np.exp(self.rng.normal(0, self.within, 100)), 0.5)
        else:
            queries = np.exp(self.rng.normal(0, self.within, 60) - self.within**2 / 2) / (true * lucky)
            found = stats.rate(queries, 1)
        assert found is not None
        return _fact(metric, found, label)

    def accuracies(self) -> tuple[dict[str, Fact], dict[str, dict[str, dict[str, Any]]], dict[str, NDArray]]:
        """Return the accuracies on one draw of samples, the paired differences from the baseline's, and who is right where."""
        hard, right = self.rng.normal(size=self.samples), {}
        own: dict[tuple[int, ...], NDArray] = {}
        for parts, skill in zip(self.parts, self.skill, strict=True):
            luck = 0.72 * hard
            for depth, share in ((1, 0.55), (2, 0.38), (3, 0.16)):
                luck = luck + share * own.setdefault(parts[:depth], self.rng.normal(size=self.samples))
            if parts[:3] not in right:
                right[parts[:3]] = skill + luck / np.sqrt(0.72**2 + 0.55**2 + 0.38**2 + 0.16**2) > 0
        facts, differences = {}, {}
        base = right[self.parts[0][:3]]
        for label, parts in zip(self.labels, self.parts, strict=True):
            mine = right[parts[:3]]
            facts[label] = _fact("accuracy", stats.proportion(int(mine.sum()), self.samples), str(parts[:3]))
            counts = (mine & ~base, ~mine & base, mine & base, ~mine & ~base)
            differences[label] = {"accuracy": pairs.paired(*(int(count.sum()) for count in counts))._asdict()}
        return (
            facts,
            differences,
            {facts[label].key: right[p[:3]].astype(float) for label, p in zip(self.labels, self.parts, strict=True)},
        )


def _facts(taken: dict[str, dict[str, list[Fact]]], accuracies: dict[str, Fact], truth: Table) -> Table:
    """Return the facts of what was measured, as the ledger makes them."""
    spreads = {metric: derive.spread(METRICS[metric], [each[metric] for each in taken.values()]) for metric in TIMED}
    return {
        label: {metric: derive.merged(several, spreads[metric]) for metric, several in each.items()}
        | {"accuracy": accuracies[label], "size": truth[label]["size"]}
        for label, each in taken.items()
    }


def _fact(metric: str, found: Estimate, about: str) -> Fact:
    return Fact(
        key=f"{metric} of {about}",
        metric=metric,
        value=found.value,
        low=found.low,
        high=found.high,
        n=found.n,
        unit=METRICS[metric].unit,
        subject={},
    )


def _profile(rng: np.random.Generator, truth: Table, baseline: str) -> Profile:
    """Return a profile that somebody could have: two to four metrics, one or two constraints that bite for some."""
    values = {metric: np.array([facts[metric].value for facts in truth.values()]) for metric in KEPT_OPEN}
    metrics = rng.choice(list(KEPT_OPEN), rng.integers(2, 5), replace=False)
    ranges, scales = {}, {}
    for metric in metrics:
        low, high = np.quantile(values[metric], (rng.uniform(0, 0.1), rng.uniform(0.8, 1)))
        ranges[str(metric)] = (low, high * 1.001) if KEPT_OPEN[metric] else (high * 1.001, low)
        if metric != "accuracy" and rng.random() < 0.5:
            scales[str(metric)] = "log"
    weights = rng.dirichlet(np.full(len(metrics), 2.0)) + 0.02
    possible = [
        _bound("latency_p50", "<=", 0.0, np.quantile(values["latency_p50"], rng.uniform(0.3, 0.8))),
        _bound("memory_peak", "<=", 0.0, np.quantile(values["memory_peak"], rng.uniform(0.4, 0.9))),
        _bound("accuracy", ">=", 0.0, np.quantile(values["accuracy"], rng.uniform(0.2, 0.7))),
        _bound("accuracy", ">=", 1.0, -float(rng.choice([0.005, 0.01, 0.02, 0.03]))),
        _bound("throughput", ">=", float(rng.choice([1.0, 1.5, 2.0])), 0.0),
        _bound("latency_p50", "<=", float(rng.choice([0.6, 0.8, 1.0])), 0.0),
    ]
    chosen = rng.choice(len(possible), rng.integers(1, 3), replace=False)
    return Profile(
        name="made-up",
        weights=dict(zip(map(str, metrics), map(float, weights), strict=True)),
        ranges=ranges,
        scales=scales,
        constraints=tuple(possible[i] for i in chosen),
    )


def _bound(metric: str, op: str, factor: float, offset: float) -> Constraint:
    text = f"{metric} {op} " + (f"{factor:g} * baseline + {offset:g}" if factor else f"{offset:g}")
    return Constraint.model_validate({"metric": metric, "op": op, "factor": factor, "offset": float(offset), "text": text})
