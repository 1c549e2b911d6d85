"""What a suite is decided on: the facts of those that count, and what each has more than its baseline on the same samples.

The answer, and the run that leads to it, decide on the same grounds: what a run measures again is what will be recommended.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from harness.answer.evidence import Evidence, same_samples
from harness.decide import utility
from harness.decide.columns import Columns, Differences, Samples, Table, gather
from harness.decide.decision import Recommendation
from harness.decide.recommend import recommend
from harness.ledger import Known
from harness.space import Space
from harness.spec import Profile, Suite


@dataclass(frozen=True, slots=True)
class Grounds:
    """Whom a suite is decided among, and on what."""

    profiles: tuple[Profile, ...]
    """With the ranges that the suite's baseline settles."""
    full: Table
    """The facts of all that are measured in full."""
    eligible: Table
    """The facts of those of them that are in the space and did not fail."""
    references: Table
    """The facts of all that did not fail, baselines among them."""
    baseline_of: Mapping[str, str]
    paired: Differences
    """Of all that are measured in full."""
    samples: Samples

    def columns(self, metrics: Iterable[str]) -> Columns:
        """Return the columns of the eligible."""
        return gather(self.eligible, metrics, self.baseline_of, self.references, self.paired, self.samples)

    def decided(self) -> tuple[Recommendation, ...]:
        """Return the recommendation for each profile."""
        about = self.eligible, self.baseline_of, self.references, self.paired, self.samples
        return tuple(recommend(profile, *about) for profile in self.profiles)


class Decider:
    """Finds the grounds that a suite is decided on, as often as more is known."""

    def __init__(self, suite: Suite, space: Space, evidence: Evidence) -> None:
        self.suite, self.evidence = suite, evidence
        self._baseline_of = space.baseline_of()
        self._inside = {candidate.label for candidate in space.candidates}

    def of(self, known: Mapping[str, Known]) -> Grounds:
        """Return the grounds of what the store knows."""
        full = {label: one.facts for label, one in known.items() if one.facts and one.complete}
        return self.among(full, {label: one.facts for label, one in known.items() if one.facts and not one.failure})

    def among(self, full: Table, references: Table, *, ties: bool = True) -> Grounds:
        """Return the grounds of these facts: of all that are measured in full, and of all that did not fail.

        Without ``ties`` the raw samples are left out, which takes less time and changes nothing but who is tied.
        """
        baselines = {label: references.get(self._baseline_of.get(label, ""), {}) for label in full}
        return Grounds(
            profiles=utility.anchored(self.suite, references),
            full=full,
            eligible={label: facts for label, facts in full.items() if label in self._inside and label in references},
            references=references,
            baseline_of=self._baseline_of,
            paired={label: same_samples(facts, baselines[label], self.evidence) for label, facts in full.items()},
            samples={"accuracy": self.evidence.right(one.get("accuracy") for one in references.values())} if ties else {},
        )
