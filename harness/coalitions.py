"""Features of a sample, and the sample with some of them kept and the others replaced by the background. Knows no model.

A feature is a column of a table, or a pixel or rectangle of an image. A coalition is a row of noughts and ones, one a feature:
1 keeps it, 0 puts the background in its place, which is the mean of the training split.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from harness.interfaces import Array

NUDGE: Final = 0.05
"""How far a nudge moves each number of a sample: its standard deviation, as a share of the number's in the training split."""


@dataclass(frozen=True, slots=True)
class Features:
    """The features of samples of one shape: ``at`` says which feature each place of a sample belongs to."""

    at: Array
    layout: tuple[int, ...]
    """(columns) of a table, (rows, columns) of an image's grid."""

    @property
    def count(self) -> int:
        """How many there are."""
        return math.prod(self.layout)


def features(shape: tuple[int, ...], segments: int, whole: tuple[int, ...] | None = None) -> Features:
    """Return the features of raw samples of ``shape``: columns, or at most ``segments`` rectangles of an image.

    The grid follows from ``whole``, the shape of the dataset's images where they have one: candidates that take them resized
    share it.
    """
    if len(shape) == 1:
        return Features(np.arange(shape[0]), shape)
    height, width = shape[:2]
    rows, columns = (min(sides) for sides in zip(_grid(whole or shape, segments), (height, width), strict=True))
    down, across = np.arange(height) * rows // height, np.arange(width) * columns // width
    return Features(np.broadcast_to((down[:, None] * columns + across)[..., None], shape), (rows, columns))


def _grid(shape: tuple[int, ...], segments: int) -> tuple[int, int]:
    """Return rows and columns of a regular grid: pixels where these are few enough, else rectangles shaped like the image."""
    height, width = shape[:2]
    if height * width <= segments:
        return height, width
    scale = math.sqrt(segments / (height * width))
    rows = min(segments, max(1, int(height * scale + 1e-9)))
    return rows, max(1, min(int(width * scale + 1e-9), segments // rows))


@dataclass(frozen=True, slots=True)
class Background:
    """What stands for a feature that is not there, and how much each number of a sample differs in the training split."""

    mean: Array
    spread: Array
    """Standard deviations."""
    about: dict[str, Any]
    """Names of the ``columns`` and of the ``classes``, and the ``shape`` of the dataset's samples, null where they differ."""

    def write(self, folder: Path) -> None:
        """Write it into ``folder``."""
        np.savez(folder / "background.npz", mean=self.mean, spread=self.spread)
        (folder / "about.json").write_text(json.dumps(self.about))

    @classmethod
    def read(cls, folder: Path) -> Background:
        """Return what ``write`` left in ``folder``."""
        with np.load(folder / "background.npz", allow_pickle=False) as kept:
            return cls(kept["mean"], kept["spread"], json.loads((folder / "about.json").read_text()))


def background(samples: Iterable[Array], about: dict[str, Any]) -> Background:
    """Return the background that raw ``samples`` of the training split give, looked at one by one."""
    count, mean, squares = 0, np.zeros(()), np.zeros(())
    for sample in samples:  # Welford's way, which loses no digits where numbers are large and differ little
        count += 1
        off = sample - mean
        mean = mean + off / count
        squares = squares + off * (sample - mean)
    return Background(mean.astype(np.float32), np.sqrt(squares / max(1, count)).astype(np.float32), about)


def masked(sample: Array, mean: Array, kept: Array, of: Features) -> Array:
    """Return a raw sample once for each coalition in ``kept``, shape (n, features): what it does not keep is the background."""
    return np.where(kept.astype(bool)[:, of.at], sample.astype(np.float32), mean)


def nudged(sample: Array, spread: Array, rng: np.random.Generator) -> Array:
    """Return a raw sample that is nearly the same: each number moved by a normal deviate of ``NUDGE`` standard deviations."""
    moved = sample + rng.normal(size=sample.shape) * NUDGE * spread
    if sample.dtype != np.uint8:
        return np.asarray(moved, dtype=sample.dtype)
    return np.clip(np.round(moved), 0, 255).astype(np.uint8)


def top(attributions: Array, share: float) -> Array:
    """Return the coalition of the features with the highest attributions: a ``share`` of all, at least one."""
    chosen = np.argsort(-attributions, kind="stable")[: max(1, math.ceil(share * len(attributions) - 1e-9))]
    kept = np.zeros(len(attributions), dtype=bool)
    kept[chosen] = True
    return kept


def of_features(values: Array, places: Array, count: int) -> Array:
    """Return the sum of ``values`` over the places of each feature."""
    return np.bincount(places.ravel(), weights=values.ravel().astype(np.float64), minlength=count)
