"""One candidate, from what is known of it to all that is asked: prepare, measure, derive, keep."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from harness import compiling, derive, jobs, launch, probing
from harness.errors import JobError, OutOfTimeError
from harness.ledger import ACCURACY, OWN_METRIC, Known, Ledger
from harness.metrics import METRICS
from harness.prepare.plan import Plan
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


class _Done(NamedTuple):
    """What evaluating did: how many facts it added, how many it found, and the look that ended it, if one did."""

    added: int
    reused: int
    ended: QuickLook | None = None


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
        self.root = root
        self.spent: defaultdict[str, float] = defaultdict(float)
        """Seconds by what they were spent on: ``prepare``, ``measure``, ``measure_again``, ``profile``."""
        self._doing = "measure"
        self._ceiling: float | None = None

    def of(self, ledger: Ledger) -> Evaluator:
        """Return an evaluator of another suite's candidates, which spends the same time."""
        other = Evaluator(ledger, self.store, self.environment, self.maker, self.root, self.time_left)
        other.spent = self.spent
        return other

    def evaluate(self, candidate: Candidate, say: Say) -> Evaluation:
        """Return everything about ``candidate``, measuring what is not known yet.

        A candidate that does not get through is kept as a failure; raises OutOfTimeError when the run's time is over.
        """
        known = self._look_up(candidate)
        self._doing = "measure"
        if known.complete:
            return _as_known(known)
        return self._try(known, lambda: self._complete(known, say))

    def evaluate_again(self, candidate: Candidate, process: int, say: Say) -> Evaluation:
        """Measure ``candidate``, complete so far, in its nth process: what is missing there, or all that was disturbed."""
        known = self._look_up(candidate)
        self._doing = "measure_again"
        artifact = known.artifact
        if artifact is None or known.failure:
            return _as_known(known)
        if not is_there(artifact):  # somebody tidied up: make it again first
            return self._try(known, lambda: self._complete(known, say))
        missing = known.later[process - 1] if process else {}
        if missing:
            say(f"measuring in process {process + 1}")
            return self._try(known, lambda: _Done(self.measure(candidate, artifact, missing, say, process), len(known.facts)))
        if process in known.disturbed:
            say("measuring again: the machine was busy")
            return self._try(known, lambda: _Done(self._replace(candidate, artifact, process, say), len(known.facts)))
        return _as_known(known)

    def _try(self, known: Known, work: Callable[[], _Done]) -> Evaluation:
        """Do the work and return what is known after it; keep what stops it as a failure."""
        done = None
        try:
            done = work()
        except JobError as error:
            if error.kind == "timed_out" and self.time_left() <= 0:
                raise OutOfTimeError(f"the time was over while {known.candidate.label} was in work") from None
            self.store.add_failure(_failure(error, known))
        if done and done.ended:
            return Evaluation(known.candidate, done.ended.facts, None, done.added, done.reused, done.ended.why)
        after = _as_known(self._look_up(known.candidate))
        return replace(after, measured=done.added, reused=done.reused) if done else after

    def _look_up(self, candidate: Candidate) -> Known:
        return self.ledger.look_up([candidate])[candidate.label]

    def _complete(self, known: Known, say: Say) -> _Done:
        """Do what is missing, unless a quick look ends it."""
        artifact, added = self._prepared(known, say)
        reused = len(known.facts) - added
        if known.missing and self.look:
            look = self.look(known.candidate, artifact, say)
            added += look.added
            if look.why:
                return _Done(added, 0, look)
        if known.missing:
            say("measuring")
            added += self.measure(known.candidate, artifact, known.missing, say)
        return _Done(added, reused)

    def _prepared(self, known: Known, say: Say) -> tuple[Artifact, int]:
        """Return the candidate's artifact, made unless it is there, and how many facts that added."""
        candidate = known.candidate
        artifact = known.artifact
        added = 0
        if artifact is None or not is_there(artifact):
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
        if artifact.fixed_batch not in (None, candidate.batch_size):
            message = f"its graph takes batches of {artifact.fixed_batch} only, not of {candidate.batch_size}"
            raise JobError("unsupported", "load", message)
        return artifact, added

    def profile(self, candidate: Candidate, say: Say) -> None:
        """Take the time of each operator of ``candidate``, in a process of its own, unless it is known; raises JobError.

        Its artifact is there afterwards: where somebody tidied up, it is made again.
        What was disturbed is taken again, as often as a timing may be; then the last one is kept, and says so.
        """
        known = self._look_up(candidate)
        self._doing = "profile"
        door = self.ledger.registry.runtimes[candidate.runtime.part].profile_door
        artifact, _ = self._prepared(known, say)
        if known.profile is not None:
            return
        if not door:
            raise JobError("unsupported", "measure", f"{candidate.runtime.part} has no profiler")
        say("profiling")
        job, _ = self._job(candidate, artifact, (), say)
        for _ in range(1 + self.ledger.suite.measure.again):
            outcome = self._launch(job | {"profile": {"door": door}})
            quality = derive.grade(outcome.found, job["threads"])
            if quality == "clean":
                break
        told = {**outcome.found["profile"], "quality": quality}
        body = {"candidate": candidate.model_dump(mode="json"), "profile": told, "log": outcome.log}
        done = (self.ledger.profile(candidate, artifact),)
        self.store.add_run(Run(self.environment, body, outcome.samples, done))

    def _new(self, facts: Sequence[Fact]) -> int:
        """Return how many of ``facts`` the store does not have."""
        keys = {fact.key for fact in facts}
        return len(keys) - len(self.store.facts(keys))

    def measure(self, candidate: Candidate, artifact: Artifact, missing: Mapping[str, str], say: Say, process: int = 0) -> int:
        """Take the ``missing`` measurements, by task, and return how many facts that added."""
        probed = {task: key for task, key in missing.items() if self.ledger.is_probed(task)}
        direct = {task: key for task, key in missing.items() if task not in probed}
        added = 0
        if direct:
            run = self._run(candidate, artifact, tuple(direct), process, say)
            added = self._new(run.facts)
            self.store.add_run(replace(run, done=tuple(direct.values())))
        for task, key in probed.items():
            run = self._search_peak(candidate, artifact, task, say)
            added += self._new(run.facts)
            self.store.add_run(replace(run, done=(key,)))
        return added

    def _replace(self, candidate: Candidate, artifact: Artifact, process: int, say: Say) -> int:
        """Take the timings of a process again; a fact that was disturbed gives way to one that was not.

        Where that fails, on a machine that is busy, what was measured before stays.
        """
        judging = (ACCURACY, OWN_METRIC)
        tasks = [t for t in self.ledger.tasks(candidate, artifact, process) if t not in judging and not self.ledger.is_probed(t)]
        try:
            run = self._run(candidate, artifact, tuple(tasks), process, say)
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
        return len(more) + sum(fact.run is None for fact in instead)

    def _run(self, candidate: Candidate, artifact: Artifact, tasks: Sequence[str], process: int, say: Say) -> Run:
        """Do ``tasks`` in one fresh process."""
        job, told = self._job(candidate, artifact, tasks, say)
        outcome = self._launch(job)
        found = {**outcome.found, **told}
        facts = derive.of_run(
            found,
            outcome.arrays(),
            candidate.batch_size,
            self.ledger.subject(candidate, artifact, process),
            self.ledger.suite.qualities,
        )
        body = {
            "candidate": candidate.model_dump(mode="json"),
            "process": process,
            "found": found,
            "memory": outcome.memory,
            "log": outcome.log,
        }
        return Run(self.environment, body, outcome.samples, facts=tuple(facts))

    def _job(
        self, candidate: Candidate, artifact: Artifact, tasks: Sequence[str], say: Say
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return the job of doing ``tasks``, and what is known besides; what its runtime compiles is there when it starts."""
        registry = self.ledger.registry
        job = jobs.job(self.ledger.suite, registry, candidate, artifact, tasks)
        place = compiling.folder(self.root, registry, candidate, artifact, self.environment.id)
        if place is None:
            return job, {}
        if not compiling.is_compiled(place):
            say("compiling")
        variable, limit = registry.runtimes[candidate.runtime.part].code_variable, self.ledger.suite.limits.prepare_time
        seconds = compiling.compiled(place, variable, job, lambda asked: self._launch(asked, limit))
        return job | {"environment": {variable: str(place)}}, {"compile_time": seconds}

    def _search_peak(self, candidate: Candidate, artifact: Artifact, task: str, say: Say) -> Run:
        """Search the largest arrival rate of the scenario ``task``, one process a probe."""
        suite, part = self.ledger.suite, self.ledger.registry.scenarios[task]
        job, _ = self._job(candidate, artifact, (), say)
        job["cores"] = jobs.cores_for(job["threads"] + 1)  # one more, for the generator
        if self._ceiling is None:
            self._ceiling = probing.ceiling(job, part.ceiling_door, self._launch)
        options = next(choice.options for choice in suite.scenarios if choice.part == task)
        probes = probing.Probes(job, part.door, options, suite.limits.measure_time, self._launch)
        start = probing.guess(self._look_up(candidate).facts, candidate.batch_size)
        found = probes.search(start, self._ceiling, lambda: self.time_left() <= 0)
        if found["stop"] == "time":
            raise JobError("timed_out", "measure", "no end of the search for a rate")
        body = {"candidate": candidate.model_dump(mode="json"), "found": {task: found}}
        facts = derive.of_peak(found, self.ledger.subject(candidate, artifact))
        return Run(self.environment, body, probes.packed(), facts=tuple(facts))

    def _launch(self, job: Mapping[str, Any], limit: float | None = None) -> launch.Outcome:
        """Run a job; it has the suite's time for measuring, unless another ``limit`` is given."""
        seconds = limit or self.ledger.suite.limits.measure_time
        began = time.monotonic()
        try:
            return launch.measure(job, min(seconds, self.time_left()), self.root / "cache/jobs")
        finally:
            self.spent[self._doing] += time.monotonic() - began


def _cleaner(old: Fact, new: Fact | None) -> Fact:
    """Return the fact to keep of two: the old one unless only it was disturbed. It was tried once more, even in vain."""
    kept = new if new and new.quality == "clean" and old.quality != "clean" else old
    return kept.model_copy(update={"tries": old.tries + 1})


def _as_known(known: Known) -> Evaluation:
    """Return what is known of a candidate, for which nothing was measured now."""
    return Evaluation(known.candidate, known.facts, known.failure, 0, len(known.facts))


def is_there(artifact: Artifact) -> bool:
    """Whether the artifact's files and inputs are still on disk."""
    needed = (Path(artifact.folder, REFERENCE), Path(artifact.inputs, "labels.npy"), Path(artifact.originals))
    return bool(artifact.originals) and all(path.exists() for path in needed)


def _failure(error: JobError, known: Known) -> Failure:
    key = known.plan.recipe if error.stage == "prepare" or not known.attempt else known.attempt
    return Failure(key=key, kind=error.kind, stage=error.stage, message=error.message, log=error.log)
