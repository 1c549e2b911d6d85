"""Suites on files that somebody else made: whatever they hold, nothing in them is run, and each ends as one clear line."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from . import hostile
from .driving import Told, run

OUTSIDE = {
    "up.onnx": hostile.outside("../secret.bin"),
    "root.onnx": hostile.outside("/etc/passwd"),
    "in.onnx": hostile.hidden("../secret.bin"),
}


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A suite's folder with the files, a folder of photographs that are none, and a program that Pillow would start."""
    root = tmp_path_factory.mktemp("hostile")
    suite = root / "suite"
    for name in ("a", "b"):
        (suite / "images" / name).mkdir(parents=True)
        for number in range(8):
            pixels = np.random.default_rng(number).integers(0, 255, (8, 8, 3), dtype=np.uint8)
            Image.fromarray(pixels).save(suite / "images" / name / f"{number}.png")
    for name, write in hostile.CHECKPOINTS.items():
        write(suite / name, hostile.Hostile(root / "marker"))
    for name, content in {**hostile.BROKEN, **OUTSIDE}.items():
        (suite / name).write_bytes(content)
    (suite / "objects.npz").write_bytes(hostile.objects())
    np.savez(suite / "rows.npz", x=np.random.default_rng(0).random((40, 10)), y=np.arange(40) % 2)
    (root / "secret.bin").write_bytes(bytes(400))
    (root / "programs").mkdir()
    (root / "programs" / "gs").write_text(f"#!/bin/sh\nmkdir -p {root / 'marker'}\n")
    (root / "programs" / "gs").chmod(0o755)
    return suite


@pytest.fixture(scope="module")
def checkpoints(ground: Path) -> Told:
    files = [*hostile.CHECKPOINTS, *hostile.BROKEN]
    return run(
        ground,
        ground / "results",
        workload={"dataset": {"image_folder": "images", "transform": "native"}},
        models=[{"timm": "test_resnet", "checkpoint": name} for name in files],
        passes=[[]],
        runtimes=["onnxruntime"],
    )


@pytest.mark.parametrize("name", [*hostile.CHECKPOINTS, *hostile.BROKEN])
def test_a_checkpoint_that_is_no_weights_is_refused_in_one_line(checkpoints: Told, name: str) -> None:
    failure = checkpoints.failure(f"test_resnet:checkpoint={name}@onnxruntime/b1")
    assert (failure.kind, failure.stage) == ("bad_input", "prepare")
    assert name in failure.message
    assert ("nothing of it was loaded" in failure.message) == (name in hostile.CHECKPOINTS)


def test_nothing_in_them_was_run(checkpoints: Told, ground: Path) -> None:
    assert checkpoints.evaluations
    assert not (ground.parent / "marker").exists()


def test_weights_outside_the_suites_folder_are_not_read(ground: Path) -> None:
    told = run(
        ground,
        ground / "results",
        workload={"dataset": {"npz": "rows.npz"}},
        models=[{"onnx": name} for name in OUTSIDE],
        passes=[[]],
        runtimes=["onnxruntime"],
    )
    for name in OUTSIDE:
        failure = told.failure(f"{name.removesuffix('.onnx')}@onnxruntime/b1")
        assert failure.kind == "bad_input"
        assert "names a file outside its folder for its weights" in failure.message


def test_samples_that_are_a_pickle_are_refused(ground: Path) -> None:
    told = run(
        ground,
        ground / "results",
        workload={"dataset": {"npz": "objects.npz"}},
        models=[{"sklearn": "decision_tree"}],
        passes=[[]],
        runtimes=["onnxruntime"],
    )
    failure = told.failure("decision_tree@onnxruntime/b1")
    assert failure.kind == "bad_input"
    assert "objects.npz is not readable as arrays: Object arrays cannot be loaded when allow_pickle=False" in failure.message


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (hostile.POSTSCRIPT, "cannot identify image file"),
        (hostile.bomb(30_000), "exceeds limit of 178956970 pixels"),
    ],
    ids=["a program", "a bomb"],
)
def test_an_image_that_is_none_is_named_and_no_other_program_is_started(
    ground: Path, monkeypatch: pytest.MonkeyPatch, content: bytes, words: str
) -> None:
    monkeypatch.setenv("PATH", f"{ground.parent / 'programs'}:{os.environ['PATH']}")
    (ground / "images" / "a" / "0.png").write_bytes(content)
    told = run(
        ground,
        ground / "results",
        workload={"dataset": {"image_folder": "images"}},
        models=[{"timm": "test_resnet"}],
        passes=[[]],
        runtimes=["onnxruntime"],
    )
    (failure,) = [one.failure for one in told.evaluations.values()]
    assert failure is not None
    assert failure.kind == "bad_input"
    assert "0.png" in failure.message
    assert words in failure.message
    assert not (ground.parent / "marker").exists()


def test_the_program_would_have_been_started(ground: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from PIL import EpsImagePlugin

    monkeypatch.setenv("PATH", f"{ground.parent / 'programs'}:{os.environ['PATH']}")
    monkeypatch.setattr(EpsImagePlugin, "gs_binary", None)
    (ground / "picture.png").write_bytes(hostile.POSTSCRIPT)
    with suppress(OSError), Image.open(ground / "picture.png") as opened:  # what it prints is no image
        opened.load()
    assert (ground.parent / "marker").exists()
    (ground.parent / "marker").rmdir()
