"""PyTorch's compiler through the whole pipeline: what is compiled once, and what is told of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.store import Store

from . import driving
from .driving import Told

MODEL = """
import torch
from torch import nn

def net(classes=10):
    torch.manual_seed(0)
    return nn.Sequential(nn.Conv2d(1, 8, 3, padding=1), nn.ReLU(), nn.Flatten(), nn.Linear(512, classes))
"""


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> tuple[Told, Path]:
    """The answer of a suite with one small network, in float and in int8, and where its results are."""
    folder = tmp_path_factory.mktemp("compiled")
    (folder / "compiled_models.py").write_text(MODEL)
    told = driving.run(
        folder,
        folder / "results",
        workload={"dataset": "digits", "batch_size": 5},
        models=[{"python": "compiled_models:net", "train": {"steps": 80}}],
        passes=[[], ["quantize"]],
        runtimes=[{"torch": {"threads": 1}}, {"torch_compile": {"threads": 1}}],
    )
    return told, folder / "results"


FLOAT, INT8, EAGER = (
    f"net{chain}/b5" for chain in ("@torch_compile:threads=1", "+quantize:static@torch_compile:threads=1", "@torch:threads=1")
)


def test_what_is_compiled_answers_as_well_as_what_is_not(told: tuple[Told, Path]) -> None:
    answers, _ = told
    assert set(answers.evaluations) == {FLOAT, INT8, EAGER}
    exact = answers.value(EAGER, "accuracy")
    assert exact > 0.8
    assert answers.value(FLOAT, "accuracy") == pytest.approx(exact, abs=0.002)
    assert answers.value(INT8, "accuracy") == pytest.approx(exact, abs=0.01)
    assert answers.notes(INT8)["quantize"]["tool"] == "torchao"


def test_compiling_is_told_where_it_is_done_and_of_one_process(told: tuple[Told, Path]) -> None:
    answers, results = told
    for label in (FLOAT, INT8):
        facts = answers.evaluations[label].facts
        assert facts["compile_time"].processes == 1
        assert answers.value(label, "compile_time") > 0
    assert "compile_time" not in answers.evaluations[EAGER].facts
    assert len(list(results.glob("cache/code/*/compiled.json"))) == 2


def test_the_settings_are_those_of_the_session_(told: tuple[Told, Path]) -> None:
    answers, results = told
    numbers = next(one["runs"] for one in answers.answer["candidates"] if one["candidate"] == FLOAT)
    with Store(f"sqlite:///{results}/harness.db") as store:
        found = [store.run(number)["found"]["settings"] for number in numbers]
    assert found == [{"threads": 1, "precision": "f32", "device": "cpu", "mode": "default"}]


def generated(results: Path) -> list[str]:
    """Return the code that the compiler wrote for whole programs."""
    texts = [path.read_text() for path in results.glob("cache/code/*/*/*.py")]
    return [text for text in texts if "def call(" in text]


def test_no_shape_is_compiled_but_the_candidates_own(told: tuple[Told, Path]) -> None:
    """The 32 samples of the reference are no multiple of five, and other runtimes are evaluated in batches of 64."""
    _, results = told
    assert len(generated(results)) >= 2
    assert all("(5, 1, 8, 8)" in text for text in generated(results))


def test_int8_runs_in_integer_kernels_and_float_does_not(told: tuple[Told, Path]) -> None:
    _, results = told
    integers = [("qconv" in text, "qlinear" in text) for text in generated(results)]
    assert set(integers) == {(True, True), (False, False)}
