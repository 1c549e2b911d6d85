"""The main job from suite to answer, as a list of steps; every command of the command line is a few of them."""

from __future__ import annotations

import fcntl
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from harness import deriving, published
from harness.answer import building, since
from harness.answer.evidence import Evidence
from harness.answer.grounds import Decider
from harness.errors import HarnessError, InputError
from harness.evaluate import Evaluation, Evaluator, QuickLook
from harness.ledger import Known, Ledger, finished
from harness.measure import environment as machine
from harness.record import Environment
from harness.registry import Registry
from harness.running.live import Live, Publish
from harness.running.profiling import each, worth_profiling
from harness.running.progress import Observer, Status
from harness.running.tally import Tally
from harness.screen import screen
from harness.search.algorithm import name as search_name
from harness.space import Space, expand
from harness.spec import Candidate, Suite
from harness.store import Store
from harness.workshop import Workshop

if TYPE_CHECKING:
    from harness.search.loop import Progress
    from harness.search.pilot import Pilot
    from harness.search.study import Study

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
        """Return what the store knows of every candidate and baseline, with what follows from that and was not in it yet."""
        known = self.ledger.look_up(self.space.everything)
        return self.ledger.look_up(self.space.everything) if deriving.complete(self.ledger, known.values()) else known


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
    study = search_name(setting.suite, inside(setting.space), setting.environment.id)
    stopped = setting.store.recall(study)
    known = setting.known()
    told: dict[str, Any] = {"screened": _screened(setting, known), "study": study}
    told |= {"stop_reason": stopped} if stopped else {}
    before = [] if profile else since.recall(setting.store, suite.name, setting.environment.id)
    return building.build(suite, setting.space, known, setting.environment, Evidence(setting.store), told, before)


def inside(space: Space) -> list[str]:
    """Return the labels of a space's candidates."""
    return [candidate.label for candidate in space.candidates]


def forget_failures(setting: Setting) -> None:
    """Forget the failures of the suite's candidates, so that a run tries them again."""
    setting.store.forget_failures(one.failure.key for one in setting.known().values() if one.failure)


def run(setting: Setting, observer: Observer, publish: Publish | None = None) -> dict[str, Any]:
    """Search, measure what is not known, and return the answer; ``publish`` takes the answer so far, now and then."""
    _require_candidates(setting.space)
    limits = setting.suite.limits
    with only_one(setting.root), Workshop(setting.root, limits.prepare_time, limits.memory) as workshop:
        return _Run(setting, observer, workshop, publish).answer()


class _Run:
    """A run of a suite: what it knows from the beginning, and what it works with."""

    def __init__(self, setting: Setting, observer: Observer, workshop: Workshop, publish: Publish | None) -> None:
        self.setting, self.observer, self.workshop = setting, observer, workshop
        self.before = setting.known()
        self.evidence = Evidence(setting.store)
        self.decider = Decider(setting.suite, setting.space, self.evidence)
        self.tally = Tally(self.decider, self.before, observer)
        self.evaluator = Evaluator(
            setting.ledger, setting.store, setting.environment, workshop, setting.root, lambda: self.left(OVERTIME)
        )
        self.screen = screen(setting.ledger, setting.space, self.tally.finished, self.evaluator)
        self.evaluator.look = self.screen.look if self.screen else None
        self.live = Live(publish, time.monotonic)
        self.status: Status | None = None

    def left(self, share: float = 1.0) -> float:
        """Return the seconds that are left of the suite's minutes, or of a ``share`` of them."""
        return self.setting.suite.search.minutes * 60 * share - self.tally.elapsed

    def answer(self) -> dict[str, Any]:
        """Do it, and return the answer."""
        setting = self.setting
        study, progress = self._search()
        replicates = self._replicate()
        known = setting.known()
        worth = worth_profiling(self.decider.of(known).decided(), known)
        each(self.evaluator.profile, "profiled", worth, known, self.observer.stage, self.left)
        if setting.suite.explain:
            each(self.evaluator.explain, "explained", worth, known, self.observer.stage, self.left)
        known = setting.known()
        told = {
            "screened": _screened(setting, known),
            "algorithm": study.algorithm,
            "study": study.name,
            "stop_reason": progress.stop,
            "tried": progress.tried,
            "planned": progress.planned,
            "seconds": round(self.tally.elapsed, 1),
            "replicates": replicates,
            "seconds_by_stage": {name: round(spent, 1) for name, spent in self._spent(progress).items()},
            "counts": self.tally.counts(known),
        }
        found = self._build(known, told)
        since.remember(setting.store, found)
        return found

    def _build(self, known: Mapping[str, Known], told: Mapping[str, Any]) -> dict[str, Any]:
        """Return the answer that ``known`` gives, with what is ``told`` of the run."""
        setting = self.setting
        before = since.recall(setting.store, setting.suite.name, setting.environment.id)
        return building.build(setting.suite, setting.space, known, setting.environment, self.evidence, told, before)

    def _spent(self, progress: Progress) -> dict[str, float]:
        """Return the seconds spent, by what they were spent on."""
        return {"propose": progress.proposing, **self.evaluator.spent, "report": self.live.spent}

    def _so_far(self) -> dict[str, Any]:
        """Return the answer of what is known by now, which says that the run goes on."""
        known, status = self.setting.known(), self.status
        going_on = {
            "at": datetime.now(UTC).isoformat(timespec="seconds"),
            "seconds": round(self.tally.elapsed, 1),
            "tried": status.tried if status else 0,
            "planned": status.planned if status else None,
            "left": round(max(0.0, self.left()), 1),
        }
        study = search_name(self.setting.suite, inside(self.setting.space), self.setting.environment.id)
        told = {
            "screened": _screened(self.setting, known),
            "study": study,
            "going_on": going_on,
            "counts": self.tally.counts(known),
        }
        return self._build(known, told)

    def _search(self) -> tuple[Study, Progress]:
        """Try candidates until the search is over; those that a quick look ended, and still would, count as tried."""
        from harness.search.loop import search  # late: a dry run and a recommendation need no optuna
        from harness.search.study import Study

        setting = self.setting
        suite, space = setting.suite, setting.space
        ended = self.screen.ended(self.before) if self.screen else {}
        stale = [label for label, one in self.before.items() if not one.complete and label not in ended]
        study = Study(suite, space.candidates, setting.store.url, setting.environment.id, stale)
        self.observer.began(suite.name, min(suite.search.trials, len(space.candidates)), study.algorithm)
        pilot = self._pilot(study.tried, ended) if study.algorithm == "guided" else None
        progress = search(suite, space, study, self._evaluate, time.monotonic, self._tell, pilot)
        setting.store.remember(study.name, progress.stop)
        return study, progress

    def _pilot(self, tried: Sequence[str], ended: Mapping[str, QuickLook]) -> Pilot:
        """Return what guides the search, with all that is known before it."""
        from harness.search.outlines import outlines, with_published
        from harness.search.pilot import taught

        setting = self.setting
        found = outlines(setting.ledger, setting.space, self.workshop, self.observer.stage, lambda: self.left(OVERTIME))
        found = with_published(found, setting.space, published.accuracies(setting.store))
        quick = {label: look.facts for label, look in ended.items()}
        return taught(setting.ledger, setting.space, self.before, tried, found, quick)

    def _replicate(self) -> str:
        """Measure contenders in more processes; return why that ended."""
        from harness.search.rounds import replicate

        return replicate(self.setting.suite, self.setting.known, self._contenders, self._again, self.left)

    def _contenders(self, known: Mapping[str, Known]) -> list[str]:
        from harness.search.rounds import contenders

        on = self.decider.of(known)
        return contenders(on.decided(), on.baseline_of, finished(known))

    def _evaluate(self, candidate: Candidate) -> Evaluation:
        return self.tally.add(self.evaluator.evaluate(candidate, partial(self.observer.stage, candidate.label)))

    def _again(self, candidate: Candidate, process: int) -> Evaluation:
        done = self.tally.add(self.evaluator.evaluate_again(candidate, process, partial(self.observer.stage, candidate.label)))
        self.live.offer(self._so_far)
        return done

    def _tell(self, progress: Progress) -> None:
        self.status = self.tally.status(progress.planned, progress.tried, progress.durations)
        self.observer.progressed(self.status)
        self.live.offer(self._so_far)


def _screened(setting: Setting, known: Mapping[str, Known]) -> list[dict[str, Any]]:
    """Return the candidates that a quick look ended, with what it told."""
    looked = screen(setting.ledger, setting.space, lambda: finished(known))
    ended = looked.ended(known) if looked else {}
    return [{"candidate": label, "why": look.why, "facts": building.show_facts(look.facts)} for label, look in ended.items()]


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
