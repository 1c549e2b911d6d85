"""What ``facts.json`` holds, and every command's ``--json`` that prints an answer: types, from which its JSON schema follows.

Times are seconds, sizes bytes, shares of one, rates per second. Candidates are named by their labels. What is not known is null
or left out, never NaN. Keys are added, never renamed.
"""

from __future__ import annotations

from typing import Any, Literal

from harness.facts.behaviour import Behaviour
from harness.facts.candidates import Candidate, Failure, Screened, Space
from harness.facts.curves import Contention, Distribution, History, Loads
from harness.facts.decisions import Anchor, Deployment
from harness.facts.explanations import Explanations
from harness.facts.told import ShownFact, Told
from harness.facts.trust import Changed, Trust
from harness.record import Environment
from harness.spec import OwnMetric, Profile, Task


class Metric(Told):
    """A metric."""

    unit: str
    higher: bool
    """Whether more is better."""
    summary: str


class Facts(Told):
    """The answer to a suite: what is recommended per profile, and all it rests on."""

    schema_version: Literal[1]
    suite: str
    task: Task
    own_metric: OwnMetric | None
    environment: Environment
    """The machine: its identity, by which results are compared, and its context."""
    objectives: tuple[str, ...]
    """Metrics of the front: all that some profile weighs."""
    profiles: dict[str, Deployment]
    """The recommendations."""
    front: tuple[str, ...]
    near_front: tuple[str, ...]
    """Candidates that are not on the front but, with their intervals, could be."""
    hypervolume: float | None
    """Share of the box between worst and best ends that the front dominates."""
    stop_reason: str | None
    """Why the search ended."""
    screened: tuple[Screened, ...]
    candidates: tuple[Candidate, ...]
    references: dict[str, dict[str, ShownFact]]
    """Facts of the baselines."""
    failures: tuple[Failure, ...]
    counts: dict[str, int]
    """Facts ``measured`` by this run, and ``reused``."""
    space: Space
    notable: tuple[str, ...]
    """At most 40 candidates that a reader will ask about, first of all what is recommended.

    ``latency_curves``, ``by_rate``, ``contention`` and ``behaviour`` tell of these alone; ``by_batch`` of
    families with one of them.
    """
    memory: dict[str, tuple[tuple[float, float], ...]]
    """Resident memory of what is recommended and of its baselines: pairs of seconds and bytes."""
    latency_curves: dict[str, dict[str, Distribution]]
    """By candidate and scenario."""
    load_curves: Loads
    contention: dict[str, dict[str, tuple[Contention, ...]]]
    """By candidate and scenario, a process each."""
    behaviour: dict[str, Behaviour]
    """How classifiers behave beside their facts, by candidate."""
    explanations: Explanations | None
    """Null where nothing was explained."""
    history: History
    trust: Trust
    operators: dict[str, dict[str, Any]]
    """Where the time of a query goes, of candidates whose operators were timed."""
    baselines: dict[str, str]
    """The baseline of each candidate."""
    priorities: dict[str, Profile]
    """The profiles as they are judged by, ranges in SI units."""
    anchor: Anchor
    metrics: dict[str, Metric]
    run: dict[str, Any]
    """What the search did: algorithm, tried, planned, seconds, seconds_by_stage."""
    changed: Changed | None
    """Null where no other answer was remembered."""
    suite_text: str | None = None
    """The suite file, in ``facts.json``."""


def schema() -> dict[str, Any]:
    """Return the JSON schema of facts. Keys that it does not name are allowed: a later version may have more."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "harness-facts-1",
        **_opened(Facts.model_json_schema()),
    }


def _opened(schema: Any) -> Any:
    """Return a schema without what forbids more keys."""
    if isinstance(schema, list):
        return [_opened(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    return {key: _opened(one) for key, one in schema.items() if (key, one) != ("additionalProperties", False)}
