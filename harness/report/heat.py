"""Pictures of samples, plain and with what each part adds to a decision: small PNGs as data, since a page loads nothing."""

from __future__ import annotations

import base64
import io
from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Numbers = NDArray[np.float64]

LARGEST: Final = 112
"""Pixels of a side: a picture is as wide as a finger on the page."""
COLOURS: Final = 64
FOR, AGAINST = (0.0, 114.0, 178.0), (213.0, 94.0, 0.0)
"""Blue and vermilion, which all eyes tell apart (Okabe & Ito, Color universal design, 2008)."""
PALEST: Final = 150.0
"""How dark the sample may be below the colours."""
STRONGEST: Final = 0.85


def sample(pixels: Any) -> str:
    """Return the picture of an image (height, width, channels) of 0 to 255."""
    return _data(_colours(np.asarray(pixels, dtype=np.float64)))


def over(pixels: Any, shares: Sequence[float], layout: Sequence[int], most: float) -> str:
    """Return an image, pale, below what parts of a grid add (blue) or take away (vermilion); ``most`` is the full colour."""
    base = _pale(np.asarray(pixels, dtype=np.float64))
    heat = _spread(np.asarray(shares, dtype=np.float64).reshape(tuple(layout)), base.shape[0], base.shape[1])
    return _data(_tinted(base, heat / (most or 1.0)))


def weights(values: Any, most: float) -> str:
    """Return the picture of a number a pixel, more than nought in blue and less in vermilion."""
    numbers = np.asarray(values, dtype=np.float64)
    return _data(_tinted(np.full((*numbers.shape, 3), 255.0), numbers / (most or 1.0)))


def _colours(pixels: Numbers) -> Numbers:
    """Return an image with three channels."""
    return pixels if pixels.shape[2] == 3 else _grey(pixels.mean(axis=2))


def _grey(values: Numbers) -> Numbers:
    return np.stack([values] * 3, axis=2)


def _pale(pixels: Numbers) -> Numbers:
    """Return an image in light greys, so that colours can lie over it; one that is mostly dark is turned round."""
    grey = pixels.mean(axis=2)
    light = 255.0 - grey if grey.mean() < 127.5 else grey
    return _grey(PALEST + light * (255.0 - PALEST) / 255.0)


def _spread(grid: Numbers, height: int, width: int) -> Numbers:
    """Return the number of the part that each pixel belongs to."""
    rows, columns = grid.shape
    spread: Numbers = grid[np.arange(height) * rows // height][:, np.arange(width) * columns // width]
    return spread


def _tinted(base: Numbers, heat: Numbers) -> Numbers:
    strength = STRONGEST * np.sqrt(np.clip(np.abs(heat), 0.0, 1.0))[..., None]
    colour = np.where((heat > 0)[..., None], FOR, AGAINST)
    tinted: Numbers = base * (1 - strength) + colour * strength
    return tinted


def _data(pixels: Numbers) -> str:
    image = Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))
    image.thumbnail((LARGEST, LARGEST))
    file = io.BytesIO()
    image.quantize(COLOURS).save(file, "PNG", optimize=True)
    return f"data:image/png;base64,{base64.b64encode(file.getvalue()).decode()}"
