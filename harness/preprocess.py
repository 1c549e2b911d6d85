"""The arithmetic half of pre-processing: raw samples to a model's input. NumPy only, so that every process can afford it.

The geometric half (resize, crop) is done once per dataset by ``prepare.data``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from harness.interfaces import Array, Batch


def arithmetic(raw: Array, how: Mapping[str, Any]) -> Batch:
    """Return ``raw``, shape (n, height, width, channels) or (n, features), as contiguous float32 model input.

    ``how`` is a ``record.Preprocess`` as a mapping: scale, mean and std per channel, layout. Of records there is no arithmetic:
    each input is taken as it is, of the type that the model wants.
    """
    if how.get("inputs"):
        # copies: of one record a field is a view with strides that PyTorch refuses
        return whole([np.array(raw[name], dtype=kind, order="C") for name, kind in how["inputs"].items()])
    mean, std = (np.asarray(how[name], dtype=np.float32) for name in ("mean", "std"))
    batch = (raw.astype(np.float32) * np.float32(how["scale"]) - mean) / std
    layout = how["layout"]
    if layout == "NCHW" and batch.ndim == 4:
        batch = batch.transpose(0, 3, 1, 2)
    elif layout == "flat":
        batch = batch.reshape(len(batch), -1)
    return np.ascontiguousarray(batch, dtype=np.float32)


def each(batch: Batch) -> tuple[Array, ...]:
    """Return the arrays of a batch: one, or one for each input."""
    return batch if isinstance(batch, tuple) else (batch,)


def whole(arrays: Sequence[Array]) -> Batch:
    """Return arrays as a batch: an array by itself, or a tuple of several."""
    return tuple(arrays) if len(arrays) > 1 else arrays[0]


def taken(batch: Batch, indices: Array | Sequence[int]) -> Batch:
    """Return the samples of a batch with these indices."""
    return whole([array[indices] for array in each(batch)])


def joined(batches: Sequence[Batch]) -> Batch:
    """Return batches one after the other, as one."""
    return whole([np.concatenate(arrays) for arrays in zip(*map(each, batches), strict=True)])
