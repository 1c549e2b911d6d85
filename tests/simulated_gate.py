"""A machine of known noise, and the merge gate on it: how often it is wrong, and how soon it is right.

Everything is vectorised over *series*, one a metric of a run; their noise is independent. The decisions are those of
``harness.gate`` at the levels and looks that it plans; ``tests/unit/gate/test_simulated.py`` holds the two against each other.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from harness.gate import looks, signed_rank, statistic, turns
from harness.gate.samples import ArmName, Plan
from harness.gate.signed_rank import Bounds
from harness.gate.timed import NULL

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]

QUERY = 0.005
"""Seconds of a query on a silent machine: a slice of an arm is then 35 to 50 ms."""
QUERIES = 40
"""Of an arm in a block, or a few more, so that all slices are alike."""
STARTING = 1.0
"""Seconds that a process takes until it is measured: so long the machine goes on between blocks."""


@dataclass(frozen=True)
class Noise:
    """What disturbs a query, as factors of its time. Shares and sizes are of one, times are seconds."""

    within: float
    """Standard deviation of a query around its process."""
    between: float
    """Standard deviation of processes."""
    mode: float
    """How much slower one process in ten is as a whole."""
    drift: float
    """Standard deviation of the machine's slow drift, an Ornstein-Uhlenbeck process with ``drift_time``."""
    burst: float
    """How much slower everything is while another program is busy, which comes and goes by chance."""
    burst_share: float
    spikes: float
    """Share of queries that take 1 + X times as long, X of a Pareto distribution with exponent 2."""
    mode_chance: float = 0.1
    drift_time: float = 20.0
    burst_time: float = 0.5


SHARED = Noise(within=0.03, between=0.015, mode=0.03, drift=0.02, burst=0.12, burst_share=0.1, spikes=0.01)
QUIET = Noise(within=0.01, between=0.005, mode=0.01, drift=0.007, burst=0.04, burst_share=0.03, spikes=0.003)
"""A third of it."""
BAD = Noise(within=0.06, between=0.03, mode=0.06, drift=0.04, burst=0.24, burst_share=0.2, spikes=0.02)
"""Twice as much of all, and bursts twice as often."""
WORSE = Noise(within=0.09, between=0.045, mode=0.09, drift=0.06, burst=0.36, burst_share=0.3, spikes=0.03)
"""Three times as much."""

NIGHTLY = Plan(looks=5, growth=1.7, max_blocks=120)


@dataclass(frozen=True)
class Setting:
    """A gate's arms and plan, and the machine they are measured on. The arms are the same; effects are added to what was seen."""

    noise: Noise
    control: bool = False
    penalty: float = 0.0
    """How much slower the first slice of each round is; the others, where it is negative."""
    fixed: bool = False
    """The arms always come in the same order: a harness that is not fair."""
    plan: Plan = field(default_factory=Plan)
    metrics: int = 20

    @property
    def arms(self) -> int:
        """How many processes a block has."""
        return 3 if self.control else 2

    @property
    def looks(self) -> tuple[int, ...]:
        """After how many blocks the gate looks."""
        return looks.looks(self.plan, 1 / self.metrics)

    @property
    def rounds(self) -> NDArray[np.int64]:
        """Places in the order of a block's arms, round by round."""
        order: tuple[ArmName, ...] = ("baseline", "candidate", "control")
        places = [order.index(arm) for arm in turns.slices(order[: self.arms])]
        rounds = np.array(places).reshape(-1, self.arms)
        return np.sort(rounds, axis=1) if self.fixed else rounds

    @property
    def slice_queries(self) -> int:
        """Queries in a slice."""
        return math.ceil(QUERIES / len(self.rounds))

    @property
    def block_time(self) -> float:
        """Seconds measured in a block, of all arms."""
        return self.arms * len(self.rounds) * self.slice_queries * QUERY


@dataclass(frozen=True)
class Seen:
    """What each look (the first axis) saw of each series (the second): bounds of the differences, where nothing differs."""

    setting: Setting
    low: Array
    """The lower bound at the strict level."""
    high: Array
    likely: Array
    """The upper bound at the loose level."""
    null_low: Array
    """The bounds of the control against the baseline, at the strict level."""
    null_high: Array
    null_apart: Array
    """How far apart the two may be, at the loose level."""
    spread: float
    """Standard deviation of a block's difference, of the median series."""

    def judged(self, effect: float = 0.0, tol: float = 0.02, detect: float = 0.05) -> Found:
        """Return what is said where the candidate is slower by ``effect`` in all metrics: it moves every bound by as much."""
        slower, apart = math.log1p(effect), math.log1p(NULL)
        return Found(
            setting=self.setting,
            regressed=self.low + slower > math.log1p(tol),
            improved=self.high + slower < -math.log1p(tol),
            passed=self.likely + slower < math.log1p(detect),
            biased=(self.null_low > apart) | (self.null_high < -apart),
            clear=self.null_apart < math.log1p(detect),
        )


@dataclass(frozen=True)
class Found:
    """What each look (the first axis) said of each series (the second), whatever an earlier one had said.

    A metric's first decision ends its measuring; what a run calls regressed is counted as if it went on for others' sake.
    """

    setting: Setting
    regressed: Flags
    improved: Flags
    passed: Flags
    biased: Flags
    clear: Flags
    """The control is surely no further from the baseline than what is to be caught."""

    @property
    def alarms(self) -> float:
        """The share of runs that call any metric regressed at any look, even if they go on to the last, but for void ones."""
        return float((self._runs(self.regressed).any(0) & ~self._runs(self.biased).any(0)).mean())

    @property
    def void(self) -> float:
        """The share of runs that find the control biased before all metrics are decided and their control is clear."""
        over = self.decided & np.logical_or.accumulate(self.clear, axis=0)
        over = over.reshape(len(self.setting.looks), -1, self.setting.metrics).all(2)
        before = np.vstack([np.zeros_like(over[:1]), over[:-1]])
        return float((self._runs(self.biased) & ~before).any(0).mean())

    @property
    def let_through(self) -> float:
        """The share of metrics whose first decision is that they pass."""
        return float(self._first(self.passed & ~self.regressed & ~self.improved).mean())

    @property
    def undecided(self) -> float:
        """The share of metrics that no look decides."""
        return float(1 - self.decided[-1].mean())

    def caught(self, within: float = math.inf) -> float:
        """Return the share of metrics whose first decision is that they regressed, within so many seconds measured."""
        seconds = np.array(self.setting.looks)[self.decided.argmax(axis=0)] * self.setting.block_time
        return float((self._first(self.regressed) & (seconds <= within)).mean())

    @property
    def decided(self) -> Flags:
        """Whether a series is decided after a look."""
        found: Flags = np.logical_or.accumulate(self.regressed | self.improved | self.passed, axis=0)
        return found

    def _runs(self, flags: Flags) -> Flags:
        """Return whether some metric of a run has a flag, by look and run."""
        return flags.reshape(len(self.setting.looks), -1, self.setting.metrics).any(2)

    def _first(self, flags: Flags) -> Flags:
        """Return whether a series has a flag at the look that decides it."""
        first, each = self.decided.argmax(axis=0), np.arange(self.decided.shape[1])
        return flags[first, each] & self.decided[first, each]


def simulate(setting: Setting, runs: int, seed: int, at_once: int = 100) -> Seen:
    """Return what the gate sees in so many runs in which nothing differs."""
    parts = []
    for first in range(0, runs, at_once):
        rng = np.random.default_rng([seed, first])
        parts.append(seen(setting, figures(setting, min(at_once, runs - first) * setting.metrics, rng)))
    bounds = ("low", "high", "likely", "null_low", "null_high", "null_apart")
    whole = {name: np.concatenate([getattr(one, name) for one in parts], axis=1) for name in bounds}
    return Seen(setting=setting, spread=float(np.median([one.spread for one in parts])), **whole)


def seen(setting: Setting, figures: Array) -> Seen:
    """Return what looks at the figures of arms (first axis), series and blocks (last axis) see."""
    baseline, candidate = figures[0], figures[1]
    differences = candidate - (baseline + figures[2]) / 2 if setting.control else candidate - baseline
    null = figures[2] - baseline if setting.control else None
    strict, loose = setting.plan.alpha / setting.metrics / setting.plan.looks, setting.plan.beta / setting.plan.looks
    bounds = []
    for blocks in setting.looks:
        _, (sure, likely) = signed_rank.estimate(differences[:, :blocks], (strict, loose))
        same = Bounds(0 * sure.low, 0 * sure.low)
        apart, perhaps = (same, same) if null is None else signed_rank.estimate(null[:, :blocks], (strict, loose))[1]
        bounds.append((sure.low, sure.high, likely.high, apart.low, apart.high, np.maximum(-perhaps.low, perhaps.high)))
    spread = float(np.median(differences.std(axis=1, ddof=1)))
    return Seen(setting, *map(np.array, zip(*bounds, strict=True)), spread=spread)


def figures(setting: Setting, series: int, rng: np.random.Generator) -> Array:
    """Return the logarithm of each arm's figure (first axis) in each series and block (last axis)."""
    machine, noise, arms = Machine(setting.noise, series, rng), setting.noise, setting.arms
    each, rounds = np.arange(series), setting.rounds
    found = np.empty((arms, series, setting.looks[-1]))
    for block, at in enumerate(_orders(setting, series, rng)):
        machine.pass_time(STARTING * arms)
        luck = rng.normal(0, noise.between, (arms, series)) + math.log1p(noise.mode) * (
            rng.random((arms, series)) < noise.mode_chance
        )
        slices: list[list[Array]] = [[] for _ in range(arms)]
        for one in rounds:
            for place, which in enumerate(one):
                penalised = (place == 0) == (setting.penalty > 0)
                level = machine.level() + penalised * math.log1p(abs(setting.penalty))
                slices[which].append(level.astype(np.float32)[:, None] + _queries(noise, (series, setting.slice_queries), rng))
                machine.pass_time(setting.slice_queries * QUERY)
        taken = np.stack([np.concatenate(one, axis=1) for one in slices])
        for arm in range(arms):
            samples = np.exp(taken[at[:, arm], each] + luck[arm].astype(np.float32)[:, None])
            found[arm, :, block] = statistic.best(samples, higher=False)
    return found


def _orders(setting: Setting, series: int, rng: np.random.Generator) -> Iterator[NDArray[np.int64]]:
    """Give for each block the place of each arm in its order: random, and reversed in every second block, as ``turns`` has it."""
    straight = np.tile(np.arange(setting.arms), (series, 1))
    for block in range(setting.looks[-1]):
        if setting.fixed:
            yield straight
        elif block % 2 == 0:
            order = rng.permuted(straight, axis=1)
            yield order
        else:
            yield setting.arms - 1 - order


def _queries(noise: Noise, shape: tuple[int, int], rng: np.random.Generator) -> Array:
    """Return the logarithms of queries on a machine that is otherwise silent; single precision is quicker and enough."""
    logs = rng.standard_normal(shape, dtype=np.float32) * np.float32(noise.within)
    spiked = rng.random(shape, dtype=np.float32) < noise.spikes
    logs[spiked] += np.log1p(rng.pareto(2, int(spiked.sum()))).astype(np.float32)
    return logs


class Machine:
    """The machine's state at a time, of each series: its drift, and whether another program is busy."""

    def __init__(self, noise: Noise, series: int, rng: np.random.Generator) -> None:
        self._noise, self._rng = noise, rng
        self._drift = rng.normal(0, noise.drift, series)
        self._busy = rng.random(series) < noise.burst_share

    def level(self) -> Array:
        """Return the logarithm of how much slower it is now."""
        return self._drift + math.log1p(self._noise.burst) * self._busy

    def pass_time(self, seconds: float) -> None:
        """Go on by some time."""
        noise, rng = self._noise, self._rng
        kept = math.exp(-seconds / noise.drift_time)
        self._drift = kept * self._drift + math.sqrt(1 - kept * kept) * rng.normal(0, noise.drift, len(self._drift))
        remembered = math.exp(-seconds / (noise.burst_time * (1 - noise.burst_share)))
        chance = noise.burst_share + (self._busy - noise.burst_share) * remembered
        self._busy = rng.random(len(self._busy)) < chance
