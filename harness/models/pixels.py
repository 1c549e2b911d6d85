"""Mean and spread of a dataset's pixels, for models that bring no pre-processing of their own."""

from __future__ import annotations

import numpy as np

from harness.bench import Samples

IMAGES_AT_MOST = 2000


def statistics(data: Samples, channels: int) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Return mean and standard deviation per channel of the training split's pixels, scaled to [0, 1]."""
    step = max(1, len(data.train) // IMAGES_AT_MOST)
    pixels = np.concatenate([_flat(data.train.samples[i]) for i in range(0, len(data.train), step)])
    if pixels.shape[1] != channels:
        pixels = np.repeat(pixels.mean(axis=1, keepdims=True), channels, axis=1)
    mean, std = pixels.mean(axis=0), np.maximum(pixels.std(axis=0), 1e-3)
    return tuple(round(float(m), 6) for m in mean), tuple(round(float(s), 6) for s in std)


def _flat(image: np.ndarray) -> np.ndarray:
    return image.reshape(-1, image.shape[-1]).astype(np.float64) / 255
