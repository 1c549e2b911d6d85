"""What a run did so far: how many facts it measured and found, what failed, and the best candidate per profile."""

from __future__ import annotations

import time
from collections.abc import Mapping

from harness.answer.grounds import Decider
from harness.decide.columns import Table
from harness.evaluate import Evaluation
from harness.ledger import Known, finished
from harness.running.progress import Observer, Status


class Tally:
    """Counts evaluations as they come, and tells ``observer`` of them."""

    def __init__(self, decider: Decider, known: Mapping[str, Known], observer: Observer) -> None:
        """``known`` is what the store knew when the run began."""
        self._decider, self._observer = decider, observer
        self._began = time.monotonic()
        self._before = finished(known)
        self._measured = self._failed = 0
        self._seen: dict[str, Evaluation] = {}
        self._looked_up: dict[str, int] = {}

    @property
    def elapsed(self) -> float:
        """Seconds since the run began."""
        return time.monotonic() - self._began

    def add(self, evaluation: Evaluation) -> Evaluation:
        """Count an evaluation and tell the observer."""
        self._measured += evaluation.measured
        self._failed += evaluation.failure is not None
        self._seen[evaluation.candidate.label] = evaluation
        self._looked_up.setdefault(evaluation.candidate.label, evaluation.reused)
        self._observer.evaluated(evaluation)
        return evaluation

    def finished(self) -> Table:
        """Return the facts of everything that is measured in full by now, by label."""
        seen = {label: one.facts for label, one in self._seen.items() if not one.failure and not one.ended}
        return {**self._before, **seen}

    def counts(self, known: Mapping[str, Known]) -> dict[str, int]:
        """Return facts measured in this run, and facts of the answer that were known before it or shared."""
        untouched = sum(len(one.facts) for label, one in known.items() if one.complete and label not in self._looked_up)
        return {"measured": self._measured, "reused": self._reused + untouched}

    @property
    def _reused(self) -> int:
        """Facts of the candidates seen that were looked up."""
        return sum(self._looked_up.values())

    def status(self, planned: int, tried: int, durations: list[float]) -> Status:
        """Return how far the run is."""
        known = self.finished()
        best = {one.profile: one for one in self._decider.among(known, known, ties=False).decided()}
        budget = self._decider.suite.search.minutes * 60 - self.elapsed
        recent = durations[-10:]
        left = min(budget, (planned - tried) * sum(recent) / len(recent)) if recent else None
        return Status(planned, tried, self._measured, self._reused, self._failed, self.elapsed, left, best)
