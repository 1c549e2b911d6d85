"""A quick look at a candidate before it is measured in full: short timings, and scores on a part of the test split.

It ends what cannot win any more (``prospects``). Its facts have keys of their own, since they depend on the shorter timings and
on the samples: they are known the next time, and never stand for full ones.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Any, Final

import numpy as np

from harness.decide.columns import Table
from harness.evaluate import Evaluator, QuickLook
from harness.ledger import ACCURACY, Known, Ledger
from harness.pairs import paired
from harness.prospects import hopeless
from harness.record import Artifact, Fact
from harness.space import Space
from harness.spec import Candidate, Measure, Suite
from harness.workshop import Say

SAMPLES: Final = 512
WORTH: Final = 4
"""A look pays where the whole test split has so many times its samples."""
QUICK: Final = Measure(min_queries=11, min_time=0.05, max_queries=64, max_time=0.1, hard_time=5.0, processes=1, again=0)
SAMPLES_KEPT: Final = 4
"""Runs whose raw samples stay in memory: those of a candidate and of its baseline."""

Finished = Callable[[], Table]
"""Facts by label of what was measured in full so far."""


def quick(suite: Suite, probed: frozenset[str]) -> Suite | None:
    """Return the suite as a quick look asks it; None where there is none. Scenarios that are ``probed`` take too long for it."""
    wish = suite.search.screen
    if wish == 0 or suite.task == "embedding" or suite.search.algorithm == "exhaustive":
        return None
    scenarios = tuple(choice for choice in suite.scenarios if choice.part not in probed)
    return suite.model_copy(
        update={"measure": QUICK, "scenarios": scenarios, "own_metric": None, "explain": None, "subset": wish or SAMPLES}
    )


def screen(full: Ledger, space: Space, finished: Finished, evaluator: Evaluator | None = None) -> Screen | None:
    """Return what looks quickly at the candidates of a suite, where it wants that; without ``evaluator`` nothing is measured."""
    asked = quick(full.suite, frozenset(name for name, part in full.registry.scenarios.items() if part.probed))
    if asked is None:
        return None
    ledger = full.of(asked)
    return Screen(full, space, ledger, evaluator.of(ledger) if evaluator else None, finished)


class Screen:
    """Looks quickly at the candidates of one suite."""

    def __init__(self, full: Ledger, space: Space, ledger: Ledger, quick: Evaluator | None, finished: Finished) -> None:
        """``ledger`` is that of the quick suite, which ``quick`` measures by; without that it judges by what is known."""
        self._full, self._space, self._ledger = full, space, ledger
        self._quick, self._finished = quick, finished
        self._baseline_of = space.baseline_of()
        self._samples = lru_cache(SAMPLES_KEPT)(full.store.samples)

    def look(self, candidate: Candidate, artifact: Artifact, say: Say) -> QuickLook:
        """Return what a quick look at ``candidate`` tells; raises JobError.

        What is known already may be enough: its files alone, or facts it shares with others.
        """
        if not self._looks_at(candidate, artifact):
            return QuickLook()
        known = self._full.look_up([candidate])
        told = self._judged(known)[candidate.label]
        missing = self._ledger.look_up([candidate])[candidate.label].missing
        if told.why or not missing or not self._quick:
            return told
        say("a quick look")
        added = self._quick.measure(candidate, artifact, missing, say)
        return replace(self._judged(known)[candidate.label], added=added)

    def ended(self, known: Mapping[str, Known]) -> dict[str, QuickLook]:
        """Return what a look tells of those candidates that it ends by what is known of them, by label."""
        open_ = {
            label: one
            for label, one in known.items()
            if one.artifact and not one.complete and self._looks_at(one.candidate, one.artifact)
        }
        return {label: told for label, told in self._judged(open_).items() if told.why}

    def _looks_at(self, candidate: Candidate, artifact: Artifact) -> bool:
        """Whether there is a look at a candidate: a baseline is needed in full, and a look at few samples saves nothing."""
        pays = bool(self._full.suite.search.screen) or (artifact.samples or 0) >= WORTH * SAMPLES
        return pays and candidate.label not in self._baseline_of.values()

    def _judged(self, known: Mapping[str, Known]) -> dict[str, QuickLook]:
        """Return what is known of candidates, and why they are not to be measured in full, where it says so."""
        quick = self._ledger.look_up([one.candidate for one in known.values()])
        facts = {label: {**quick[label].facts, **one.facts} for label, one in known.items()}
        finished = self._finished()
        differences = {label: found for label, one in facts.items() if (found := self._difference(label, one, finished))}
        why = hopeless(self._full.suite, self._space, facts, finished, differences)
        return {label: QuickLook(one, why.get(label)) for label, one in facts.items()}

    def _difference(self, label: str, facts: Mapping[str, Fact], finished: Table) -> dict[str, Any]:
        """Return by how much a candidate's accuracy differs from its baseline's, on the samples of the quick look."""
        mine, theirs = facts.get(ACCURACY), finished.get(self._baseline_of[label], {}).get(ACCURACY)
        if mine is None or theirs is None or mine.run is None or theirs.run is None:
            return {}
        few, whole = self._samples(mine.run), self._samples(theirs.run)
        if "rows" not in few or not np.array_equal(whole["labels"][few["rows"]], few["labels"]):
            return {}
        a = few["predictions"].argmax(axis=1) == few["labels"]
        b = whole["predictions"][few["rows"]].argmax(axis=1) == few["labels"]
        return {ACCURACY: paired(*(int(count.sum()) for count in (a & ~b, ~a & b, a & b, ~a & ~b)))._asdict()}
