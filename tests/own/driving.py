"""Suites of a user's own models and data, run for real through the pipeline into a throw-away results folder."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from harness import pipeline
from harness.evaluate import Evaluation
from harness.record import FAILURE_KINDS, Failure
from harness.registry import Registry
from harness.running.progress import Status
from harness.store import Store
from harness.suitefile import loads

SUITE: Mapping[str, Any] = {
    "name": "own",
    "profiles": {
        "only": {
            "weights": {"accuracy": 1, "latency_p50": 1},
            "range": {"accuracy": ["20 %", "100 %"], "latency_p50": ["0.01 ms", "100 ms"]},
        }
    },
    "measure": {"max_time": "0.2 s", "min_time": "0.05 s", "min_queries": 11, "processes": 1, "again": 0},
    "search": {"algorithm": "exhaustive", "trials": 500},
}


@dataclass
class Told:
    """An observer that remembers, and the answer at the end."""

    evaluations: dict[str, Evaluation] = field(default_factory=dict)
    stages: list[tuple[str, str]] = field(default_factory=list)
    answer: Mapping[str, Any] = field(default_factory=dict)

    def began(self, suite: str, planned: int, algorithm: str) -> None:
        pass

    def stage(self, candidate: str, text: str) -> None:
        self.stages.append((candidate, text))

    def evaluated(self, evaluation: Evaluation) -> None:
        self.evaluations[evaluation.candidate.label] = evaluation

    def progressed(self, status: Status) -> None:
        pass

    def failure(self, label: str) -> Failure:
        """Return the failure of a candidate, told in one line; the test fails where there is none."""
        failure = self.evaluations[label].failure
        assert failure is not None, f"{label} did not fail"
        assert failure.kind in FAILURE_KINDS
        assert failure.message.strip()
        assert "\n" not in failure.message
        return failure

    def value(self, label: str, metric: str) -> float:
        """Return the value of a fact of a candidate that got through."""
        evaluation = self.evaluations[label]
        assert evaluation.failure is None, evaluation.failure
        return evaluation.facts[metric].value

    def notes(self, label: str) -> Mapping[str, Any]:
        """Return what the stages of a candidate's artifact told about themselves."""
        return next(one["notes"] for one in self.answer["candidates"] if one["candidate"] == label)


def run(folder: Path, results: Path, **suite: Any) -> Told:
    """Run the suite with those keys, its paths starting at ``folder``, into ``results``."""
    registry = Registry.load()
    settled = loads(yaml.safe_dump({**SUITE, **suite}), registry, folder)
    told = Told()
    results.mkdir(parents=True, exist_ok=True)
    with Store(f"sqlite:///{results}/harness.db") as store:
        told.answer = pipeline.run(pipeline.settle(settled, registry, store, results), told)
    return told
