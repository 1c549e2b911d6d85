"""What a recommendation holds for, when it stops holding, and which of what it rests on is weak: as data, with words for people.

A pick made from another machine's latencies, or from a count of operations or weights in their stead, can rank the candidates
nearly right and still break the budget; so what it holds for is part of the answer.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from harness.decide.utility import wanted
from harness.record import Environment, Fact
from harness.spec import Profile, Suite

Facts = Mapping[str, Fact]

_DISTURBED = {
    "contended": "measured while something else used the machine",
    "throttled": "measured while the processor changed its speed",
}
_ORIGINS = {
    "estimate": "worked out from figures that the suite states, not measured",
    "published": "published by others, of another machine",
}


def validity(
    suite: Suite,
    profile: Profile,
    environment: Environment,
    rests_on: Mapping[str, Facts],
    absent: Mapping[str, Mapping[str, Any]],
    known: tuple[int, int],
) -> dict[str, Any]:
    """Return what holds of a profile's recommendation.

    ``rests_on`` are the facts of the recommended candidate and of its baseline, by label, the recommended first; ``absent``
    are its metrics that are not known; ``known`` says how many candidates are evaluated, and of how many.
    """
    return {
        "environment": {"id": environment.id, "identity": environment.identity, "versions": environment.versions},
        "holds_until": [{"changes": what, "words": words} for what, words in _until(suite, environment)],
        "weak": [*_weak_facts(profile, rests_on), *_unknown(profile, absent), *_unseen(known)],
    }


def _until(suite: Suite, environment: Environment) -> Iterator[tuple[str, str]]:
    versions = ", ".join(f"{name} {version}" for name, version in environment.versions.items())
    sizes = " or ".join(map(str, suite.batch_sizes))
    scenarios = ", ".join(choice.label for choice in suite.scenarios)
    path = "from the raw sample to its class" if suite.end_to_end else "of the model alone"
    yield "machine", f"the machine is another than {environment.id}: no timing, memory or energy is carried over"
    yield "versions", f"a package is another than {versions or 'those that measured'}"
    yield "data", f"the data are others than {suite.dataset.label}, whose test split the scores are of"
    yield "workload", f"queries are others than {sizes} samples each, {path}, sent as {scenarios}"
    yield "profile", "weights, ranges or constraints change by more than sensitivity says"


def _weak_facts(profile: Profile, rests_on: Mapping[str, Facts]) -> Iterator[dict[str, Any]]:
    bounded = {constraint.metric for constraint in profile.constraints if constraint.factor}
    for i, (label, facts) in enumerate(rests_on.items()):
        looked_at = [facts[name] for name in wanted(profile) if name in facts and (not i or name in bounded)]
        for kind, words in (_DISTURBED | _ORIGINS).items():
            metrics = [fact.metric for fact in looked_at if kind in (fact.quality, fact.provenance)]
            if metrics:
                yield {
                    "kind": kind,
                    "candidate": label,
                    "metrics": metrics,
                    "words": f"{', '.join(metrics)} of {label}: {words}",
                }


def _unknown(profile: Profile, absent: Mapping[str, Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    metrics = [name for name in wanted(profile) if name in absent]
    if metrics:
        yield {"kind": "withheld", "metrics": metrics, "words": f"not known, counted as the worst: {', '.join(metrics)}"}


def _unseen(known: tuple[int, int]) -> Iterator[dict[str, Any]]:
    evaluated, candidates = known
    if evaluated < candidates:
        yield {
            "kind": "not_evaluated",
            "evaluated": evaluated,
            "candidates": candidates,
            "words": f"{evaluated} of {candidates} candidates are evaluated: a better one may be among the others",
        }
