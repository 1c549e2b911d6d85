"""The facts of behaviour, from outputs that are stored: derived whenever one is missing, and no model runs for it.

So a store from before there was a metric, other costs of mistakes, or a baseline that is known only now measure nothing anew.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from functools import cached_property
from pathlib import Path
from typing import Final

import numpy as np

from harness import derive
from harness.behaviour import costs, groups, robust
from harness.behaviour.brier import brier
from harness.behaviour.calibration import Judged, calibration_error, judged
from harness.behaviour.classes import worst_class
from harness.behaviour.flips import changed
from harness.behaviour.probabilities import probabilities
from harness.behaviour.temperature import calibrated
from harness.interfaces import Array
from harness.ledger import ACCURACY, ROBUSTNESS, Known, Ledger
from harness.metrics import BEHAVIOUR, METRICS, Scope
from harness.record import Artifact
from harness.spec import Costs, Groups, Suite
from harness.stats import Estimate
from harness.store import Store


def complete(ledger: Ledger, known: Collection[Known]) -> int:
    """Add to the store what follows from the stored outputs of candidates and is not in it; return how many facts that are."""
    lacking = {one.candidate.label: names for one in known if (names := _lacking(ledger, one))}
    if not lacking:
        return 0
    asked = {one.candidate.label: one for one in known}
    baseline = ledger.look_up([ledger.suite.baseline])[ledger.suite.baseline.label]
    others = Outputs(ledger.suite, ledger.store, baseline) if ACCURACY in baseline.done else None
    added: set[str] = set()
    for label, names in lacking.items():
        added |= _derived(ledger, asked[label], names, others, added)
    return len(added)


def _lacking(ledger: Ledger, one: Known) -> list[str]:
    """Return the metrics of behaviour that a candidate has no facts of, though what they follow from is stored."""
    if one.artifact is None or ACCURACY not in one.done:
        return []
    return [name for name in BEHAVIOUR if name in ledger.metrics and name not in one.facts and _there(ledger.suite, one, name)]


def _there(suite: Suite, one: Known, name: str) -> bool:
    """Whether what a metric follows from can be read; costs of other classes than the model's say nothing of it."""
    scope, artifact = METRICS[name].scope, one.artifact
    if scope is Scope.CORRUPTED:
        return ROBUSTNESS in one.done
    if scope is Scope.COSTED:
        return suite.costs is not None and artifact is not None and len(suite.costs.mistakes) == artifact.classes
    if scope is Scope.GROUPED:
        return artifact is not None and (Path(artifact.inputs) / "samples.npy").exists()
    return True


def _derived(ledger: Ledger, one: Known, names: Iterable[str], baseline: Outputs | None, before: set[str]) -> set[str]:
    """Derive facts of one candidate, but for those whose keys were ``before`` it, as others share them; return their keys."""
    if one.artifact is None:
        return set()
    subject = ledger.subject(one.candidate, one.artifact)
    outputs = Outputs(ledger.suite, ledger.store, one)
    keys = {name: derive.key(METRICS[name], subject) for name in names}
    found = {name: outputs.estimate(name, baseline) for name, key in keys.items() if key not in before}
    for run in {one.done[_task(name)] for name in found}:
        told = {name: each for name, each in found.items() if one.done[_task(name)] == run}
        ledger.store.add_facts(run, derive.of_estimates(told, subject))
    return {keys[name] for name, each in found.items() if each is not None}


def _task(name: str) -> str:
    """Return the task whose run a metric rests on."""
    return ROBUSTNESS if METRICS[name].scope is Scope.CORRUPTED else ACCURACY


class Outputs:
    """What is stored of one candidate's answers, each read or made once, when it is asked for."""

    def __init__(self, suite: Suite, store: Store, one: Known) -> None:
        """``one`` has its accuracy measured, on the whole test split."""
        self._suite, self._store, self._one = suite, store, one

    @cached_property
    def _samples(self) -> Mapping[str, Array]:
        return self._store.samples(self._one.done[ACCURACY])

    @property
    def scores(self) -> Array:
        """The scores of each test sample, as the model gives them."""
        return self._samples["predictions"]

    @cached_property
    def shares(self) -> Array:
        """The probabilities of all classes, of each test sample."""
        return probabilities(self.scores)

    @cached_property
    def labels(self) -> Array:
        """The true classes."""
        return self._samples["labels"]

    @cached_property
    def predicted(self) -> Array:
        """The classes that are predicted."""
        found: Array = self.scores.argmax(axis=1)
        return found

    @cached_property
    def calibrated(self) -> Array:
        """The probabilities at the temperature that the other samples give."""
        return calibrated(self.scores, self.labels)

    @property
    def judged(self) -> Judged:
        """How sure each prediction is, and whether it is right."""
        return judged(self.shares, self.labels)

    @cached_property
    def corrupted(self) -> Mapping[str, Array] | None:
        """What is predicted of corrupted samples, if that was asked."""
        number = self._one.done.get(ROBUSTNESS)
        return None if number is None else self._store.samples(number)

    def answers(self, asked: Costs) -> tuple[costs.Answers, Array]:
        """Return what is cheapest for each sample, and what that really costs."""
        mistakes = np.array(asked.mistakes)
        found = costs.answers(self.calibrated, mistakes, asked.person)
        return found, costs.paid(found, self.labels, mistakes, asked.person)

    def above(self, asked: Groups) -> Array | None:
        """Return which samples are in the first of the two groups; None where the rows are gone, or others."""
        path = Path(self._artifact.inputs) / "samples.npy"
        if not path.exists():
            return None
        rows = np.load(path, mmap_mode="r")
        if rows.ndim != 2 or len(rows) != len(self.labels) or asked.column >= rows.shape[1]:
            return None
        found: Array = np.asarray(rows[:, asked.column]) > asked.above
        return found

    @property
    def _artifact(self) -> Artifact:
        if self._one.artifact is None:
            raise LookupError(self._one.candidate.label)
        return self._one.artifact

    def sides(self, asked: Groups) -> dict[str, groups.Sides] | None:
        """Return how often each group is classified rightly, and how often as the positive class."""
        above = self.above(asked)
        if above is None:
            return None
        hits = {"accuracy": self.predicted == self.labels, "rate": self.predicted == asked.positive}
        found = {name: groups.sides(each, above) for name, each in hits.items()}
        return {name: both for name, both in found.items() if both}

    def changes(self, other: Outputs) -> Estimate | None:
        """Return the share of predicted classes that are others than ``other``'s; of the same run, exactly none."""
        if self._one.done[ACCURACY] == other._one.done[ACCURACY]:
            return Estimate(0.0, 0.0, 0.0, len(self.labels))
        if not np.array_equal(self.labels, other.labels):
            return None
        return Estimate(*changed(self.labels, self.predicted, other.predicted)[:4])

    def estimate(self, name: str, baseline: Outputs | None) -> Estimate | None:
        """Return a metric of behaviour; None where it is not defined."""
        if name == "flips":
            return self.changes(baseline) if baseline else None
        return _ESTIMATES[name](self)

    def cost(self, name: str) -> Estimate | None:
        """Return what samples cost, or the share that a person is asked about."""
        if self._suite.costs is None:
            return None
        found, each = self.answers(self._suite.costs)
        return (
            costs.review_rate(found) if name == "review_rate" else costs.expected_cost(each, np.array(self._suite.costs.mistakes))
        )

    def gap(self, name: str) -> Estimate | None:
        """Return how far the two groups are apart."""
        both = self.sides(self._suite.groups) if self._suite.groups else None
        return groups.gap(both[name]) if both and name in both else None

    def held(self) -> Estimate | None:
        """Return the accuracy on corrupted samples."""
        found = self.corrupted
        return robust.robust_accuracy(found["corrupted"], found["corrupted_labels"]) if found else None

    def surer(self) -> Estimate | None:
        """Return how much surer the model is of samples than of shuffled ones."""
        found = self.corrupted
        return robust.ood_gap(found["clean_confidence"], found["shuffled_confidence"]) if found else None


_ESTIMATES: Final[Mapping[str, Callable[[Outputs], Estimate | None]]] = {
    "calibration_error": lambda one: calibration_error(one.judged),
    "brier": lambda one: brier(one.shares, one.labels),
    "accuracy_worst_class": lambda one: worst_class(one.predicted, one.labels),
    "expected_cost": lambda one: one.cost("expected_cost"),
    "review_rate": lambda one: one.cost("review_rate"),
    "robust_accuracy": Outputs.held,
    "ood_gap": Outputs.surer,
    "group_accuracy_gap": lambda one: one.gap("accuracy"),
    "group_rate_gap": lambda one: one.gap("rate"),
}
