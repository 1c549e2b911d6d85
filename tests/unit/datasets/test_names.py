"""What classes and columns are called, told without reading the samples, is what the opened dataset has."""

from pathlib import Path

import numpy as np
import pytest

from harness.interfaces import Names
from harness.registry import Registry, open_door

DATASETS = Registry.load().datasets


@pytest.mark.parametrize("name", ["digits", "breast_cancer", "wine"])
def test_names_are_those_of_the_opened_dataset(name):
    part = DATASETS[name]
    opened = open_door(part.door)({}, Path())
    told = part.names({}, Path())
    assert told == Names(opened.classes, opened.columns)
    assert len(told.columns) in (0, opened.shape[0])


def test_an_archive_has_numbers_for_names(tmp_path):
    np.savez(tmp_path / "rows.npz", x=np.zeros((9, 3)), y=np.arange(9) % 4)
    np.savez(tmp_path / "images.npz", x=np.zeros((9, 5, 5), dtype=np.uint8), y=np.arange(9) % 2)
    np.savez(tmp_path / "targets.npz", x=np.zeros((9, 2)), y=np.linspace(0, 1, 9))
    names = {file.stem: DATASETS["npz"].names({"file": file.name}, tmp_path) for file in tmp_path.glob("*.npz")}
    assert names == {
        "rows": Names(("0", "1", "2", "3"), ("0", "1", "2")),
        "images": Names(("0", "1"), ()),
        "targets": Names((), ("0", "1")),
    }


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 cut off", b"no archive at all"])
def test_an_archive_that_cannot_be_read_tells_nothing(tmp_path, content):
    (tmp_path / "bad.npz").write_bytes(content)
    assert DATASETS["npz"].names({"file": "bad.npz"}, tmp_path) == Names()
    assert DATASETS["npz"].names({"file": "none.npz"}, tmp_path) == Names()


def test_absurd_class_numbers_are_not_named(tmp_path):
    np.savez(tmp_path / "many.npz", x=np.zeros((2, 3)), y=np.array([0, 2**40]))
    assert DATASETS["npz"].names({"file": "many.npz"}, tmp_path).classes == ()


def test_class_folders_are_named_in_the_order_that_numbers_them(tmp_path):
    for folder in ("train/cat", "train/ant", "val/ant", "train/.hidden"):
        (tmp_path / folder).mkdir(parents=True)
    assert DATASETS["image_folder"].names({"folder": "."}, tmp_path) == Names(("ant", "cat"), ())
