"""The package that the page about extending shows: installed for real, its parts under contract and in a suite."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.end_to_end.conftest import Project

EXAMPLE = Path(__file__).parents[2] / "docs" / "example"
PIP = ("-m", "pip", "install", "--quiet", "--no-deps", "--no-build-isolation", "--no-index", "--disable-pip-version-check")


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    """A copy of the package, as a folder in which commands find what was installed from it."""
    place = tmp_path_factory.mktemp("example")
    shutil.copytree(EXAMPLE, place / "package")
    done = subprocess.run([sys.executable, *PIP, "--target", place / "site", place / "package"], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", os.pathsep.join(filter(None, (str(place / "site"), os.environ.get("PYTHONPATH")))))
        yield Project(place / "project", (EXAMPLE / "suite.yaml").read_text())


@pytest.fixture(scope="module")
def answer(installed: Project) -> Any:
    done = installed.harness("run", "suite.yaml", "--json")
    assert done.status == 0, done.err
    return done.json


def test_its_parts_are_listed_beside_the_built_in_ones(installed: Project) -> None:
    told = installed.harness("list", "--json").json
    found = {kind: {part["name"] for part in told[kind]} for kind in ("datasets", "models", "passes", "runtimes", "explainers")}
    assert found["datasets"] > {"moons", "digits"}
    assert found["models"] > {"nearest_mean", "timm"}
    assert found["passes"] > {"round", "prune"}
    assert found["runtimes"] > {"onnx_reference", "torch"}
    assert found["explainers"] > {"occlusion", "shap"}


def test_its_parts_keep_the_contracts(installed: Project) -> None:
    tests = [sys.executable, "-m", "pytest", "tests", "-p", "no:cacheprovider", "-W", "error"]
    done = subprocess.run(tests, cwd=installed.folder.parent / "package", capture_output=True, text=True)
    assert done.returncode == 0, done.stdout
    assert "passed" in done.stdout


def test_its_model_is_measured_on_its_runtime_with_its_pass(answer: Any) -> None:
    facts = {one["candidate"]: one["facts"] for one in answer["candidates"]}
    plain, rounded = (facts[f"nearest_mean{chain}@onnx_reference:threads=1/b1"] for chain in ("", "+round:2"))
    assert plain["accuracy"]["value"] > 0.6
    assert plain["latency_p50"]["value"] > 0
    assert abs(rounded["accuracy"]["value"] - plain["accuracy"]["value"]) < 0.05


def test_its_graph_passes_through_our_parts_and_ours_through_its(answer: Any) -> None:
    measured = {one["candidate"] for one in answer["candidates"]}
    assert "nearest_mean+round:2+quantize:static@onnxruntime:threads=1/b1" in measured
    assert "decision_tree@onnx_reference:threads=1/b1" in measured


def test_its_explainer_explains_what_is_recommended(answer: Any) -> None:
    chosen = answer["profiles"]["fast"]["candidate"]
    (one,) = (one for one in answer["candidates"] if one["candidate"] == chosen)
    assert one["explanation"]["samples"] == 16
    assert one["facts"]["interpretability"]["value"] > 0


def test_what_its_runtime_lacks_is_a_failure_of_a_kind(answer: Any) -> None:
    told = {one["candidate"]: (one["kind"], one["stage"], one["message"]) for one in answer["failures"]}
    kind, stage, message = told["nearest_mean+round:2+quantize:static@onnx_reference:threads=1/b1"]
    assert (kind, stage) == ("unsupported", "load")
    assert "DequantizeLinear" in message


def test_what_its_pass_needs_leaves_out_models_by_a_rule(installed: Project) -> None:
    told = installed.harness("check", "suite.yaml", "--json").json
    assert any(one["rule"].startswith("round needs a model with") for one in told["excluded"])
