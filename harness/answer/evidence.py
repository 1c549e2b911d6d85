"""What the raw runs of a store add to an answer: paired differences, memory over time, every latency, why a figure is absent."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache, lru_cache
from typing import Any, Final

import numpy as np

from harness import scoring
from harness.answer import behaviour, latencies, loads
from harness.behaviour.flips import changed
from harness.interfaces import Array
from harness.ledger import ACCURACY, OWN_METRIC, ROBUSTNESS, Known
from harness.measure import contention
from harness.metrics import OWN, QUALITIES
from harness.operators import Profile, read
from harness.pairs import paired
from harness.record import Fact
from harness.search.trials import Trial, trials
from harness.spec import Suite
from harness.store import Store

POINTS_AT_MOST: Final = 300
"""Of a curve of memory over time: more would not be seen."""

SAMPLES_KEPT: Final = 8
"""Runs whose raw samples stay in memory: a baseline and the candidate beside it, for each of their metrics."""


class Evidence:
    """Reads the runs of ``store`` as they are asked for, each once: one that is kept never changes."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self._samples = lru_cache(SAMPLES_KEPT)(store.samples)
        self._apart = cache(self._difference)
        self._answers = cache(self._answered)
        self._behaviour: dict[tuple[str, ...], dict[str, Any] | None] = {}

    def accuracy(self, fact: Fact | None, baseline: Fact | None) -> Mapping[str, float] | None:
        """Return the difference of two accuracies on the same samples; None where they were not taken on the same."""
        return self._apart("accuracy", fact.run, baseline.run) if fact and baseline else None

    def right(self, facts: Iterable[Fact | None]) -> dict[str, Array]:
        """Return which samples each accuracy has right, by key, of those that were asked the same samples as the first."""
        known = {fact.key: answers for fact in facts if fact and (answers := self._answers(fact.run)) is not None}
        labels = next((answers[0] for answers in known.values()), None)
        return {
            key: (each[0] == each[1]).astype(float)
            for key, each in known.items()
            if labels is not None and np.array_equal(each[0], labels)
        }

    def flips(self, fact: Fact | None, parent: Fact | None) -> dict[str, float] | None:
        """Return how many predictions changed from those of ``parent``; None where they were not made on the same samples."""
        mine, theirs = (self._answers(one.run) if one else None for one in (fact, parent))
        if mine is None or theirs is None or not np.array_equal(mine[0], theirs[0]):
            return None
        return changed(mine[0], mine[1], theirs[1])._asdict()

    def behaviour(self, one: Known, baseline: Known | None, suite: Suite) -> dict[str, Any] | None:
        """Return how a candidate behaves, seen against the suite's ``baseline``; None where no class of it is judged."""
        rests_on = [each.done.get(task) for each in (one, baseline) if each for task in (ACCURACY, ROBUSTNESS)]
        asked = [repr(each) for each in (rests_on, suite.costs, suite.groups, suite.corruptions)]
        if tuple(asked) not in self._behaviour:
            self._behaviour[tuple(asked)] = behaviour.told(one, baseline, suite, self.store)
        return self._behaviour[tuple(asked)]

    def profile(self, one: Known) -> Profile | None:
        """Return the time of each operator of a candidate, if that was taken."""
        return None if one.profile is None else read(self.store.run(one.profile)["profile"])

    def explanation(self, one: Known) -> tuple[dict[str, Any], dict[str, Array]] | None:
        """Return what is told of a candidate's explanations, and their arrays; None where there was no try to explain it."""
        return None if one.explained is None else (self.store.run(one.explained)["explain"], self._samples(one.explained))

    def judged(self, facts: Mapping[str, Fact], baseline: Mapping[str, Fact]) -> dict[str, Mapping[str, float]]:
        """Return the differences of the other metrics of how right scores are, by metric, on the same samples."""
        found = {
            name: self._apart(name, facts[name].run, baseline[name].run)
            for name in QUALITIES
            if name != "accuracy" and name in facts and name in baseline
        }
        return {name: one for name, one in found.items() if one is not None}

    def _difference(self, name: str, run: int | None, other: int | None) -> Mapping[str, float] | None:
        """Return the difference of a metric from one run to the other; None where they were not asked the same samples."""
        if run is None or other is None:
            return None
        if name == "accuracy":
            return self._right_more(run, other)
        mine, theirs = self._samples(run), self._samples(other)
        if "labels" not in mine or "labels" not in theirs or not np.array_equal(mine["labels"], theirs["labels"]):
            return None
        if name not in OWN.values():
            return scoring.difference(name, mine["predictions"], theirs["predictions"], mine["labels"])
        both = min(len(one["own_metric"]) for one in (mine, theirs))  # the draws are the same, in the same order
        apart = mine["own_metric"][:both] - theirs["own_metric"][:both]
        low, high = scoring.ends(apart[1:], float(apart[0]))
        return {"value": float(apart[0]), "low": low, "high": high, "n": len(mine["labels"])}

    def _right_more(self, run: int, other: int) -> dict[str, float] | None:
        mine, theirs = self._answers(run), self._answers(other)
        if mine is None or theirs is None or not np.array_equal(mine[0], theirs[0]):
            return None
        a, b = mine[1] == mine[0], theirs[1] == theirs[0]
        return paired(*(int(count.sum()) for count in (a & ~b, ~a & b, a & b, ~a & ~b)))._asdict()

    def resamples(self, one: Known) -> int | None:
        """Return how many resamples the interval of the suite's own metric rests on; None where it was not asked."""
        number = one.done.get(OWN_METRIC)
        return None if number is None else len(self._samples(number)["own_metric"]) - 1

    def _answered(self, run: int | None) -> tuple[Array, Array] | None:
        """Return the labels of the test split and the classes that a run predicted; None where unknown."""
        if run is None:
            return None
        samples = self._samples(run)
        known = "predictions" in samples and "labels" in samples
        return (samples["labels"], samples["predictions"].argmax(axis=1)) if known else None

    def memory(self, one: Known) -> list[list[float]]:
        """Return resident memory of the candidate's first process over time: pairs of seconds and bytes."""
        about = one.candidate.model_dump(mode="json")
        for number in one.runs:
            body = self.store.run(number)
            if body["candidate"] == about and body.get("memory"):
                curve = body["memory"]
                few = np.unique(np.linspace(0, len(curve) - 1, min(len(curve), POINTS_AT_MOST)).astype(int))
                return [[round(curve[i][0], 3), curve[i][1]] for i in few]
        return []

    def server(self, one: Known) -> str | None:
        """Return why a search for an arrival rate gave no figure, if it did not."""
        found = self._server(one)
        why: str | None = found["why"] if found else None
        return why

    def _server(self, one: Known) -> dict[str, Any] | None:
        """Return what a search for an arrival rate found, if there was one."""
        number = one.done.get("server")
        return None if number is None else self.store.run(number)["found"]["server"]

    def latencies(self, one: Known) -> dict[str, dict[str, Any]]:
        """Return how long the queries of a candidate took, by scenario, those of all its processes together.

        Of the ``server`` scenario it is those of the largest rate that held.
        """
        taken = {scenario: self._timings(scenario, runs) for scenario, runs in one.timed.items()}
        found = self._server(one)
        if found:
            taken["server"] = loads.at_held_rate(found, self._samples(one.done["server"]))
        return {scenario: latencies.distribution(each) for scenario, each in taken.items() if each is not None}

    def _timings(self, scenario: str, runs: Iterable[int]) -> Array | None:
        each = [samples[scenario] for run in runs if scenario in (samples := self._samples(run))]
        return np.concatenate(each) if each else None

    def contention(self, one: Known) -> dict[str, list[dict[str, Any]]]:
        """Return what else used the machine while the queries of a candidate were timed: by scenario, a process each."""
        told = {scenario: self._told(scenario, runs) for scenario, runs in one.timed.items()}
        return {scenario: [_disturbance(each) for each in several] for scenario, several in told.items() if several}

    def _told(self, scenario: str, runs: Iterable[int]) -> list[dict[str, Any]]:
        return [found[scenario] for run in runs if scenario in (found := self.store.run(run)["found"])]

    def rates(self, one: Known) -> dict[str, Any] | None:
        """Return what a search for an arrival rate tried; None where there was none."""
        found = self._server(one)
        return loads.by_rate(found, self._samples(one.done["server"])) if found else None

    def trials(self, study: str) -> list[Trial]:
        """Return what the study of a name tried, in order."""
        return trials(self.store, study)


def _disturbance(timing: Mapping[str, Any]) -> dict[str, Any]:
    """Return the shares of contention of one timing, and what slowed the processor down, in words."""
    used = contention.shares(timing["usage"]) if "usage" in timing else {}
    return {name: round(share, 4) for name, share in used.items()} | {"throttled": timing.get("throttled", [])}


def same_samples(facts: Mapping[str, Fact], others: Mapping[str, Fact], evidence: Evidence) -> dict[str, Mapping[str, Any]]:
    """Return how much right one candidate is more than another, by metric, where both were asked the same samples."""
    accuracy = evidence.accuracy(facts.get("accuracy"), others.get("accuracy"))
    return ({} if accuracy is None else {"accuracy": accuracy}) | evidence.judged(facts, others)
