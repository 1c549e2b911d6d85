"""All candidates of a suite, judged: what is recommended per profile, the front, and the tables that was decided on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from harness.answer.evidence import Evidence
from harness.answer.grounds import Decider
from harness.answer.notable import by_utility, dominated_by, notable
from harness.decide import recommend, utility
from harness.decide.columns import Columns, Table, gather
from harness.decide.decision import Recommendation
from harness.decide.utility import Weighed
from harness.ledger import Known
from harness.record import Fact
from harness.search.objectives import objectives
from harness.space import Space
from harness.spec import Suite


@dataclass(frozen=True)
class Judged:
    """What was decided, and on what."""

    suite: Suite
    """With the ranges that its baseline settles."""
    known: Mapping[str, Known]
    shown: Mapping[str, Known]
    """Those with facts of whom nothing is left to do."""
    table: Table
    """The facts of all that did not fail."""
    columns: Columns
    """Of the eligible: those measured in full that are in the space."""
    baseline_of: Mapping[str, str]
    paired: Mapping[str, Mapping[str, Mapping[str, Any]]]
    """By candidate and metric: what it has more than its baseline on the same samples."""
    weighed: Mapping[str, Weighed]
    """By profile, of all that are shown."""
    told: tuple[Recommendation, ...]
    """One per profile."""
    front: tuple[str, ...]
    near: tuple[str, ...]

    @cached_property
    def metrics(self) -> tuple[str, ...]:
        """The objectives of the front."""
        return objectives(self.suite)

    @cached_property
    def ranked(self) -> list[str]:
        """The front, best first."""
        return by_utility(self.front, self.weighed)

    @cached_property
    def notable(self) -> list[str]:
        """Whom a reader will ask about."""
        return notable(self.told, self.baseline_of, self.ranked)

    @cached_property
    def dominated_by(self) -> dict[str, str]:
        """Who dominates each that is not on the front; what is recommended, if it does."""
        chosen = [one.candidate for one in self.told if one.candidate]
        return dominated_by(self.columns, self.metrics, [*chosen, *self.ranked])

    def baseline(self, label: str) -> Mapping[str, Fact]:
        """Return the facts of a candidate's baseline."""
        return self.table.get(self.baseline_of.get(label, ""), {})


def judge(suite: Suite, space: Space, known: Mapping[str, Known], evidence: Evidence) -> Judged:
    """Return what the store's knowledge decides."""
    on = Decider(suite, space, evidence).of(known)
    suite = suite.model_copy(update={"profiles": on.profiles})
    metrics = objectives(suite)
    needed = dict.fromkeys((*metrics, *(metric for profile in suite.profiles for metric in utility.wanted(profile))))
    columns = on.columns(needed)
    everyone = gather(on.full, needed, on.baseline_of, on.references, on.paired)
    front, near = recommend.fronts_of(columns, metrics)
    return Judged(
        suite=suite,
        known=known,
        shown={label: known[label] for label in on.full},
        table=on.references,
        columns=columns,
        baseline_of=on.baseline_of,
        paired=on.paired,
        weighed={profile.name: utility.weigh(profile, everyone) for profile in suite.profiles},
        told=tuple(recommend.examined(profile, columns, suite.search.seed) for profile in suite.profiles),
        front=tuple(front),
        near=tuple(near),
    )
