"""One candidate, from what is known of it to all that is asked: prepare, measure, derive, keep."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Protocol

from harness import derive, deriving, launch
from harness.errors import JobError, OutOfTimeError
from harness.ledger import ACCURACY, EXPLAIN, OWN_METRIC, ROBUSTNESS, Known, Ledger
from harness.measuring import Measuring
from harness.metrics import METRICS
from harness.prepare.plan import Plan, corrupted
from harness.record import REFERENCE, Artifact, Environment, Fact, Failure
from harness.spec import Candidate
from harness.store import Run, Store
from harness.workshop import Say


class Maker(Protocol):
    """Makes artifacts; raises JobError."""

    def make(self, plan: Plan, say: Say, time_left: float) -> Artifact: ...  # noqa: D102


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What is now known of a candidate, and how many of its facts were measured for that and how many looked up."""

    candidate: Candidate
    facts: Mapping[str, Fact]
    failure: Failure | None
    measured: int
    reused: int
    ended: str | None = None
    """Why it was not measured in full, after a quick look; ``facts`` are then those of the look."""


@dataclass(frozen=True, slots=True)
class QuickLook:
    """What a quick look at a candidate told."""

    facts: Mapping[str, Fact] = field(default_factory=dict)
    why: str | None = None
    """Why it is not to be measured in full, if so."""
    added: int = 0
    """How many facts were measured for it."""


@dataclass(slots=True)
class _Count:
    """Facts of the evaluation in work, whatever becomes of it."""

    reused: int = 0
    measured: int = 0


class Evaluator:
    """Evaluates the candidates of one suite on this machine."""

    def __init__(
        self, ledger: Ledger, store: Store, environment: Environment, maker: Maker, root: Path, time_left: Callable[[], float]
    ) -> None:
        """``time_left`` tells the seconds until the run must end, whatever is in work."""
        self.look: Callable[[Candidate, Artifact, Say], QuickLook] | None = None
        """Looks quickly at a candidate before it is measured; raises JobError."""
        self.ledger = ledger
        self.time_left = time_left
        self.store = store
        self.environment = environment
        self.maker = maker
        self.measuring = Measuring(ledger, environment, root, time_left)
        self._count = _Count()

    def of(self, ledger: Ledger) -> Evaluator:
        """Return an evaluator of another suite's candidates, which spends the same time."""
        other = Evaluator(ledger, self.store, self.environment, self.maker, self.measuring.root, self.time_left)
        other.measuring.spent = self.measuring.spent
        return other

    @property
    def spent(self) -> dict[str, float]:
        """Seconds by what they were spent on: ``prepare``, ``measure``, ``measure_again``, ``profile``, ``explain``."""
        return self.measuring.spent

    def evaluate(self, candidate: Candidate, say: Say) -> Evaluation:
        """Return everything about ``candidate``, measuring what is not known yet.

        A candidate that does not get through is kept as a failure; raises OutOfTimeError when the run's time is over.
        """
        known = self._look_up(candidate)
        self.measuring.doing = "measure"
        if known.complete:
            return _as_known(known)
        return self._try(known, lambda: self._complete(known, say))

    def evaluate_again(self, candidate: Candidate, process: int, say: Say) -> Evaluation:
        """Measure ``candidate``, complete so far, in its nth process: what is missing there, or all that was disturbed."""
        known = self._look_up(candidate)
        self.measuring.doing = "measure_again"
        artifact = known.artifact
        if artifact is None or known.failure:
            return _as_known(known)
        if not self._is_there(artifact):  # somebody tidied up: make it again first
            return self._try(known, lambda: self._complete(known, say))
        missing = known.later[process - 1] if process else {}
        if missing:
            say(f"measuring in process {process + 1}")
            return self._try(known, lambda: self._measure(candidate, artifact, missing, say, process))
        if process in known.disturbed:
            say("measuring again: the machine was busy")
            return self._try(known, lambda: self._replace(candidate, artifact, process, say))
        return _as_known(known)

    def _try(self, known: Known, work: Callable[[], QuickLook | None]) -> Evaluation:
        """Do the work and return what is known after it, or the look that ended it; keep what stops it as a failure."""
        count = self._count = _Count(reused=len(known.facts))
        ended = None
        try:
            ended = work()
        except JobError as error:
            if error.kind == "timed_out" and self.time_left() <= 0:
                raise OutOfTimeError(f"the time was over while {known.candidate.label} was in work") from None
            self.store.add_failure(_failure(error, known))
        if ended:
            return Evaluation(known.candidate, ended.facts, None, count.measured, 0, ended.why)
        return replace(_as_known(self._look_up(known.candidate)), measured=count.measured, reused=count.reused)

    def _look_up(self, candidate: Candidate) -> Known:
        return self.ledger.look_up([candidate])[candidate.label]

    def _complete(self, known: Known, say: Say) -> QuickLook | None:
        """Do what is missing; return the quick look that ends it, if one does."""
        artifact = self._prepared(known, say)
        if known.missing and self.look:
            look = self.look(known.candidate, artifact, say)
            self._count.measured += look.added
            if look.why:
                return look
        if known.missing:
            say("measuring")
            self._measure(known.candidate, artifact, known.missing, say)
        return None

    def _is_there(self, artifact: Artifact) -> bool:
        suite = self.ledger.suite
        worse = [corrupted(Path(artifact.inputs), suite.corruptions, suite.search.seed)] if suite.corruptions else []
        return is_there(artifact, explained=suite.explain is not None) and all(folder.exists() for folder in worse)

    def _prepared(self, known: Known, say: Say) -> Artifact:
        """Return the candidate's artifact, made unless it is there."""
        candidate = known.candidate
        artifact = known.artifact
        if artifact is None or not self._is_there(artifact):
            began = time.monotonic()
            try:
                artifact = self.maker.make(known.plan, say, self.time_left())
            finally:
                seconds = round(time.monotonic() - began, 1)
                self.spent["prepare"] += seconds
            artifact = artifact.model_copy(update={"notes": artifact.notes | {"seconds": seconds}})
            counted = derive.of_artifact(artifact, self.ledger.subject(candidate, artifact))
            added = self._new(counted)
            self.store.add_artifact(artifact, counted)
            fresh = self._look_up(candidate)
            known.artifact, known.facts, known.missing, known.attempt = artifact, fresh.facts, fresh.missing, fresh.attempt
            self._count.measured, self._count.reused = added, len(known.facts) - added
        if artifact.fixed_batch not in (None, candidate.batch_size):
            message = f"its graph takes batches of {artifact.fixed_batch} only, not of {candidate.batch_size}"
            raise JobError("unsupported", "load", message)
        return artifact

    def profile(self, candidate: Candidate, say: Say) -> None:
        """Take the time of each operator of ``candidate``, in a process of its own, unless it is known; raises JobError.

        Its artifact is there afterwards: where somebody tidied up, it is made again.
        """
        known = self._look_up(candidate)
        self.measuring.doing = "profile"
        door = self.ledger.registry.runtimes[candidate.runtime.part].profile_door
        artifact = self._prepared(known, say)
        if known.profile is not None:
            return
        if not door:
            raise JobError("unsupported", "measure", f"{candidate.runtime.part} has no profiler")
        say("profiling")
        run = self.measuring.profile(candidate, artifact, door, say)
        self.store.add_run(replace(run, done=(self.ledger.profile(candidate, artifact),)))

    def explain(self, candidate: Candidate, say: Say) -> None:
        """Explain decisions of ``candidate``, in a process of its own, unless that was done or cannot be; raises JobError."""
        known = self._look_up(candidate)
        if known.explained is None and known.unexplained is None and known.failure is None:
            self._explain(candidate, self._prepared(known, say), say)

    def _explain(self, candidate: Candidate, artifact: Artifact, say: Say) -> None:
        """Explain decisions; those of the suite's baseline first, since others are compared with them."""
        asked, baseline = self.ledger.suite.explain, self.ledger.suite.baseline
        key = self.ledger.explanation(candidate, artifact)
        if baseline.label != candidate.label:
            with suppress(JobError):  # told when it is the baseline's turn
                self.explain(baseline, say)
        if asked is None or self.store.done([key]):
            return
        first = self._look_up(baseline).explained
        say("explaining")
        run = self.measuring.explain(candidate, artifact, asked, first, say)
        self._keep(run, key)

    def _new(self, facts: Sequence[Fact]) -> int:
        """Return how many of ``facts`` the store does not have."""
        keys = {fact.key for fact in facts}
        return len(keys) - len(self.store.facts(keys))

    def measure(self, candidate: Candidate, artifact: Artifact, missing: Mapping[str, str], say: Say) -> int:
        """Take the ``missing`` measurements, by task, and return how many facts that added; raises JobError."""
        before = self._count.measured
        self._measure(candidate, artifact, missing, say)
        return self._count.measured - before

    def _measure(self, candidate: Candidate, artifact: Artifact, missing: Mapping[str, str], say: Say, process: int = 0) -> None:
        probed = {task: key for task, key in missing.items() if self.ledger.is_probed(task)}
        direct = {task: key for task, key in missing.items() if task not in probed and task != EXPLAIN}
        if direct:
            self._keep(self.measuring.run(candidate, artifact, tuple(direct), process, say), *direct.values())
            if {ACCURACY, ROBUSTNESS} & set(direct):
                self._count.measured += deriving.complete(self.ledger, [self._look_up(candidate)])
        for task, key in probed.items():
            known = self._look_up(candidate).facts
            self._keep(self.measuring.search_peak(candidate, artifact, task, known, say), key)
        if EXPLAIN in missing:
            self._explain(candidate, artifact, say)

    def _keep(self, run: Run, *done: str) -> None:
        """Keep a run that completed the measurements of some keys, and count the facts it adds."""
        self._count.measured += self._new(run.facts)
        self.store.add_run(replace(run, done=done))

    def _replace(self, candidate: Candidate, artifact: Artifact, process: int, say: Say) -> None:
        """Take the timings of a process again; a fact that was disturbed gives way to one that was not.

        Where that fails, on a machine that is busy, what was measured before stays.
        """
        judging = (ACCURACY, OWN_METRIC, ROBUSTNESS, EXPLAIN)
        tasks = [t for t in self.ledger.tasks(candidate, artifact, process) if t not in judging and not self.ledger.is_probed(t)]
        try:
            run = self.measuring.run(candidate, artifact, tuple(tasks), process, say)
        except JobError as error:
            if self.time_left() <= 0:
                raise
            say(f"not measured again: {error.message}")
            run = Run(
                self.environment, {"candidate": candidate.model_dump(mode="json"), "failed": error.message}, launch.packed({})
            )
        found = {fact.key: fact for fact in run.facts}
        known = self.store.facts(self.ledger.timings(candidate, artifact, process))
        tries = 1 + max(fact.tries for fact in known.values())
        instead = tuple(_cleaner(fact, found.get(key)) for key, fact in known.items())
        replicated = {key: fact for key, fact in found.items() if METRICS[fact.metric].replicated}
        more = tuple(fact.model_copy(update={"tries": tries}) for key, fact in replicated.items() if key not in known)
        self.store.add_run(replace(run, facts=more, instead=instead))
        self._count.measured += len(more) + sum(fact.run is None for fact in instead)


def _cleaner(old: Fact, new: Fact | None) -> Fact:
    """Return the fact to keep of two: the old one unless only it was disturbed. It was tried once more, even in vain."""
    kept = new if new and new.quality == "clean" and old.quality != "clean" else old
    return kept.model_copy(update={"tries": old.tries + 1})


def _as_known(known: Known) -> Evaluation:
    """Return what is known of a candidate, for which nothing was measured now."""
    return Evaluation(known.candidate, known.facts, known.failure, 0, len(known.facts))


def is_there(artifact: Artifact, *, explained: bool = False) -> bool:
    """Whether the artifact's files and inputs are still on disk; ``explained``: and what it takes to explain its decisions."""
    folders = (artifact.originals, *([artifact.background] if explained else []))
    needed = (Path(artifact.folder, REFERENCE), Path(artifact.inputs, "labels.npy"), *map(Path, folders))
    return all(folders) and all(path.exists() for path in needed)


def _failure(error: JobError, known: Known) -> Failure:
    key = known.plan.recipe if error.stage == "prepare" or not known.attempt else known.attempt
    return Failure(key=key, kind=error.kind, stage=error.stage, message=error.message, log=error.log)
