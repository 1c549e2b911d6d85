"""A suite in which nearly everything goes wrong, each in its own way, and is killed on top of it."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

import numpy as np
import onnx
import pytest
import sqlalchemy as sa
from onnx import TensorProto, helper, numpy_helper

from tests.end_to_end.conftest import Project

WIDTH = 1_500_000
"""Numbers in between for one sample: 6 MB, so that 512 samples need 3 GB."""

SUITE = """
name: wreck
workload: {dataset: digits, batch_size: [1, 512]}
baseline: {model: {onnx: good.onnx}, runtime: onnxruntime}
models:
  - {onnx: [good.onnx, wide.onnx, strange.onnx]}
  - {python: "mine:nan"}
  - {python: "mine:branching"}
runtimes:
  - {onnxruntime: {threads: 1}}
  - {fragile: {fault: [crash, hang]}}
profiles: {p: {weights: {latency_p50: 1}, range: {latency_p50: [0 s, 1 s]}}}
measure: {min_queries: 11, min_time: 0 s, max_time: 50 ms, processes: 1, again: 0}
limits: {measure_time: 10 s, memory: 1.6 GB}
search: {minutes: 20}
"""

MINE = """
import torch
from torch import nn

def nan():
    model = nn.Sequential(nn.Flatten(), nn.Linear(64, 10))
    nn.init.constant_(model[1].weight, float("nan"))
    return model

class Branching(nn.Module):
    def __init__(self):
        super().__init__()
        self.inner = nn.Sequential(nn.Flatten(), nn.Linear(64, 10))

    def forward(self, x):
        return self.inner(-x) if x.device.type != "meta" and float(x.sum()) > 0 else self.inner(x)

def branching():
    return Branching()
"""

FRAGILE = """
import os, signal, time
from types import MappingProxyType
from typing import Literal
from harness.spec import Value

class Options(Value):
    fault: Literal["crash", "hang"]

class Fragile:
    name, summary, subject, options, packages, version = "fragile", "fails at its 30th query", None, Options, (), 1
    door, format, lacks, numeric = "fragile:load", "onnx", MappingProxyType({}), frozenset()
    optional, per_shape, code_variable, idle_options, profile_door = (), False, "", MappingProxyType({}), ""

FRAGILE = Fragile()

def load(folder, options, device):
    from harness.runtimes.onnx_runtime import OrtSession

    class Session(OrtSession):
        queries = 0

        def run(self, batch):
            self.queries += 1
            if self.queries == 30 and options["fault"] == "crash":
                os.kill(os.getpid(), signal.SIGSEGV)
            while self.queries == 30:
                time.sleep(1)
            return super().run(batch)

    return Session(folder / "model.onnx", {}, device)
"""


def _graph(nodes: list[onnx.NodeProto], **weights: np.ndarray) -> onnx.ModelProto:
    graph = helper.make_graph(
        nodes,
        "graph",
        [helper.make_tensor_value_info("pixels", TensorProto.FLOAT, ["N", 64])],
        [helper.make_tensor_value_info("scores", TensorProto.FLOAT, ["N", 10])],
        [numpy_helper.from_array(value, name) for name, value in weights.items()],
    )
    opsets = [helper.make_opsetid("", 18), helper.make_opsetid("nowhere", 1)]
    return helper.make_model(graph, opset_imports=opsets, ir_version=8)


def _write(folder: Path) -> None:
    weights = np.random.default_rng(0).normal(size=(64, 10)).astype(np.float32)
    onnx.save(_graph([helper.make_node("MatMul", ["pixels", "w"], ["scores"])], w=weights), folder / "good.onnx")
    onnx.save(_graph([helper.make_node("Oracle", ["pixels"], ["scores"], domain="nowhere")]), folder / "strange.onnx")
    wide = [
        helper.make_node("MatMul", ["pixels", "w"], ["narrow"]),
        helper.make_node("ReduceSum", ["narrow", "axes"], ["one"], keepdims=1),
        helper.make_node("MatMul", ["one", "row"], ["wide"]),
        helper.make_node("ReduceMean", ["wide", "axes"], ["mean"], keepdims=1),
        helper.make_node("Add", ["narrow", "mean"], ["scores"]),
    ]
    row, axes = np.ones((1, WIDTH), np.float32), np.array([1], np.int64)
    onnx.save(_graph(wide, w=weights, row=row, axes=axes), folder / "wide.onnx")
    (folder / "mine.py").write_text(MINE)
    (folder / "fragile.py").write_text(FRAGILE)
    about = folder / "fragile-1.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: fragile\nVersion: 1.0\n")
    (about / "entry_points.txt").write_text("[harness.runtimes]\nfragile = fragile:FRAGILE\n")


@pytest.fixture(scope="module")
def wreck(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The suite, killed in the middle and run again to its end, with another package's runtime on the path."""
    project = Project(tmp_path_factory.mktemp("wreck"), SUITE)
    _write(project.folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", os.pathsep.join(filter(None, (str(project.folder), os.environ.get("PYTHONPATH")))))
        process = project.start("run", "suite.yaml")
        deadline = time.monotonic() + 180
        while _runs(project) < 2 and process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.05)
        assert process.poll() is None, (project.folder / "log").read_text()
        process.kill()
        process.wait()
        (project.folder / "before.json").write_text(json.dumps({kind: sorted(keys) for kind, keys in project.keys().items()}))
        answer = project.harness("run", "suite.yaml", "--json")
    assert answer.status == 0, answer.err
    (project.folder / "answer.json").write_text(answer.out)
    return project


def _rows(project: Project, sql: str) -> list[str]:
    database = project.folder / "results/harness.db"
    if not database.exists():
        return []
    engine = sa.create_engine(f"sqlite:///{database}")
    try:
        with engine.connect() as connection:
            return list(connection.scalars(sa.text(sql)))
    except sa.exc.OperationalError:  # not yet made
        return []
    finally:
        engine.dispose()


def _runs(project: Project) -> int:
    return len(_rows(project, "select body from harness_runs"))


def test_every_candidate_ends_as_a_figure_or_as_a_failure_of_its_own_kind(wreck: Project) -> None:
    answer = json.loads((wreck.folder / "answer.json").read_text())
    assert answer["space"]["evaluated"] == answer["space"]["candidates"] == 5 * 3 * 2
    kinds = {one["candidate"]: (one["kind"], one["stage"]) for one in answer["failures"]}
    assert kinds["wide@onnxruntime:threads=1/b512"] == ("out_of_memory", "warm_up")
    assert kinds["good@fragile:fault=crash/b1"][0] == "crashed"
    assert kinds["good@fragile:fault=hang/b1"][0] == "timed_out"
    assert kinds["nan@onnxruntime:threads=1/b1"] == ("nan_output", "prepare")
    assert kinds["branching@onnxruntime:threads=1/b1"] == ("export_failed", "prepare")
    assert kinds["strange@onnxruntime:threads=1/b1"] == ("unsupported", "load")
    survivors = {one["candidate"] for one in answer["candidates"]} - kinds.keys()
    assert {"good@onnxruntime:threads=1/b1", "good@onnxruntime:threads=1/b512", "wide@onnxruntime:threads=1/b1"} <= survivors


def test_a_failure_says_in_one_line_what_happened(wreck: Project) -> None:
    answer = json.loads((wreck.folder / "answer.json").read_text())
    told = {one["candidate"]: one["message"] for one in answer["failures"]}
    assert "SIGSEGV" in told["good@fragile:fault=crash/b1"]
    assert "10 s" in told["good@fragile:fault=hang/b1"]
    assert all("\n" not in message for message in told.values())


def test_a_failed_candidate_is_shown_with_what_happened_and_compares_with_nothing(
    wreck: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(filter(None, (str(wreck.folder), os.environ.get("PYTHONPATH")))))
    label = "good@fragile:fault=crash/b1"
    shown = wreck.harness("show", "suite.yaml", label)
    assert shown.status == 0, shown.err
    assert "failed (crashed) at" in shown.out
    assert "SIGSEGV" in shown.out
    compared = wreck.harness("compare", "suite.yaml", label, "good@onnxruntime:threads=1/b1")
    assert (compared.status, compared.out) == (1, "")
    assert compared.err == f"error: {label} failed (crashed) — harness show tells more\n"


def test_after_the_kill_nothing_was_measured_twice(wreck: Project) -> None:
    before = json.loads((wreck.folder / "before.json").read_text())
    assert before["facts"], "the kill came after the first facts"
    assert set(before["facts"]) < wreck.keys()["facts"], "and before the last ones"
    runs = [json.loads(body) for body in _rows(wreck, "select body from harness_runs")]
    labels = [json.dumps(run["candidate"], sort_keys=True) for run in runs if "profile" not in run]  # that is a run of its own
    assert len(labels) == len(set(labels)), "a candidate that was measured is not measured again"
