"""The measuring processes of candidates: what one is to do, its limits and its time, and the run that comes of it.

It keeps nothing in the store, and does not know what is known of a candidate or missing.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from harness import compiling, derive, jobs, launch, probing
from harness.errors import JobError
from harness.ledger import Ledger
from harness.record import Artifact, Environment, Fact
from harness.spec import Candidate, Explain
from harness.store import Run
from harness.workshop import Say


class Measuring:
    """Measures the candidates of one suite on this machine, one fresh process after the other."""

    def __init__(self, ledger: Ledger, environment: Environment, root: Path, time_left: Callable[[], float]) -> None:
        """``time_left`` tells the seconds until the run must end, whatever is in work."""
        self.ledger, self.environment, self.root, self.time_left = ledger, environment, root, time_left
        self.doing = "measure"
        """What the seconds of the next processes are spent on."""
        self.spent: defaultdict[str, float] = defaultdict(float)
        """Seconds by what they were spent on."""
        self._ceiling: float | None = None

    def run(self, candidate: Candidate, artifact: Artifact, tasks: Sequence[str], process: int, say: Say) -> Run:
        """Do ``tasks`` in one process, the candidate's nth; raises JobError."""
        job, told = self._job(candidate, artifact, tasks, say)
        outcome = self.start(job)
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

    def search_peak(self, candidate: Candidate, artifact: Artifact, task: str, facts: Mapping[str, Fact], say: Say) -> Run:
        """Search the largest arrival rate of the scenario ``task``, one process a probe, from where ``facts`` let it begin."""
        suite, part = self.ledger.suite, self.ledger.registry.scenarios[task]
        job, _ = self._job(candidate, artifact, (), say)
        job["cores"] = jobs.cores_for(job["threads"] + 1)  # one more, for the generator
        if self._ceiling is None:
            self._ceiling = probing.ceiling(job, part.ceiling_door, self.start)
        options = next(choice.options for choice in suite.scenarios if choice.part == task)
        probes = probing.Probes(job, part.door, options, suite.limits.measure_time, self.start)
        found = probes.search(probing.guess(facts, candidate.batch_size), self._ceiling, lambda: self.time_left() <= 0)
        if found["stop"] == "time":
            raise JobError("timed_out", "measure", "no end of the search for a rate")
        body = {"candidate": candidate.model_dump(mode="json"), "found": {task: found}}
        told = derive.of_peak(found, self.ledger.subject(candidate, artifact))
        return Run(self.environment, body, probes.packed(), facts=tuple(told))

    def profile(self, candidate: Candidate, artifact: Artifact, door: str, say: Say) -> Run:
        """Take the time of each operator; raises JobError.

        What was disturbed is taken again, as often as a timing may be; then the last one is kept, and says so.
        """
        job, _ = self._job(candidate, artifact, (), say)
        for _ in range(1 + self.ledger.suite.measure.again):
            outcome = self.start(job | {"profile": {"door": door}})
            quality = derive.grade(outcome.found, job["threads"])
            if quality == "clean":
                break
        told = {**outcome.found["profile"], "quality": quality}
        body = {"candidate": candidate.model_dump(mode="json"), "profile": told, "log": outcome.log}
        return Run(self.environment, body, outcome.samples)

    def explain(self, candidate: Candidate, artifact: Artifact, explain: Explain, baseline: int | None, say: Say) -> Run:
        """Explain decisions, in a process of its own; ``baseline``: the run that explained those of the suite's baseline.

        Where that fails the run says why, and no fact comes of it; raises JobError when the run's time is over.
        """
        ledger, limits = self.ledger, self.ledger.suite.limits
        body = {"candidate": candidate.model_dump(mode="json")}
        doing, self.doing = self.doing, "explain"
        try:
            job, _ = self._job(jobs.as_explained(candidate, artifact, ledger.registry), artifact, (), say)
            asked = jobs.explaining(ledger.suite, ledger.registry, explain, artifact)
            outcome = self.start(job | {"explain": asked}, limits.measure_time + explain.budget)
        except JobError as error:
            if self.time_left() <= 0:
                raise
            say(f"not explained: {error.message}")
            return Run(self.environment, body | {"explain": {"failed": error.message}, "log": error.log}, launch.packed({}))
        finally:
            self.doing = doing
        arrays = outcome.arrays()
        itself = candidate.label == ledger.suite.baseline.label
        theirs = arrays if itself else ledger.store.samples(baseline) if baseline is not None else None
        facts = derive.of_explanations(arrays, theirs, ledger.subject(candidate, artifact))
        told = {"explain": outcome.found["explain"], "log": outcome.log}
        return Run(self.environment, body | told, outcome.samples, facts=tuple(facts))

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
        seconds = compiling.compiled(place, variable, job, lambda asked: self.start(asked, limit))
        return job | {"environment": {variable: str(place)}}, {"compile_time": seconds}

    def start(self, job: Mapping[str, Any], limit: float | None = None) -> launch.Outcome:
        """Run a job; it has the suite's time for measuring, unless another ``limit`` is given."""
        seconds = limit or self.ledger.suite.limits.measure_time
        began = time.monotonic()
        try:
            return launch.measure(job, min(seconds, self.time_left()), self.root / "cache/jobs")
        finally:
            self.spent[self.doing] += time.monotonic() - began
