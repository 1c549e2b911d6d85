"""What the contract tests share: folders that hold the reference network, and one of every input."""

import numpy as np
import pytest
from PIL import Image

from harness.testing import write_reference


@pytest.fixture
def options():
    return {}


@pytest.fixture(scope="session")
def folder(tmp_path_factory):
    """A user's folder: a table of arrays, a folder of images, an ONNX file and a Python module."""
    place = tmp_path_factory.mktemp("suite")
    rng = np.random.default_rng(0)
    labels = np.arange(40) % 4
    np.savez(place / "own.npz", x=rng.integers(0, 255, (40, 6, 5), dtype=np.uint8), y=labels)
    np.savez(place / "targets.npz", x=rng.random((40, 5)), y=rng.random((40, 2)))
    pairs = rng.integers(0, 40, (30, 2))
    np.savez(place / "pairs.npz", x=rng.random((40, 5)), pairs=pairs, similarity=rng.random(30))
    np.savez(place / "records.npz", ids=rng.integers(0, 9, (40, 4)), mask=rng.random((40, 4)) < 0.5, y=labels)
    for name in ("cat", "dog", "owl"):
        (place / "images" / name).mkdir(parents=True)
        for i in range(10):
            pixels = rng.integers(0, 255, (8 + i, 9, 3), dtype=np.uint8)
            Image.fromarray(pixels).save(place / "images" / name / f"{i}.png")
    write_reference(place, "onnx")
    (place / "mine.py").write_text("def make():\n    raise SystemExit('reading files must not run me')\n")
    return place
