"""The job file of a measuring process: all that it knows, in JSON's terms."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from harness import launch
from harness.ledger import ACCURACY, OWN_METRIC, ROBUSTNESS
from harness.measure import cores
from harness.outputs import EVALUATION_BATCH
from harness.prepare.plan import corrupted
from harness.record import MODEL_FILES, REFERENCE, Artifact
from harness.registry import Registry
from harness.sizing import sizing
from harness.spec import Candidate, Explain, Suite


def job(suite: Suite, registry: Registry, candidate: Candidate, artifact: Artifact, tasks: Sequence[str]) -> dict[str, Any]:
    """Return the job of a process that does ``tasks`` (``ledger.Known.missing``) for a candidate."""
    threads = int(str(candidate.runtime.options.get("threads") or len(os.sched_getaffinity(0))))
    runtime = registry.runtimes[candidate.runtime.part]
    return {
        "artifact": artifact.folder,
        "reference": REFERENCE,
        "door": runtime.door,
        "options": candidate.runtime.options,
        "device": candidate.device,
        "threads": threads,
        "cores": cores_for(threads),
        "inputs": artifact.inputs,
        "originals": artifact.originals,
        "end_to_end": suite.end_to_end,
        "preprocess": artifact.preprocess.model_dump(mode="json"),
        "classes": artifact.classes,
        "batch_size": candidate.batch_size,
        "fixed_batch": candidate.batch_size if runtime.per_shape else artifact.fixed_batch,
        "scenarios": _scenarios(suite, registry, candidate, tasks),
        "probe": None,
        "profile": None,
        "explain": None,
        "evaluate": ACCURACY in tasks or OWN_METRIC in tasks,
        "corrupted": _corrupted(suite, artifact) if ROBUSTNESS in tasks else None,
        "subset": suite.subset,
        "own_metric": _own_metric(suite) if OWN_METRIC in tasks else None,
        "memory_limit": launch.memory_limit(suite.limits.memory),
        "environment": {},
    }


def as_explained(candidate: Candidate, artifact: Artifact, registry: Registry) -> Candidate:
    """Return the candidate as its decisions are explained: on all cores, in batches that are asked for at once.

    So candidates of other threads and batch sizes share explanations, and the time of one compares between all.
    """
    runtime = candidate.runtime
    numeric = {name: value for name, value in runtime.options.items() if name in registry.runtimes[runtime.part].numeric}
    plain = runtime.model_copy(update={"options": numeric})
    return candidate.model_copy(update={"runtime": plain, "batch_size": artifact.fixed_batch or EVALUATION_BATCH})


def explaining(suite: Suite, registry: Registry, explain: Explain, artifact: Artifact) -> dict[str, Any]:
    """Return what a process that explains decisions is to know besides."""
    part = registry.explainers[explain.method.part]
    return {
        "door": part.door,
        "options": explain.method.options,
        "samples": explain.samples,
        "budget": explain.budget,
        "segments": explain.segments,
        "seed": suite.search.seed,
        "task": suite.task,
        "background": artifact.background,
        "readable": MODEL_FILES[artifact.format] if artifact.complexity is not None else None,
    }


def _corrupted(suite: Suite, artifact: Artifact) -> dict[str, Any] | None:
    if suite.corruptions is None:
        return None
    return {
        "folder": str(corrupted(Path(artifact.inputs), suite.corruptions, suite.search.seed)),
        "kinds": suite.corruptions.kinds,
    }


def _own_metric(suite: Suite) -> dict[str, Any] | None:
    if suite.own_metric is None:
        return None
    return {"function": suite.own_metric.python, "folder": suite.folder, "by_label": suite.task == "embedding"}


def cores_for(threads: int) -> list[int]:
    """Return the cores that a process with so many threads is pinned to."""
    return sorted(cores.choose(threads, os.sched_getaffinity(0)))


def _scenarios(suite: Suite, registry: Registry, candidate: Candidate, tasks: Sequence[str]) -> dict[str, Any]:
    return {
        choice.part: {
            "door": registry.scenarios[choice.part].door,
            "options": choice.options,
            "sizing": sizing(suite, choice.part) | {"batch_size": candidate.batch_size},
        }
        for choice in suite.scenarios
        if choice.part in tasks
    }
