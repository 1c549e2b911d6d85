"""Samples made worse on purpose, each kind at five severities, so that the same sample is worse the severer it is.

Kinds as of Hendrycks & Dietterich (ICLR 2019). Lengths are shares of an image's shorter side, so that images of any size are made
worse alike; what moves in from outside is black. Of tables everything is in spreads (standard deviations) of each column.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import Final

import numpy as np
import torch
from torchvision.transforms.v2 import functional

from harness.errors import InputError
from harness.interfaces import Array
from harness.outputs import subset
from harness.prepare.data import write_whole
from harness.spec import Corruptions

NOISE: Final = (0.08, 0.12, 0.18, 0.26, 0.38)
"""Standard deviation of the noise, as a share of the range of a pixel."""
BLUR: Final = (0.01, 0.02, 0.03, 0.045, 0.06)
"""Standard deviation of a Gaussian blur, as a share of the side, beyond ``UNSEEN``."""
UNSEEN: Final = 0.3
"""Pixels: a blur of fewer changes hardly a byte."""
CONTRAST: Final = (0.5, 0.35, 0.25, 0.15, 0.08)
"""Share of the contrast that is left."""
SHIFT: Final = (0.04, 0.08, 0.12, 0.16, 0.2)
"""Of the side, in a direction that each sample has of its own."""
ROTATION: Final = (6.0, 12.0, 18.0, 26.0, 36.0)
"""Degrees, to the left or to the right."""
ROW_NOISE: Final = (0.1, 0.2, 0.4, 0.7, 1.0)
ROW_SHIFT: Final = (0.1, 0.2, 0.4, 0.7, 1.0)
"""Each column as a whole, up or down."""
MISSING: Final = (0.05, 0.1, 0.2, 0.35, 0.5)
"""Share of the values that give way to the mean of their column."""


def make(place: Path, inputs: Path, asked: Corruptions, seed: int) -> None:
    """Write the corrupted samples of the folder ``inputs`` to ``place``, unless they are there.

    ``rows.npy`` says which samples they are, ``KIND-SEVERITY.npy`` has them, ``shuffled.npy`` is of none.
    """
    if not place.exists():
        raw = np.load(inputs / "samples.npy", mmap_mode="r")
        rows = subset(np.load(inputs / "labels.npy"), asked.samples)
        write_whole(place, lambda part: _write(part, np.array(raw[rows]), raw, rows, asked, seed))


def _write(folder: Path, few: Array, raw: Array, rows: Array, asked: Corruptions, seed: int) -> None:
    np.save(folder / "rows.npy", rows)
    np.save(folder / "shuffled.npy", shuffled(few, seed))
    kinds = _images(few, seed) if few.ndim == 4 else _rows(few, raw, seed)
    for kind in asked.kinds:
        if kind not in kinds:
            raise InputError(f"{kind} is not for samples of shape {few.shape[1:]}", f"there is {', '.join(kinds)}")
        for severity in range(5):
            np.save(folder / f"{kind}-{severity + 1}.npy", kinds[kind](severity).astype(few.dtype))


def _images(images: Array, seed: int) -> dict[str, Callable[[int], Array]]:
    """Return what makes images, uint8 (n, height, width, channels), worse to a severity from 0 to 4."""
    clean = torch.from_numpy(images).permute(0, 3, 1, 2)
    rng = np.random.default_rng(seed)
    angles, sides = rng.uniform(0, 2 * math.pi, len(images)), rng.choice([-1.0, 1.0], len(images))
    least = min(images.shape[1:3])

    def noise(severity: int) -> Array:
        drawn = np.random.default_rng([seed, 1]).standard_normal(images.shape, dtype=np.float32)
        return _bytes(images + 255 * NOISE[severity] * drawn)

    def blur(severity: int) -> Array:
        sigma = UNSEEN + BLUR[severity] * least
        return _back(functional.gaussian_blur(clean, [2 * math.ceil(2 * sigma) + 1] * 2, [sigma] * 2))

    def contrast(severity: int) -> Array:
        middle = images.mean(axis=(1, 2, 3), keepdims=True)
        return _bytes(middle + CONTRAST[severity] * (images - middle))

    def moved(severity: int) -> Array:
        far = SHIFT[severity] * least
        by = [[far * math.cos(angle), far * math.sin(angle)] for angle in angles]
        return _each(clean, lambda i: {"angle": 0.0, "translate": by[i]})

    def rotated(severity: int) -> Array:
        return _each(clean, lambda i: {"angle": float(sides[i] * ROTATION[severity]), "translate": [0.0, 0.0]})

    return {"noise": noise, "blur": blur, "contrast": contrast, "shift": moved, "rotation": rotated}


def _each(images: torch.Tensor, how: Callable[[int], dict[str, float | list[float]]]) -> Array:
    """Return images, each moved and turned as ``how`` says."""
    bilinear = functional.InterpolationMode.BILINEAR
    made = [functional.affine(one, scale=1.0, shear=[0.0, 0.0], interpolation=bilinear, **how(i)) for i, one in enumerate(images)]
    return _back(torch.stack(made))


def _back(images: torch.Tensor) -> Array:
    found: Array = images.permute(0, 2, 3, 1).contiguous().numpy()
    return found


def _bytes(pixels: Array) -> Array:
    return np.clip(np.rint(pixels), 0, 255).astype(np.uint8)


def _rows(rows: Array, whole: Array, seed: int) -> dict[str, Callable[[int], Array]]:
    """Return what makes rows worse to a severity from 0 to 4, by the mean and the spread of each column of the whole split."""
    if rows.ndim != 2:  # records
        return {}
    mean, spread = whole.mean(axis=0, dtype=np.float64), whole.std(axis=0, dtype=np.float64)
    rng = np.random.default_rng(seed)
    drawn, chance, ways = rng.standard_normal(rows.shape), rng.random(rows.shape), rng.choice([-1.0, 1.0], rows.shape[1])
    return {
        "noise": lambda severity: rows + ROW_NOISE[severity] * spread * drawn,
        "shift": lambda severity: rows + ROW_SHIFT[severity] * spread * ways,
        "missing": lambda severity: np.where(chance < MISSING[severity], mean, rows),
    }


def shuffled(samples: Array, seed: int) -> Array:
    """Return samples that are none: of each image the pixels in another order, of a table each column in an order of its own."""
    rng = np.random.default_rng([seed, 2])
    if samples.ndim != 4:
        return np.stack([rng.permutation(column) for column in samples.T], axis=1)
    pixels = samples.reshape(len(samples), -1, samples.shape[-1])
    order = rng.permuted(np.tile(np.arange(pixels.shape[1]), (len(samples), 1)), axis=1)
    return np.take_along_axis(pixels, order[..., None], axis=1).reshape(samples.shape)
