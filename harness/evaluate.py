"""One candidate, from what is known of it to all that is asked: prepare, measure, derive, keep."""

from __future__ import annotations

import io
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from harness import derive, launch
from harness.errors import JobError, OutOfTimeError
from harness.ledger import ACCURACY, Known, Ledger
from harness.prepare.plan import Plan
from harness.record import Artifact, Environment, Fact, Failure
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


class Evaluator:
    """Evaluates the candidates of one suite on this machine."""

    def __init__(
        self, ledger: Ledger, store: Store, environment: Environment, maker: Maker, root: Path, time_left: Callable[[], float]
    ) -> None:
        """``time_left`` tells the seconds until the run must end, whatever is in work."""
        self.ledger = ledger
        self.time_left = time_left
        self.store = store
        self.environment = environment
        self.maker = maker
        self.root = root

    def evaluate(self, candidate: Candidate, say: Say) -> Evaluation:
        """Return everything about ``candidate``, measuring what is not known yet.

        A candidate that does not get through is kept as a failure; raises OutOfTimeError when the run's time is over.
        """
        known = self._look_up(candidate)
        if known.complete:
            return _evaluation(known, 0)
        return self._try(known, say, lambda: self._complete(known, say))

    def evaluate_again(self, candidate: Candidate, process: int, say: Say) -> Evaluation:
        """Measure ``candidate``, complete so far, in one more process, its nth; return all that is now known of it."""
        known = self._look_up(candidate)
        artifact, missing = known.artifact, known.later[process - 1]
        if artifact is None or known.failure or not missing:
            return _evaluation(known, 0)
        if not _is_there(artifact):  # somebody tidied up: make it again first
            return self._try(known, say, lambda: self._complete(known, say))
        say(f"measuring in process {process + 1}")
        return self._try(known, say, lambda: self._measure(candidate, artifact, missing, process))

    def _try(self, known: Known, say: Say, work: Callable[[], int]) -> Evaluation:
        """Do the work, which returns how many facts it added; keep what stops it as a failure."""
        measured = 0
        try:
            measured = work()
        except JobError as error:
            if error.kind == "timed_out" and self.time_left() <= 0:
                raise OutOfTimeError(f"the time was over while {known.candidate.label} was in work") from None
            self.store.add_failure(_failure(error, known))
        return _evaluation(self._look_up(known.candidate), measured)

    def _look_up(self, candidate: Candidate) -> Known:
        return self.ledger.look_up([candidate])[candidate.label]

    def _complete(self, known: Known, say: Say) -> int:
        candidate = known.candidate
        artifact = known.artifact
        added = 0
        if artifact is None or not _is_there(artifact):
            began = time.monotonic()
            artifact = self.maker.make(known.plan, say, self.time_left())
            seconds = round(time.monotonic() - began, 1)
            artifact = artifact.model_copy(update={"notes": artifact.notes | {"seconds": seconds}})
            counted = derive.of_artifact(artifact, self.ledger.subject(candidate, artifact))
            added = self._new(counted)
            self.store.add_artifact(artifact, counted)
            fresh = self._look_up(candidate)
            known.artifact, known.missing, known.attempt = artifact, fresh.missing, fresh.attempt
        if artifact.fixed_batch not in (None, candidate.batch_size):
            message = f"its graph takes batches of {artifact.fixed_batch} only, not of {candidate.batch_size}"
            raise JobError("unsupported", "load", message)
        if known.missing and artifact is not None:
            say("measuring")
            added += self._measure(candidate, artifact, known.missing)
        return added

    def _new(self, facts: Sequence[Fact]) -> int:
        """Return how many of ``facts`` the store does not have."""
        keys = {fact.key for fact in facts}
        return len(keys) - len(self.store.facts(keys))

    def _measure(self, candidate: Candidate, artifact: Artifact, missing: Mapping[str, str], process: int = 0) -> int:
        suite = self.ledger.suite
        job = self._job(candidate, artifact, missing)
        outcome = launch.measure(job, min(suite.limits.measure_time, self.time_left()), self.root / "cache/jobs")
        with np.load(io.BytesIO(outcome.samples), allow_pickle=False) as file:
            samples = {name: file[name] for name in file.files}
        labels = np.load(Path(artifact.inputs) / "labels.npy")
        subject = self.ledger.subject(candidate, artifact, process)
        facts = derive.of_run(outcome.found, samples, labels, candidate.batch_size, subject)
        body = {
            "candidate": candidate.model_dump(mode="json"),
            "found": outcome.found,
            "memory": outcome.memory,
            "log": outcome.log,
        }
        added = self._new(facts)
        self.store.add_run(Run(self.environment, body, outcome.samples, tuple(missing.values()), tuple(facts)))
        return added

    def _job(self, candidate: Candidate, artifact: Artifact, missing: Mapping[str, str]) -> dict[str, Any]:
        suite, registry = self.ledger.suite, self.ledger.registry
        return {
            "artifact": artifact.folder,
            "door": registry.runtimes[candidate.runtime.part].door,
            "options": candidate.runtime.options,
            "device": candidate.device,
            "inputs": artifact.inputs,
            "preprocess": artifact.preprocess.model_dump(mode="json"),
            "classes": artifact.classes,
            "batch_size": candidate.batch_size,
            "fixed_batch": artifact.fixed_batch,
            "scenarios": {name: registry.scenarios[name].door for name in suite.scenarios if name in missing},
            "evaluate": ACCURACY in missing,
            "sizing": suite.measure.sizing(),
            "memory_limit": launch.memory_limit(suite.limits.memory),
        }


def _evaluation(known: Known, measured: int) -> Evaluation:
    return Evaluation(known.candidate, known.facts, known.failure, measured, max(0, len(known.facts) - measured))


def _is_there(artifact: Artifact) -> bool:
    """Whether the artifact's files and inputs are still on disk."""
    return Path(artifact.folder).is_dir() and (Path(artifact.inputs) / "labels.npy").exists()


def _failure(error: JobError, known: Known) -> Failure:
    key = known.plan.recipe if error.stage == "prepare" or not known.attempt else known.attempt
    return Failure(key=key, kind=error.kind, stage=error.stage, message=error.message, log=error.log)
