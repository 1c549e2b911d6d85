"""What the store knows of a suite's candidates. Reads only: decisions and reports are made of what this returns."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from harness import derive, keys
from harness.derive import Subject
from harness.metrics import METRICS, Metric, Scope
from harness.prepare.plan import Plan, Planner
from harness.record import Artifact, Environment, Fact, Failure, Preprocess
from harness.registry import Registry
from harness.spec import Candidate, Suite
from harness.store import Store

QUERY: Final = "query"
ACCURACY: Final = "accuracy"


@dataclass(slots=True)
class Known:
    """A candidate with all the store knows of it; ``missing`` are the measurements still to be taken, by task."""

    candidate: Candidate
    plan: Plan
    artifact: Artifact | None = None
    facts: dict[str, Fact] = field(default_factory=dict)
    failure: Failure | None = None
    missing: dict[str, str] = field(default_factory=dict)
    """Task (``query``, a scenario, ``accuracy``): its key."""
    later: tuple[dict[str, str], ...] = ()
    """What is missing of the processes after the first, should it be a contender."""
    attempt: str = ""
    """Key of a failure to measure it."""
    runs: tuple[int, ...] = ()

    @property
    def complete(self) -> bool:
        """Whether nothing is left to do for it."""
        return self.failure is not None or (self.artifact is not None and not self.missing)


class Ledger:
    """Looks candidates of one suite up, on one machine."""

    def __init__(self, suite: Suite, registry: Registry, store: Store, environment: Environment) -> None:
        self.suite = suite
        self.registry = registry
        self.store = store
        self.machine = environment.id
        self._planner = Planner(suite, registry)
        self._plans: dict[str, Plan] = {}

    def plan(self, candidate: Candidate) -> Plan:
        """Return the plan of the candidate's artifact; candidates that share an artifact share it."""
        target = self.registry.runtimes[candidate.runtime.part].format
        name = "+".join((candidate.model.label, *(choice.label for choice in candidate.passes), target))
        if name not in self._plans:
            self._plans[name] = self._planner.plan(candidate)
        return self._plans[name]

    def subject(self, candidate: Candidate, artifact: Artifact, process: int = 0) -> Subject:
        """Return the function that says what a fact of the candidate, measured in its nth process, depends on."""
        runtime = self.registry.runtimes[candidate.runtime.part]

        def about(metric: Metric) -> dict[str, Any]:
            return keys.subject(metric, candidate, artifact, runtime, self.suite, self.machine, process)

        return about

    def tasks(self, candidate: Candidate, artifact: Artifact, process: int = 0) -> dict[str, str]:
        """Return the measurements a candidate needs in its nth process, with their keys; accuracy only in the first."""
        runtime = self.registry.runtimes[candidate.runtime.part]
        scopes: list[tuple[str, Scope, str | None]] = [(QUERY, Scope.QUERY, None)]
        scopes += [(name, Scope.QUERY, name) for name in self.suite.scenarios]
        scopes += [] if process else [(ACCURACY, Scope.NUMERICS, None)]
        again = {"process": process} if process else {}
        return {
            task: keys.digest(
                {"task": task, **again}
                | keys.dependencies(scope, scenario, candidate, artifact, runtime, self.suite, self.machine)
            )
            for task, scope, scenario in scopes
        }

    def look_up(self, candidates: Sequence[Candidate]) -> dict[str, Known]:
        """Return what is known of each candidate, by label, in their order."""
        found = {c.label: Known(c, self.plan(c)) for c in candidates}
        artifacts = self.store.artifacts(known.plan.recipe for known in found.values())
        for known in found.values():
            known.artifact = artifacts.get(known.plan.recipe)
        self._look_up_facts(found)
        self._look_up_failures(found)
        return found

    def _look_up_facts(self, found: dict[str, Known]) -> None:
        made = [(known, known.artifact) for known in found.values() if known.artifact]
        processes = range(self.suite.measure.processes)
        wanted = {known.candidate.label: self._fact_keys(known.candidate, artifact) for known, artifact in made}
        tasks = {known.candidate.label: [self.tasks(known.candidate, artifact, p) for p in processes] for known, artifact in made}
        facts = self.store.facts(key for named in wanted.values() for several in named.values() for key in several)
        done = self.store.done(key for each in tasks.values() for named in each for key in named.values())
        measured = {
            label: {name: [facts[key] for key in several if key in facts] for name, several in named.items()}
            for label, named in wanted.items()
        }
        spreads = {name: derive.spread(METRICS[name], (named[name] for named in measured.values())) for name in self._metrics()}
        for known, _ in made:
            label = known.candidate.label
            known.facts = {
                name: derive.merged(several, spreads[name]) if METRICS[name].replicated else several[0]
                for name, several in measured[label].items()
                if several
            }
            missing = [{task: key for task, key in named.items() if key not in done} for named in tasks[label]]
            known.missing, known.later = missing[0], tuple(missing[1:])
            known.runs = tuple(sorted({done[key] for named in tasks[label] for key in named.values() if key in done}))
            known.attempt = keys.digest({"attempt": tasks[label][0]})

    def _fact_keys(self, candidate: Candidate, artifact: Artifact) -> dict[str, list[str]]:
        """Return, per metric, the keys of its facts, first process first."""
        found: dict[str, list[str]] = {name: [] for name in self._metrics()}
        for process in range(self.suite.measure.processes):
            about = self.subject(candidate, artifact, process)
            for name, several in found.items():
                if not process or METRICS[name].replicated:
                    several.append(keys.digest(about(METRICS[name])))
        return found

    def _metrics(self) -> list[str]:
        return [name for name, metric in METRICS.items() if self._measures(metric)]

    def _measures(self, metric: Metric) -> bool:
        return metric.scenario is None or metric.scenario in self.suite.scenarios

    def _look_up_failures(self, found: dict[str, Known]) -> None:
        wanted = [key for known in found.values() for key in (known.plan.recipe, known.attempt) if key]
        failures = self.store.failures(wanted)
        for known in found.values():
            known.failure = failures.get(known.plan.recipe) or failures.get(known.attempt)

    def distinct(self, candidates: Iterable[Candidate]) -> dict[str, int]:
        """Return how many distinct facts of each metric the candidates need, before anything is made of them."""
        wanted: dict[str, set[str]] = {name: set() for name in self._metrics()}
        for candidate in candidates:
            for name, several in self._fact_keys(candidate, _stand_in(self.plan(candidate))).items():
                wanted[name].add(several[0])
        return {name: len(found) for name, found in wanted.items()}


def _stand_in(plan: Plan) -> Artifact:
    """Return an artifact that is not made yet, told apart from others by its recipe."""
    return Artifact(
        recipe=plan.recipe,
        digest=plan.recipe,
        format="onnx",
        folder="",
        inputs="",
        sample_shape=(),
        classes=0,
        preprocess=Preprocess(),
        size=0,
    )
