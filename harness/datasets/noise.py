"""Seeded noise in place of data: for timings, where neither weights nor labels matter.

White noise would do for the clock, but not for what looks at scores: averaged over its pixels every image of it is the same, and
an untrained network gives all of them nearly the same scores. Here each image has its own colour, and noise of several sizes.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np

from harness.bench import Samples, Split
from harness.datasets.declared import RandomOptions
from harness.interfaces import Array

TRAIN: Final = 32
TEST: Final = 32
"""Samples: enough for ranges of activations and for the pool of queries, and few, since images may be large."""
STEP: Final = 4
"""How many times finer each size of noise is than the one before."""
MIDDLE: Final = 128
DEVIATION: Final = 48


def load(options: Mapping[str, Any], folder: Path) -> Samples:
    """Return images (uint8) or rows (float32) of noise; their labels are numbers in turn and mean nothing."""
    wish = RandomOptions.model_validate(dict(options))
    rng = np.random.default_rng(0)
    splits = (_samples(wish.shape, TRAIN, rng), _samples(wish.shape, TEST, rng))
    train, test = (Split(samples, np.arange(len(samples), dtype=np.int64) % wish.classes) for samples in splits)
    return Samples(tuple(map(str, range(wish.classes))), train, test, train.samples.shape[1:], labelled=False)


def _samples(shape: int | tuple[int, int, int], count: int, rng: np.random.Generator) -> Array:
    if isinstance(shape, int):
        return rng.standard_normal((count, shape), dtype=np.float32)
    channels, height, width = shape
    return np.stack([_image(channels, height, width, rng) for _ in range(count)])


def _image(channels: int, height: int, width: int, rng: np.random.Generator) -> Array:
    """Return an image (height, width, channels): a colour, spots of each size above single pixels, and pixels, all as strong."""
    layers = [rng.standard_normal((height, width, channels), dtype=np.float32)]
    side = 1
    while side < max(height, width):
        spots = rng.standard_normal((side, side, channels), dtype=np.float32)
        rows, columns = (np.arange(length) * side // length for length in (height, width))
        layers.append(spots[rows][:, columns])
        side *= STEP
    total: Array = np.sum(layers, axis=0) / np.sqrt(np.float32(len(layers)))
    image: Array = np.clip(total * DEVIATION + MIDDLE, 0, 255).astype(np.uint8)
    return image
