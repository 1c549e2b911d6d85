"""Guides the search of a suite's space: between candidates with facts on one side, rows with values on the other."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from harness.decide import utility
from harness.decide.columns import ERRORS_IN_HALF, Table
from harness.ledger import Known, Ledger
from harness.record import Fact, Failure
from harness.search.features import Outlines, features
from harness.search.gains import Aim, axes
from harness.search.guided import Guided, Proposal
from harness.space import Space
from harness.spec import Candidate, Suite

PATIENCE: Final = 6
"""Proposals in a row that promise next to nothing before a search is settled."""
_GRADES: Final[Mapping[str, float]] = {"prepare": 1.0, "load": 0.9, "warm_up": 0.8, "measure": 0.7, "evaluate": 0.7}


def grade(failure: Failure) -> float:
    """Return how badly a candidate failed, up to 1: the earlier, the further it is from working."""
    return _GRADES.get(failure.stage, 1.0)


class Pilot:
    """Proposes candidates of one space by what is known of all."""

    def __init__(
        self, suite: Suite, space: Space, sharing: Mapping[str, NDArray[np.int64]] | None = None, outlines: Outlines | None = None
    ) -> None:
        """``sharing`` says, by metric, which candidates have a fact in common; ``outlines`` what is known of models untried."""
        self._suite = suite
        self._candidates = space.candidates
        self._rows = {candidate.label: row for row, candidate in enumerate(space.candidates)}
        baseline_of = space.baseline_of()
        self._baselines = [baseline_of[label] for label in self._rows]
        """Of each candidate."""
        self._references: dict[str, Mapping[str, Fact]] = {}
        self._guided = Guided(features(space.candidates, outlines or {}), sharing or {}, suite.search.seed)
        self._quiet = 0

    def learn(self, label: str, facts: Mapping[str, Fact], failure: Failure | None = None) -> None:
        """Take in what became of a candidate that was tried."""
        self._refer(label, facts)
        if label in self._rows:
            self._guided.learn(self._rows[label], _values(facts), failed=failure is not None, errors=_errors(facts))

    def know(self, label: str, facts: Mapping[str, Fact]) -> None:
        """Take in what is known of a candidate without trying it, or of a baseline."""
        self._refer(label, facts)
        if label in self._rows:
            self._guided.learnt.know(self._rows[label], _values(facts), _errors(facts))

    def _refer(self, label: str, facts: Mapping[str, Fact]) -> None:
        if label == self._suite.baseline.label or label in self._baselines:
            self._references[label] = facts

    def propose(self, left: Iterable[str]) -> Candidate:
        """Return which of the candidates that are ``left`` to try."""
        proposal = self._guided.propose([self._rows[label] for label in left], self._aim())
        self._judge(proposal)
        return self._candidates[proposal.row]

    @property
    def settled(self) -> bool:
        """Whether proposals promise next to nothing any more."""
        return self._quiet >= PATIENCE

    def _judge(self, proposal: Proposal) -> None:
        if proposal.why == "model":
            limits = self._suite.search
            quiet = proposal.gain < limits.gain and proposal.change < limits.change
            self._quiet = self._quiet + 1 if quiet else 0

    def _aim(self) -> Aim:
        profiles = utility.anchored(self._suite, self._references)
        bounded = {constraint.metric for profile in profiles for constraint in profile.constraints}
        values = {label: _values(facts) for label, facts in self._references.items()}
        return Aim(
            profiles=profiles,
            axes=axes(profiles),
            references={m: np.array([values.get(label, {}).get(m, np.nan) for label in self._baselines]) for m in bounded},
        )


def taught(
    ledger: Ledger,
    space: Space,
    known: Mapping[str, Known],
    tried: Sequence[str],
    outlines: Outlines | None = None,
    quick: Table | None = None,
) -> Pilot:
    """Return a pilot that has learnt what is known: of candidates ``tried``, in their order, and of the others.

    ``quick`` has the facts of those that a quick look ended.
    """
    pilot = Pilot(ledger.suite, space, shared_facts(ledger, space), outlines)
    for label in tried:
        pilot.learn(label, (quick or {}).get(label, known[label].facts), known[label].failure)
    for label, one in known.items():
        if label not in tried:
            pilot.know(label, one.facts)
    return pilot


def shared_facts(ledger: Ledger, space: Space) -> dict[str, NDArray[np.int64]]:
    """Return, by metric that a profile weighs or bounds, which candidates have a fact in common: equal numbers, equal facts."""
    metrics = dict.fromkeys(metric for profile in ledger.suite.profiles for metric in utility.wanted(profile))
    shared = ledger.sharing(space.candidates, metrics)
    return {metric: np.unique(keys, return_inverse=True)[1].astype(np.int64) for metric, keys in shared.items()}


def _values(facts: Mapping[str, Fact]) -> dict[str, float]:
    return {name: fact.value for name, fact in facts.items()}


def _errors(facts: Mapping[str, Fact]) -> dict[str, float]:
    return {name: (fact.high - fact.low) / 2 / ERRORS_IN_HALF for name, fact in facts.items()}
