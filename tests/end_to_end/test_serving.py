"""The largest arrival rate, found for a runtime whose capacity is planted, by the real generator in real processes."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from tests.end_to_end.conftest import Project

CAPACITY = 250.0
"""Samples per second: every call sleeps for 4 ms."""

SUITE = """
name: serving
workload: {dataset: digits}
models: [{sklearn: decision_tree}]
runtimes: [patient]
scenarios: [single_stream, {server: {latency: 40 ms, percentile: 90, seconds: 0.5 s, precision: 20 %}}]
profiles: {p: {weights: {server_rate: 1}, range: {server_rate: [1, 1000]}}}
measure: {min_queries: 64, max_queries: 64, min_time: 0 s, max_time: 50 ms, processes: 1, again: 0}
search: {minutes: 10}
"""

PATIENT = """
import time
from types import MappingProxyType
from harness.spec import Value

class Options(Value):
    pass

class Patient:
    name, summary, subject, options, packages, version = "patient", "takes its time", None, Options, (), 1
    door, format, lacks, numeric = "patient:load", "onnx", MappingProxyType({}), frozenset()
    optional, per_shape, code_variable, idle_options, profile_door = (), False, "", MappingProxyType({}), ""

PATIENT = Patient()

def load(folder, options, device):
    from harness.runtimes.onnx_runtime import OrtSession

    class Session(OrtSession):
        def run(self, batch):
            time.sleep(0.004)
            return super().run(batch)

    return Session(folder / "model.onnx", {"threads": 1}, device)
"""


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The answer."""
    project = Project(tmp_path_factory.mktemp("serving"), SUITE)
    _install(project.folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", os.pathsep.join(filter(None, (str(project.folder), os.environ.get("PYTHONPATH")))))
        answer = project.harness("run", "suite.yaml", "--json")
    assert answer.status == 0, answer.err
    found: dict[str, Any] = json.loads(answer.out)
    return found


@pytest.fixture
def served(told: dict[str, Any]) -> dict[str, Any]:
    """The only candidate of the answer."""
    (candidate,) = told["candidates"]
    return candidate


def _install(folder: Path) -> None:
    (folder / "patient.py").write_text(PATIENT)
    about = folder / "patient-1.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: patient\nVersion: 1.0\n")
    (about / "entry_points.txt").write_text("[harness.runtimes]\npatient = patient:PATIENT\n")


def test_a_rate_is_found_below_what_the_runtime_can_do_at_all(served: dict[str, Any]) -> None:
    rate = served["facts"]["server_rate"]
    assert 0 < rate["low"] <= rate["value"] <= rate["high"]
    assert rate["value"] < 1.1 * CAPACITY
    assert rate["n"] >= 64
    assert rate["processes"] == 1


def test_the_curve_under_load_tells_every_probe_and_the_latencies_at_the_rate_that_was_found(told: dict[str, Any]) -> None:
    (label, curve), (one,) = *told["load_curves"]["by_rate"].items(), told["candidates"]
    assert label == one["candidate"]
    assert curve["rate"] == one["facts"]["server_rate"]["value"]
    assert (curve["limit"], curve["percentile"]) == (0.04, 0.9)
    for probe in curve["probes"]:
        assert 0 < probe["achieved"] < 1.1 * CAPACITY
        assert probe["held"] == (probe["latency"] is not None and probe["latency"] <= 0.04)
    at_rate = told["latency_curves"][label]["server"]
    assert at_rate["n"] == sum(probe["queries"] for probe in curve["probes"] if probe["rate"] == curve["rate"])
    assert min(at_rate["seconds"]) >= 0.004
