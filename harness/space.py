"""The space of a suite: every candidate that makes sense, and what was left out by which rule. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from harness.compatibility import refusal, workload
from harness.labels import find
from harness.registry import Registry
from harness.spec import Candidate, Suite


@dataclass(frozen=True, slots=True)
class Excluded:
    """A rule that kept combinations out of the space, how many, and one of them."""

    rule: str
    count: int
    example: str


@dataclass(frozen=True, slots=True)
class Space:
    """The candidates of a suite in the order of its axes, each label once, and the exclusions."""

    candidates: tuple[Candidate, ...]
    excluded: tuple[Excluded, ...]
    baselines: tuple[Candidate, ...]
    """The baseline at every batch size; members of ``candidates`` or not."""

    @property
    def everything(self) -> tuple[Candidate, ...]:
        """The candidates, and the baselines that are not among them."""
        known = {candidate.label for candidate in self.candidates}
        return self.candidates + tuple(b for b in self.baselines if b.label not in known)

    def find(self, wanted: str) -> Candidate:
        """Return the candidate or baseline that is meant (``labels.find``); raises InputError where none or several are."""
        known = {candidate.label: candidate for candidate in self.everything}
        return known[find(wanted, known)]

    def baseline_of(self) -> dict[str, str]:
        """Return, per candidate label, the label of its baseline: the one with the same batch size."""
        by_batch = {baseline.batch_size: baseline.label for baseline in self.baselines}
        return {candidate.label: by_batch[candidate.batch_size] for candidate in self.everything}


def expand(suite: Suite, registry: Registry) -> Space:
    """Return the space of ``suite``."""
    candidates: list[Candidate] = []
    left_out: dict[str, list[str]] = {}
    given = workload(registry, suite.dataset, suite.task)
    for candidate in _product(suite):
        reason = refusal(registry, candidate.model, candidate.passes, candidate.runtime, given)
        if reason:
            left_out.setdefault(reason, []).append(candidate.label)
        else:
            candidates.append(candidate)
    return Space(
        candidates=tuple(candidates),
        excluded=tuple(Excluded(rule, len(labels), labels[0]) for rule, labels in left_out.items()),
        baselines=tuple(suite.baseline.model_copy(update={"batch_size": size}) for size in suite.batch_sizes),
    )


def _product(suite: Suite) -> Iterator[Candidate]:
    for model in suite.models:
        for chain in suite.chains:
            for runtime in suite.runtimes:
                for size in suite.batch_sizes:
                    yield Candidate(model=model, passes=chain, runtime=runtime, batch_size=size, device=suite.device)
