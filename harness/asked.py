"""What a suite has measured: which metrics, and what their facts depend on beside the candidate."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from harness.keys import Setting, digest_files, part_identity
from harness.metrics import BEHAVIOUR, EXPLAINED, METRICS, PARTS, QUALITIES, Metric, Scope
from harness.prepare.plan import corruption_identity
from harness.record import Environment
from harness.registry import Registry
from harness.sizing import sizing
from harness.sources import sources
from harness.spec import Choice, OwnMetric, Suite


def setting(suite: Suite, registry: Registry, environment: Environment) -> Setting:
    """Return what the facts of a suite on a machine have in common."""
    scenarios = {choice.part: _identity(suite, registry, choice) for choice in suite.scenarios}
    return Setting(environment.id, scenarios, suite.end_to_end, suite.subset, _more(suite, registry))


def _identity(suite: Suite, registry: Registry, choice: Choice) -> dict[str, Any]:
    """Return what identifies a scenario with what ends its timings: a probe has a time limit, and no sizing."""
    part = registry.scenarios[choice.part]
    ends = {"limit": suite.limits.measure_time} if part.probed else {"sizing": sizing(suite, choice.part)}
    return part_identity(part, choice.options) | ends


def _more(suite: Suite, registry: Registry) -> dict[Scope, dict[str, Any]]:
    """Return what the facts that a suite asks for depend on beside the numerics, by scope."""
    found: dict[Scope, dict[str, Any]] = {}
    if suite.own_metric:
        found[Scope.OWN] = {"own_metric": _own_metric(suite.own_metric, Path(suite.folder))}
    if suite.costs:
        found[Scope.COSTED] = {"costs": suite.costs.model_dump(mode="json")}
    if suite.groups:
        found[Scope.GROUPED] = {"groups": suite.groups.model_dump(mode="json")}
    if suite.corruptions:
        found[Scope.CORRUPTED] = {"corruptions": corruption_identity(suite.corruptions, suite.search.seed)}
    if suite.explain:
        method = part_identity(registry.explainers[suite.explain.method.part], suite.explain.method.options)
        told = suite.explain.model_dump(mode="json", exclude={"method"})
        found[Scope.EXPLAINED] = {"explain": {"method": method, "seed": suite.search.seed, **told}}
    return found


def _own_metric(own: OwnMetric, folder: Path) -> dict[str, str]:
    files = sources(own.python, folder)
    content = digest_files({f"{number:06} {path.name}": path for number, path in enumerate(files)})
    return {"function": own.python, "sources": content}


def metrics(suite: Suite, registry: Registry) -> tuple[str, ...]:
    """Return the metrics that are measured; the rest is derived from other facts, or not asked for."""
    return tuple(name for name, metric in METRICS.items() if _is_measured(metric, suite, registry))


def _is_measured(metric: Metric, suite: Suite, registry: Registry) -> bool:
    if metric.scope is Scope.DERIVED or (metric.name.removeprefix("time_") in PARTS and not suite.end_to_end):
        return False
    if metric.name in EXPLAINED:
        return suite.explain is not None
    if metric.name in BEHAVIOUR:
        return judges_classes(suite, registry) and _is_behaviour_asked(metric, suite)
    if metric.name == "memory_device" and suite.device == "cpu":
        return False
    if metric.name == "compile_time" and not any(registry.runtimes[one.part].code_variable for one in suite.runtimes):
        return False
    if metric.name in QUALITIES:
        return metric.name in suite.qualities and registry.datasets[suite.dataset.part].labelled
    return metric.scenario is None or metric.scenario in {choice.part for choice in suite.scenarios}


def _is_behaviour_asked(metric: Metric, suite: Suite) -> bool:
    if metric.name == "review_rate":
        return bool(suite.costs and suite.costs.person)
    asked = {Scope.COSTED: suite.costs, Scope.GROUPED: suite.groups, Scope.CORRUPTED: suite.corruptions}
    return metric.scope not in asked or asked[metric.scope] is not None


def judges_classes(suite: Suite, registry: Registry) -> bool:
    """Whether candidates say classes, all of the test split, whose truth is known: what behaviour follows from."""
    return registry.datasets[suite.dataset.part].labelled and suite.task == "classification" and suite.subset is None


def judged_by(suite: Suite) -> set[str]:
    """Return the metrics that some profile weighs or limits."""
    return {name for profile in suite.profiles for name in (*profile.weights, *(c.metric for c in profile.constraints))}
