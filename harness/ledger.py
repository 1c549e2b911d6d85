"""What the store knows of a suite's candidates. Reads only: decisions and reports are made of what this returns."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from harness import asked, derive, keys
from harness.bulk import collecting_nothing
from harness.compatibility import traits, unscored
from harness.derive import Subject
from harness.keys import Keys
from harness.metrics import ARITHMETIC, EXPLAINED, METRICS, Metric, Scope
from harness.prepare.plan import Plan, Planner
from harness.record import Artifact, Environment, Fact, Failure, Preprocess
from harness.registry import Registry
from harness.spec import Candidate, Suite
from harness.store import Store

QUERY: Final = "query"
ACCURACY: Final = "accuracy"
"""The metrics of the suite's task, whichever they are."""
OWN_METRIC: Final = "own_metric"
ROBUSTNESS: Final = "robustness"
EXPLAIN: Final = "explain"
PROFILE: Final = "profile"
MEDIANS: Final = {"single_stream": "latency_p50", "multi_stream": "multi_stream_p50"}
"""Scenarios that time each query by itself, and the metric that says which runs such timings rest on."""


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
    disturbed: tuple[int, ...] = ()
    """The processes whose timings are to be taken again, 0 the first: something disturbed them."""
    done: dict[str, int] = field(default_factory=dict)
    """Task: the run that completed it, in the first process."""
    timed: dict[str, tuple[int, ...]] = field(default_factory=dict)
    """Scenario that times each query by itself: the runs its timings rest on, one a process."""
    attempt: str = ""
    """Key of a failure to measure it."""
    runs: tuple[int, ...] = ()
    unscored: str | None = None
    """Why no accuracy of it is measured, if so."""
    profile: int | None = None
    """The run that took the time of each of its operators."""
    explained: int | None = None
    """The run that explained its decisions, or could not."""
    unexplained: str | None = None
    """Why its decisions are not explained, if so."""

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
        self.environment = environment
        self.setting = asked.setting(suite, registry, environment)
        self.metrics = asked.metrics(suite, registry)
        """What the suite has measured; the rest is derived, or not asked for."""
        self.explains_all = suite.explain is not None and bool(EXPLAINED & asked.judged_by(suite))
        """Whether every candidate's decisions are explained, since a profile judges by that; else those that a run ends with."""
        self._planner = Planner(suite, registry)
        self._plans: dict[str, Plan] = {}

    def of(self, suite: Suite) -> Ledger:
        """Return the ledger of another suite, over the same store on the same machine."""
        return Ledger(suite, self.registry, self.store, self.environment)

    def plan(self, candidate: Candidate) -> Plan:
        """Return the plan of the candidate's artifact; it depends on the runtime, but not on the runtime's options."""
        name = "+".join((candidate.model.label, *(choice.label for choice in candidate.passes), candidate.runtime.part))
        if name not in self._plans:
            self._plans[name] = self._planner.plan(candidate)
        return self._plans[name]

    def settled(self) -> keys.Setting:
        """Return the setting with what facts relative to the suite's baseline depend on, once that is made."""
        baseline = self.suite.baseline
        recipe = self.plan(baseline).recipe
        artifact = self.store.artifacts([recipe]).get(recipe)
        if artifact is None:
            return self.setting
        runtime = self.registry.runtimes[baseline.runtime.part]
        about = keys.dependencies(Scope.NUMERICS, None, baseline, artifact, runtime, self.setting)
        more = {
            Scope.RELATIVE: {"baseline": about},
            Scope.AGREED: {**self.setting.more.get(Scope.EXPLAINED, {}), "baseline": about},
        }
        return self.setting._replace(more={**self.setting.more, **more})

    def subject(self, candidate: Candidate, artifact: Artifact, process: int = 0) -> Subject:
        """Return the function that says what a fact of the candidate, measured in its nth process, depends on."""
        runtime, setting = self.registry.runtimes[candidate.runtime.part], self.settled()

        def about(metric: Metric) -> dict[str, Any]:
            return keys.subject(metric, candidate, artifact, runtime, setting, process)

        return about

    def tasks(self, candidate: Candidate, artifact: Artifact, process: int = 0) -> dict[str, str]:
        """Return the measurements a candidate needs in its nth process, with their keys.

        Accuracy, and a scenario that is probed in processes of its own, are measured once.
        """
        return self._tasks(self._keys(candidate, artifact), process)

    def _tasks(self, of: Keys, process: int) -> dict[str, str]:
        found = {QUERY: of.task(QUERY, Scope.QUERY, None, process)}
        for name in self.setting.scenarios:
            if not (process and self.is_probed(name)):
                found[name] = of.task(name, Scope.QUERY, name, process)
        if not process and self.why_not_scored(of.candidate) is None:
            found[ACCURACY] = of.task(ACCURACY, Scope.NUMERICS, None)
            if Scope.OWN in self.setting.more:
                found[OWN_METRIC] = of.task(OWN_METRIC, Scope.OWN, None)
            if self.suite.corruptions and asked.judges_classes(self.suite, self.registry):
                found[ROBUSTNESS] = of.task(ROBUSTNESS, Scope.CORRUPTED, None)
        if not process and self.explains_all and self.why_not_explained(of.candidate) is None:
            found[EXPLAIN] = _explain(of)
        return found

    def why_not_explained(self, candidate: Candidate) -> str | None:
        """Return why decisions of a candidate are not explained, or None where they can be."""
        if self.suite.explain is None:
            return "the suite does not ask for it"
        runtime, part = self.registry.runtimes[candidate.runtime.part], self.registry.explainers[self.suite.explain.method.part]
        return part.refusal(traits(self.registry, candidate.model, candidate.passes), runtime)

    def why_not_scored(self, candidate: Candidate) -> str | None:
        """Return why no accuracy of a candidate is measured, or None where it is."""
        return unscored(self.registry, self.suite.dataset, candidate.model)

    def _keys(self, candidate: Candidate, artifact: Artifact, setting: keys.Setting | None = None) -> Keys:
        return Keys(candidate, artifact, self.registry.runtimes[candidate.runtime.part], setting or self.setting)

    def timings(self, candidate: Candidate, artifact: Artifact, process: int) -> list[str]:
        """Return the keys of the facts that every process has of its own, in the nth one."""
        of = self._keys(candidate, artifact)
        return [of.fact(METRICS[name], process) for name in self.metrics if METRICS[name].replicated]

    def explanation(self, candidate: Candidate, artifact: Artifact) -> str:
        """Return the key of a candidate's explanations."""
        return _explain(self._keys(candidate, artifact))

    def profile(self, candidate: Candidate, artifact: Artifact) -> str:
        """Return the key of the time of each of a candidate's operators."""
        return _profile(self._keys(candidate, artifact))

    def is_probed(self, task: str) -> bool:
        """Whether a task is a scenario that is asked at one rate after the other, in processes of its own."""
        return task in self.setting.scenarios and self.registry.scenarios[task].probed

    @collecting_nothing()
    def look_up(self, candidates: Sequence[Candidate]) -> dict[str, Known]:
        """Return what is known of each candidate, by label, in their order."""
        found = {
            c.label: Known(c, self.plan(c), unscored=self.why_not_scored(c), unexplained=self.why_not_explained(c))
            for c in candidates
        }
        artifacts = self.store.artifacts(known.plan.recipe for known in found.values())
        for known in found.values():
            known.artifact = artifacts.get(known.plan.recipe)
        self._look_up_facts(found)
        self._look_up_failures(found)
        return found

    def _look_up_facts(self, found: dict[str, Known]) -> None:
        setting = self.settled()
        of = {label: self._keys(known.candidate, known.artifact, setting) for label, known in found.items() if known.artifact}
        processes = range(self.suite.measure.processes)
        tasks = {label: [self._tasks(one, process) for process in processes] for label, one in of.items()}
        profiles = {label: _profile(one) for label, one in of.items()}
        explained = {label: _explain(one) for label, one in of.items()} if self.suite.explain else {}
        needed = (key for several in tasks.values() for named in several for key in named.values())
        done = self.store.done([*needed, *profiles.values(), *explained.values()])
        wanted = {label: self._fact_keys(one, tasks[label], done) for label, one in of.items()}
        facts = self.store.facts(key for named in wanted.values() for several in named.values() for key in several.values())
        measured = {
            label: {name: [facts[key] for key in several.values() if key in facts] for name, several in named.items()}
            for label, named in wanted.items()
        }
        spreads = {name: derive.spread(METRICS[name], (named[name] for named in measured.values())) for name in self.metrics}
        for label, named in measured.items():
            known = found[label]
            known.facts = {
                name: derive.merged(several, spreads[name]) if METRICS[name].replicated else several[0]
                for name, several in named.items()
                if several
            }
            known.timed = {scenario: _runs(named[name]) for scenario, name in MEDIANS.items() if named.get(name)}
            known.facts |= derive.from_facts(known.facts, self.suite.target)
            missing = [{task: key for task, key in each.items() if key not in done} for each in tasks[label]]
            known.missing, known.later = missing[0], tuple(missing[1:])
            disturbed = _disturbed(wanted[label], facts, self.suite.measure.again)
            known.disturbed = tuple(process for process in disturbed if not missing[process])
            known.done = {task: done[key] for task, key in tasks[label][0].items() if key in done}
            completed = {done[key] for each in tasks[label] for key in each.values() if key in done}
            known.runs = tuple(sorted(completed | {fact.run for several in named.values() for fact in several if fact.run}))
            known.attempt = keys.digest({"attempt": tasks[label][0]})
            known.profile = done.get(profiles[label])
            known.explained = done.get(explained.get(label, ""))

    def _fact_keys(self, of: Keys, tasks: Sequence[Mapping[str, str]], done: Mapping[str, int]) -> dict[str, dict[int, str]]:
        """Return, per metric, the keys its facts can have, by process.

        Most candidates are measured in one process, so most keys of the others need no look: their facts come into the store
        with their task, but for those that a candidate of another batch size shares.
        """
        found: dict[str, dict[int, str]] = {}
        for name in self.metrics:
            metric = METRICS[name]
            task = metric.scenario or QUERY
            more = range(1, len(tasks)) if metric.replicated else ()
            later = [process for process in more if metric.scope is Scope.PROCESS or tasks[process][task] in done]
            found[name] = {process: of.fact(metric, process) for process in (0, *later)}
        return found

    def _look_up_failures(self, found: dict[str, Known]) -> None:
        wanted = [key for known in found.values() for key in (known.plan.recipe, known.attempt) if key]
        failures = self.store.failures(wanted)
        for known in found.values():
            known.failure = failures.get(known.plan.recipe) or failures.get(known.attempt)

    def sharing(self, candidates: Sequence[Candidate], metrics: Iterable[str]) -> dict[str, list[str]]:
        """Return, by measured metric, what each candidate's fact depends on before it is made: equal texts, one fact."""
        of = [self._keys(candidate, _stand_in(self.plan(candidate))) for candidate in candidates]
        return {name: [one.fact(METRICS[name]) for one in of] for name in metrics if name in self.metrics}

    def distinct(self, candidates: Iterable[Candidate]) -> dict[str, int]:
        """Return how many distinct facts of each metric the candidates need, before anything is made of them."""
        wanted: dict[str, set[str]] = {name: set() for name in self.metrics}
        for candidate in candidates:
            of = self._keys(candidate, _stand_in(self.plan(candidate)))
            scored = self.why_not_scored(candidate) is None
            for name, keys_ in wanted.items():
                if scored or METRICS[name].scope not in ARITHMETIC:
                    keys_.add(of.fact(METRICS[name]))
        return {name: len(found) for name, found in wanted.items()}


def finished(known: Mapping[str, Known]) -> dict[str, Mapping[str, Fact]]:
    """Return the facts of what is measured in full, by label."""
    return {label: one.facts for label, one in known.items() if one.complete and not one.failure}


def _explain(of: Keys) -> str:
    return of.task(EXPLAIN, Scope.EXPLAINED, None)


def _profile(of: Keys) -> str:
    return of.task(PROFILE, Scope.QUERY, None)


def _disturbed(wanted: Mapping[str, Mapping[int, str]], facts: Mapping[str, Fact], again: int) -> list[int]:
    """Return the processes, 0 the first, with a timing that is not clean and may be tried ``again`` so often, and was not yet.

    ``wanted`` are fact keys by metric and process.
    """
    timed = ((p, facts[key]) for name in wanted if METRICS[name].replicated for p, key in wanted[name].items() if key in facts)
    return sorted({process for process, fact in timed if fact.quality != "clean" and fact.tries <= again})


def _runs(facts: Sequence[Fact]) -> tuple[int, ...]:
    return tuple(fact.run for fact in facts if fact.run is not None)


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
