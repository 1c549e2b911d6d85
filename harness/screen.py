"""A quick look at a candidate before it is measured in full: short timings, and scores on a part of the test split.

It ends a candidate that breaks a constraint of every profile beyond doubt, and one that, even at the better ends of its
intervals, neither touches the front nor reaches the best utility of any profile. Its facts have keys of their own, since they
depend on the shorter timings and on the samples: they are known the next time, and never stand for full ones.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

import numpy as np

from harness import units, utility
from harness.columns import Table, gather
from harness.evaluate import Evaluator
from harness.interfaces import Array
from harness.ledger import ACCURACY, Ledger
from harness.metrics import METRICS, PERCENTILES
from harness.pairs import paired
from harness.record import Artifact, Fact
from harness.search.objectives import objectives
from harness.space import Space
from harness.spec import Candidate, Measure, Profile, Suite
from harness.utility import Weighed
from harness.workshop import Say

SAMPLES: Final = 512
WORTH: Final = 4
"""A look pays where the whole test split has so many times its samples."""
BEYOND: Final = 3.0
"""Standard errors beyond a bound that leave no doubt: one in 700 is ended wrongly by one bound."""
QUICK: Final = Measure(min_queries=11, min_time=0.05, max_queries=64, max_time=0.1, hard_time=5.0, processes=1, again=0)

Finished = Callable[[], Table]
"""Facts by label of what was measured in full so far."""


def quick(suite: Suite, registry_probed: frozenset[str]) -> Suite | None:
    """Return the suite as a quick look asks it; None where there is none. Scenarios that are probed take too long for it."""
    wish = suite.search.screen
    if wish == 0 or suite.task == "embedding" or suite.search.algorithm == "exhaustive":
        return None
    scenarios = tuple(choice for choice in suite.scenarios if choice.part not in registry_probed)
    return suite.model_copy(update={"measure": QUICK, "scenarios": scenarios, "own_metric": None, "subset": wish or SAMPLES})


class Screen:
    """Looks quickly at the candidates of one suite."""

    def __init__(self, full: Ledger, space: Space, ledger: Ledger, quick: Evaluator | None, finished: Finished) -> None:
        """``ledger`` is that of the quick suite, which ``quick`` measures by; without that it judges by what is known."""
        self._suite, self._store = full.suite, full.store
        self._full, self._space, self._ledger = full, space, ledger
        self._quick, self._finished = quick, finished
        self._baselines = {baseline.label for baseline in space.baselines}

    def look(self, candidate: Candidate, artifact: Artifact, say: Say) -> tuple[Mapping[str, Fact], str | None]:
        """Return what a quick look at ``candidate`` tells, and why it is not to be measured in full, if so; raises JobError.

        What is known already may be enough: its files alone, or facts it shares with others.
        """
        if candidate.label in self._baselines or not self._pays(artifact):
            return {}, None
        facts, why = self.judge(candidate)
        missing = self._ledger.look_up([candidate])[candidate.label].missing
        if why or not missing or not self._quick:
            return facts, why
        say("a quick look")
        self._quick.measure(candidate, artifact, missing, say)
        return self.judge(candidate)

    def judge(self, candidate: Candidate) -> tuple[Mapping[str, Fact], str | None]:
        """Return what is known of ``candidate``, and why it is not to be measured in full, if so."""
        known = {
            **self._ledger.look_up([candidate])[candidate.label].facts,
            **self._full.look_up([candidate])[candidate.label].facts,
        }
        facts = _bounded(known)
        finished = self._finished()
        profiles = utility.anchored(self._suite, finished)
        weighed = [self._weighed(profile, candidate, facts, finished) for profile in profiles]
        broken = [_broken(one) for one in weighed]
        if all(broken):
            return known, f"{broken[0]}, beyond doubt"
        if self._outdone(candidate, facts, finished, weighed, profiles):
            return known, "even at its best it would neither join the front nor be recommended"
        return known, None

    def _pays(self, artifact: Artifact) -> bool:
        if self._suite.search.screen:
            return True
        labels = np.load(f"{artifact.inputs}/labels.npy", mmap_mode="r")
        return len(labels) >= WORTH * SAMPLES

    def _weighed(self, profile: Profile, candidate: Candidate, facts: Mapping[str, Fact], finished: Table) -> Weighed:
        baseline = self._space.baseline_of()[candidate.label]
        difference = self._paired(facts.get(ACCURACY), finished.get(baseline, {}).get(ACCURACY))
        differences = {candidate.label: {ACCURACY: difference}} if difference else None
        table = {candidate.label: facts}
        return utility.weigh(profile, gather(table, utility.wanted(profile), {candidate.label: baseline}, finished, differences))

    def _paired(self, mine: Fact | None, theirs: Fact | None) -> dict[str, float] | None:
        """Return the difference of the accuracies on the samples of the quick look."""
        if mine is None or theirs is None or mine.run is None or theirs.run is None:
            return None
        few, whole = self._store.samples(mine.run), self._store.samples(theirs.run)
        if "rows" not in few or not np.array_equal(whole["labels"][few["rows"]], few["labels"]):
            return None
        a = few["predictions"].argmax(axis=1) == few["labels"]
        b = whole["predictions"][few["rows"]].argmax(axis=1) == few["labels"]
        return paired(*(int(count.sum()) for count in (a & ~b, ~a & b, a & b, ~a & ~b)))._asdict()

    def _outdone(
        self,
        candidate: Candidate,
        facts: Mapping[str, Fact],
        finished: Table,
        weighed: list[Weighed],
        profiles: tuple[Profile, ...],
    ) -> bool:
        """Whether a candidate at its best is dominated by another at its worst, and below the best of every profile."""
        metrics = objectives(self._suite)
        rivals = [[_worst(other.get(metric), metric) for metric in metrics] for other in finished.values()]
        mine = np.array([_best(facts.get(metric), metric) for metric in metrics])
        losses: Array = np.array(rivals or np.empty((0, len(metrics))))
        if not ((losses <= mine).all(axis=1) & (losses < mine).any(axis=1)).any():
            return False
        baseline_of = self._space.baseline_of()
        for profile, one in zip(profiles, weighed, strict=True):
            best = utility.weigh(profile, gather(finished, utility.wanted(profile), baseline_of, finished))
            row = best.first(best.feasible)
            highest = sum(
                share * utility.useful(np.array(_at_best(facts.get(metric), metric)), metric, profile)
                for share, metric in zip(utility.shares(profile), profile.weights, strict=True)
            )
            if not _broken(one) and (row is None or highest >= best.utility[row] - best.half_width[row]):
                return False
        return True


def _broken(weighed: Weighed) -> str | None:
    """Return a constraint that a candidate breaks beyond doubt, in words."""
    for i, constraint in enumerate(weighed.profile.constraints):
        if weighed.slack[0, i] < -BEYOND * weighed.noise[0, i]:
            value = weighed.columns.mine[constraint.metric].value[0]
            return f"{constraint.metric} {units.show(float(value), METRICS[constraint.metric].unit)} breaks {constraint.text}"
    return None


def _bounded(facts: Mapping[str, Fact]) -> dict[str, Fact]:
    """Return facts with percentiles that want more queries at the median, which they cannot be below."""
    found = dict(facts)
    for name in PERCENTILES:
        median = facts.get(f"{name.rpartition('_')[0]}_p50")
        if name not in found and median:
            found[name] = median.model_copy(update={"metric": name, "key": ""})
    return found


def _best(fact: Fact | None, name: str) -> float:
    """Return the loss at the better end of a fact's interval; nothing beats what is not known."""
    return -np.inf if fact is None else METRICS[name].loss(_at_best(fact, name))


def _at_best(fact: Fact | None, name: str) -> float:
    higher = METRICS[name].higher
    if fact is None:
        return np.inf if higher else 0.0
    return fact.high if higher else fact.low


def _worst(fact: Fact | None, name: str) -> float:
    """Return the loss at the worse end of a fact's interval; what is not known beats nothing."""
    return np.inf if fact is None else METRICS[name].loss(fact.low if METRICS[name].higher else fact.high)
