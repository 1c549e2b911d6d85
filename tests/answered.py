"""An answer about a store of made-up facts: who is recommended, tied, beaten, infeasible, failed and unknown is planted."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from harness.answer import building
from harness.answer.evidence import Evidence
from harness.ledger import Known
from harness.metrics import METRICS
from harness.record import Artifact, Environment, Fact, Failure, Preprocess
from harness.registry import Registry
from harness.space import Space, expand
from harness.store import Run, Store
from harness.suitefile import loads

SUITE = """
name: planted
workload: {dataset: digits}
models: [{sklearn: mlp}, {sklearn: logistic_regression}]
passes: [[], [quantize]]
runtimes: [{onnxruntime: {threads: [1, 2]}}]
profiles:
  fast:
    weights: {latency_p50: 1, accuracy: 1}
    range: {latency_p50: [5 ms, 0], accuracy: [50 %, 100 %]}
    constraints: ["accuracy >= baseline - 10 pp"]
  small:
    weights: {size: 1}
    range: {size: [100 kB, 0]}
"""
BASELINE = "mlp@onnxruntime:threads=1/b1"
FASTER = "mlp@onnxruntime:threads=2/b1"
BEST = "mlp+quantize:static@onnxruntime:threads=1/b1"
TIED = "mlp+quantize:static@onnxruntime:threads=2/b1"
WRONG = "logistic_regression@onnxruntime:threads=1/b1"
SLOW_AND_WRONG = "logistic_regression@onnxruntime:threads=2/b1"
FAILED = "logistic_regression+quantize:static@onnxruntime:threads=1/b1"
UNKNOWN = "logistic_regression+quantize:static@onnxruntime:threads=2/b1"

SAMPLES = 100
MILLISECONDS = {BASELINE: 4.0, FASTER: 3.0, BEST: 1.0, TIED: 1.05, WRONG: 0.5, SLOW_AND_WRONG: 4.5}
RIGHT = {"mlp@": 95, "mlp+": 93, "logistic_regression@": 70}
"""Of ``SAMPLES``, by the beginning of a label; those with a higher share have all right that the others have."""
KILOBYTES = {"mlp@": 40.0, "mlp+": 10.0, "logistic_regression@": 4.0}
FAILURE = Failure(key="f", kind="crashed", stage="measure", message="planted", log="one\n\x1b[2Jtwo\n")


@dataclass(frozen=True, slots=True)
class Planted:
    """The answer, with what it was made of."""

    answer: dict[str, Any]
    known: Mapping[str, Known]
    evidence: Evidence
    space: Space


def planted(registry: Registry, store: Store, folder: Any) -> Planted:
    """Return the answer about the planted facts, whose runs are in ``store``."""
    suite = loads(SUITE, registry, folder)
    space = expand(suite, registry)
    environment = Environment(id="here", identity={"cpu": "toy"}, context={"load": [0.0]}, versions={})
    known = {one.label: _known(one, store, environment) for one in space.everything}
    evidence = Evidence(store)
    return Planted(building.build(suite, space, known, environment, evidence), known, evidence, space)


def _known(candidate: Any, store: Store, environment: Environment) -> Known:
    label = candidate.label
    if label == UNKNOWN:
        return Known(candidate, None, missing={"query": "q"})
    if label == FAILED:
        return Known(candidate, None, _artifact("mlp+"), failure=FAILURE)
    kind = next(begins for begins in RIGHT if label.startswith(begins))
    number = store.add_run(Run(environment, _body(candidate), _samples(RIGHT[kind])))
    latency = MILLISECONDS[label] / 1e3
    facts = {
        "latency_p50": _fact("latency_p50", latency, 0.1 * latency, label, number),
        "accuracy": _fact("accuracy", RIGHT[kind] / SAMPLES, 0.04, kind, number),
        "size": _fact("size", 1e3 * KILOBYTES[kind], 0.0, kind, None),
    }
    return Known(candidate, None, _artifact(kind), facts, runs=(number,))


def _fact(metric: str, value: float, spread: float, of: str, run: int | None) -> Fact:
    about = {"metric": metric, "of": of}
    unit = METRICS[metric].unit
    return Fact(
        key=f"{metric} {of}",
        metric=metric,
        value=value,
        low=value - spread,
        high=value + spread,
        n=100,
        unit=unit,
        subject=about,
        run=run,
    )


def _body(candidate: Any) -> dict[str, Any]:
    timing = {"queries": 100, "elapsed": 0.5, "stop": "precision"}
    return {"candidate": candidate.model_dump(mode="json"), "process": 0, "found": {"single_stream": timing, "settings": {}}}


def _samples(right: int) -> bytes:
    """Return the scores of a candidate that has the first ``right`` samples right."""
    labels = np.arange(SAMPLES) % 2
    said = np.where(np.arange(SAMPLES) < right, labels, 1 - labels)
    file = io.BytesIO()
    np.savez(file, predictions=np.eye(2)[said], labels=labels)
    return file.getvalue()


def _artifact(kind: str) -> Artifact:
    return Artifact(
        recipe=f"recipe of {kind}",
        digest=f"digest of {kind}",
        format="onnx",
        folder="artifacts/toy",
        inputs="",
        sample_shape=(64,),
        classes=2,
        preprocess=Preprocess(),
        size=1000,
        notes={"quantize": {"method": "static", "kept": {}}, "seconds": 1.5},
    )
