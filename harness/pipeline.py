"""The main job from suite to answer, as a list of steps; every command of the command line is a few of them."""

from __future__ import annotations

import fcntl
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from harness import answer, published, recommend, utility
from harness.errors import HarnessError, InputError, JobError
from harness.evaluate import Evaluation, Evaluator
from harness.evidence import Evidence
from harness.ledger import Known, Ledger
from harness.lineage import parent_of
from harness.measure import environment as machine
from harness.progress import Observer, Status
from harness.record import Environment
from harness.registry import Registry
from harness.screen import Screen, quick
from harness.search.algorithm import name as search_name
from harness.space import Space, expand
from harness.spec import Candidate, Suite
from harness.store import Store
from harness.workshop import Workshop

OVERTIME: Final = 1.1
"""No candidate is begun after the minutes of a suite; one in work may take this much of them, then it is stopped."""


@dataclass(frozen=True, slots=True)
class Setting:
    """A suite, its space, and the open store and machine it is looked at with. ``root`` holds artifacts and caches."""

    suite: Suite
    space: Space
    store: Store
    ledger: Ledger
    environment: Environment
    root: Path

    def known(self) -> dict[str, Known]:
        """Return what the store knows of every candidate and baseline."""
        return self.ledger.look_up(self.space.everything)


def settle(suite: Suite, registry: Registry, store: Store, root: Path) -> Setting:
    """Return ``suite`` with everything that is needed to look at it or to run it on this machine."""
    environment = machine.read(suite.device, Path(suite.folder))
    ledger = Ledger(suite, registry, store, environment)
    return Setting(suite, expand(suite, registry), store, ledger, environment, root)


def recommend_now(setting: Setting, profile: str | None = None) -> dict[str, Any]:
    """Return the answer of the store as it is, for one profile or all; nothing is measured."""
    suite = setting.suite
    if profile is not None:
        chosen = tuple(one for one in suite.profiles if one.name == profile)
        if not chosen:
            names = ", ".join(one.name for one in suite.profiles)
            raise InputError(f"the suite has no profile {profile!r}", f"it has {names}")
        suite = suite.model_copy(update={"profiles": chosen})
    stopped = setting.store.recall(search_name(setting.suite, inside(setting.space), setting.environment.id))
    known = setting.known()
    finished = {label: one.facts for label, one in known.items() if one.complete and not one.failure}
    told: dict[str, Any] = {"screened": _screened(_screen(setting, lambda: finished), known)}
    told |= {"stop_reason": stopped} if stopped else {}
    return answer.build(suite, setting.space, known, setting.environment, Evidence(setting.store), told)


def inside(space: Space) -> list[str]:
    """Return the labels of a space's candidates."""
    return [candidate.label for candidate in space.candidates]


def forget_failures(setting: Setting) -> None:
    """Forget the failures of the suite's candidates, so that a run tries them again."""
    setting.store.forget_failures(one.failure.key for one in setting.known().values() if one.failure)


def run(setting: Setting, observer: Observer) -> dict[str, Any]:
    """Search, measure what is not known, and return the answer."""
    from harness.search.loop import (  # late: a dry run and a recommendation need no optuna
        Progress,
        search,
    )
    from harness.search.outlines import outlines, with_published
    from harness.search.pilot import taught
    from harness.search.rounds import contenders, replicate
    from harness.search.study import Study

    suite, space = setting.suite, setting.space
    _require_candidates(space)
    tally = _Tally(setting, observer)
    labels = inside(space)
    with only_one(setting.root), Workshop(setting.root, suite.limits.prepare_time, suite.limits.memory) as workshop:
        stale = [label for label, one in setting.known().items() if not one.complete]
        study = Study(suite, space.candidates, setting.store.url, setting.environment.id, stale)
        observer.began(suite.name, min(suite.search.trials, len(space.candidates)), study.algorithm)
        deadline = time.monotonic() + suite.search.minutes * 60 * OVERTIME
        evaluator = Evaluator(
            setting.ledger, setting.store, setting.environment, workshop, setting.root, lambda: deadline - time.monotonic()
        )

        screen = _screen(setting, tally.finished, evaluator)
        evaluator.look = screen.look if screen else None

        def evaluate(candidate: Candidate) -> Evaluation:
            return tally.add(evaluator.evaluate(candidate, lambda text: observer.stage(candidate.label, text)))

        def tell(progress: Progress) -> None:
            observer.progressed(tally.status(progress.planned, progress.tried, progress.durations))

        def again(candidate: Candidate, process: int) -> Evaluation:
            return tally.add(evaluator.evaluate_again(candidate, process, lambda text: observer.stage(candidate.label, text)))

        pilot = None
        if study.algorithm == "guided":
            found = outlines(setting.ledger, space, workshop, observer.stage, lambda: deadline - time.monotonic())
            found = with_published(found, space, published.accuracies(setting.store))
            pilot = taught(setting.ledger, space, setting.known(), study.tried, found)
        progress = search(suite, space, study, evaluate, time.monotonic, tell, pilot)
        setting.store.remember(study.name, progress.stop)
        replicates = replicate(
            suite,
            setting.known,
            lambda known: contenders(suite, known, labels, space.baseline_of()),
            again,
            lambda: suite.search.minutes * 60 - tally.elapsed,
        )
        _profile(setting, evaluator, observer, lambda: suite.search.minutes * 60 - tally.elapsed)
    known = setting.known()
    told = {
        "screened": _screened(screen, known),
        "algorithm": study.algorithm,
        "study": study.name,
        "stop_reason": progress.stop,
        "tried": progress.tried,
        "planned": progress.planned,
        "seconds": round(tally.elapsed, 1),
        "replicates": replicates,
        "seconds_by_stage": {"propose": round(progress.proposing, 1), **{k: round(v, 1) for k, v in evaluator.spent.items()}},
        "counts": tally.counts(known),
    }
    return answer.build(suite, space, known, setting.environment, Evidence(setting.store), told)


def _screen(setting: Setting, finished: Callable[[], recommend.Table], evaluator: Evaluator | None = None) -> Screen | None:
    """Return what judges candidates by a quick look, if the suite wants that; with an ``evaluator`` it looks, too."""
    registry = setting.ledger.registry
    asked = quick(setting.suite, frozenset(name for name, part in registry.scenarios.items() if part.probed))
    if asked is None:
        return None
    ledger = Ledger(asked, registry, setting.store, setting.environment)
    return Screen(setting.ledger, setting.space, ledger, evaluator.of(ledger) if evaluator else None, finished)


def _screened(screen: Screen | None, known: Mapping[str, Known]) -> list[dict[str, Any]]:
    """Return the candidates that a quick look ended, with what it told."""
    if screen is None:
        return []
    told = [(label, *screen.judge(one.candidate)) for label, one in known.items() if one.artifact and not one.complete]
    return [{"candidate": label, "why": why, "facts": answer.show_facts(facts)} for label, facts, why in told if why]


def _profile(setting: Setting, evaluator: Evaluator, observer: Observer, time_left: Callable[[], float]) -> None:
    """Take the time of each operator of what is recommended and of its parents, while there is time; failures are only told."""
    known = setting.known()
    for label in _worth_profiling(setting, known):
        if time_left() <= 0:
            return
        try:
            evaluator.profile(known[label].candidate, lambda text, label=label: observer.stage(label, text))  # type: ignore[misc]
        except JobError as error:
            observer.stage(label, f"not profiled: {error.message}")


def _worth_profiling(setting: Setting, known: Mapping[str, Known]) -> list[str]:
    """Return what is recommended for some profile, each followed by its parent."""
    facts = {label: one.facts for label, one in known.items() if one.complete and one.facts and not one.failure}
    inside = {candidate.label: facts[candidate.label] for candidate in setting.space.candidates if candidate.label in facts}
    baseline_of = setting.space.baseline_of()
    told = [recommend.recommend(profile, inside, baseline_of, facts) for profile in utility.anchored(setting.suite, facts)]
    chosen = [known[one.candidate].candidate for one in told if one.candidate]
    parents = [parent.label if (parent := parent_of(one)) else one.label for one in chosen]
    labels = (label for pair in zip((one.label for one in chosen), parents, strict=True) for label in pair)
    return [label for label in dict.fromkeys(labels) if label in facts]


class _Tally:
    """Counts what a run did, and keeps the best so far per profile."""

    def __init__(self, setting: Setting, observer: Observer) -> None:
        self.setting = setting
        self.observer = observer
        self.began = time.monotonic()
        self.measured = self.failed = 0
        self.seen: dict[str, Evaluation] = {}
        self.looked_up: dict[str, int] = {}
        self.before = {label: one.facts for label, one in setting.known().items() if one.complete and not one.failure}

    def finished(self) -> recommend.Table:
        """Return the facts of everything that is measured in full, by label."""
        seen = {label: one.facts for label, one in self.seen.items() if not one.failure and not one.ended}
        return {**self.before, **seen}

    @property
    def elapsed(self) -> float:
        """Seconds since the run began."""
        return time.monotonic() - self.began

    def add(self, evaluation: Evaluation) -> Evaluation:
        """Count an evaluation and tell the observer."""
        self.measured += evaluation.measured
        self.failed += evaluation.failure is not None
        self.seen[evaluation.candidate.label] = evaluation
        self.looked_up.setdefault(evaluation.candidate.label, evaluation.reused)
        self.observer.evaluated(evaluation)
        return evaluation

    @property
    def reused(self) -> int:
        """Facts of the candidates seen that were looked up."""
        return sum(self.looked_up.values())

    def counts(self, known: Mapping[str, Known]) -> dict[str, int]:
        """Return facts measured in this run, and facts of the answer that were known before it or shared."""
        untouched = sum(len(one.facts) for label, one in known.items() if one.complete and label not in self.looked_up)
        return {"measured": self.measured, "reused": self.reused + untouched}

    def status(self, planned: int, tried: int, durations: list[float]) -> Status:
        """Return how far the run is."""
        facts = {label: one.facts for label, one in self.seen.items() if not one.failure and not one.ended}
        baseline_of = self.setting.space.baseline_of()
        best = {p.name: recommend.recommend(p, facts, baseline_of, facts) for p in utility.anchored(self.setting.suite, facts)}
        budget = self.setting.suite.search.minutes * 60 - self.elapsed
        recent = durations[-10:]
        left = min(budget, (planned - tried) * sum(recent) / len(recent)) if recent else None
        return Status(planned, tried, self.measured, self.reused, self.failed, self.elapsed, left, best)


def _require_candidates(space: Space) -> None:
    if not space.candidates:
        rules = "; ".join(f"{e.rule} ({e.count}×)" for e in space.excluded)
        raise HarnessError(f"no combination of this suite makes sense: {rules}", "see `harness check`")


@contextmanager
def only_one(root: Path) -> Iterator[None]:
    """Hold the lock of a results folder: two runs at once would disturb each other's timings."""
    root.mkdir(parents=True, exist_ok=True)
    with (root / ".lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise HarnessError(f"another run is measuring with {root}", "wait for it; two at once disturb each other") from None
        yield
