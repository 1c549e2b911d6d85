"""The arithmetic half of pre-processing: raw samples to a model's input. NumPy only, so that every process can afford it.

The geometric half (resize, crop) is done once per dataset by ``prepare.data``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from harness.interfaces import Array


def arithmetic(raw: Array, how: Mapping[str, Any]) -> Array:
    """Return ``raw``, shape (n, height, width, channels) or (n, features), as contiguous float32 model input.

    ``how`` is a ``record.Preprocess`` as a mapping: scale, mean and std per channel, layout.
    """
    mean, std = (np.asarray(how[name], dtype=np.float32) for name in ("mean", "std"))
    batch = (raw.astype(np.float32) * np.float32(how["scale"]) - mean) / std
    layout = how["layout"]
    if layout == "NCHW" and batch.ndim == 4:
        batch = batch.transpose(0, 3, 1, 2)
    elif layout == "flat":
        batch = batch.reshape(len(batch), -1)
    return np.ascontiguousarray(batch, dtype=np.float32)
