"""A user's arrays: images (n, height, width[, channels]) as uint8, or rows (n, features) as float32."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np

from harness.datasets.split import split_by_rank
from harness.errors import InputError
from harness.interfaces import Array, Samples, Split

CLASSES_AT_MOST: Final = 100_000


def load(options: Mapping[str, Any], folder: Path) -> Samples:
    """Return the samples of the file; raises InputError with what does not fit."""
    path = folder / str(options["file"])
    arrays = _read(path)
    if {"x_train", "y_train", "x_test", "y_test"} <= arrays.keys():
        train = Split(_samples(arrays["x_train"], "x_train", path), _labels(arrays["y_train"], "y_train", path))
        test = Split(_samples(arrays["x_test"], "x_test", path), _labels(arrays["y_test"], "y_test", path))
    elif {"x", "y"} <= arrays.keys():
        x, y = _samples(arrays["x"], "x", path), _labels(arrays["y"], "y", path)
        _same_length(x, y, path)
        train, test = split_by_rank(x, y, float(options.get("test_share", 0.3)))
    else:
        names = ", ".join(sorted(arrays)) or "nothing"
        raise InputError(f"{path} holds {names}", "expected x and y, or x_train, y_train, x_test and y_test")
    for split in (train, test):
        _same_length(split.samples, split.labels, path)
        if not len(split):
            raise InputError(f"{path} leaves an empty split", "give more samples or another test_share")
    if train.samples.shape[1:] != test.samples.shape[1:]:
        raise InputError(f"{path}: training samples have shape {train.samples.shape[1:]}, test samples {test.samples.shape[1:]}")
    count = int(max(train.labels.max(), test.labels.max())) + 1
    return Samples(tuple(map(str, range(count))), train, test, train.samples.shape[1:])


def _read(path: Path) -> dict[str, Array]:
    try:
        with path.open("rb") as raw:
            opened = np.load(raw, allow_pickle=False)
            if not isinstance(opened, np.lib.npyio.NpzFile):
                raise TypeError("it is a single array")
            with opened as file:
                return {name: file[name] for name in file.files}
    except Exception as error:  # an archive has a dozen ways to be broken: zipfile, zlib and numpy each have their own
        reason = (str(error).splitlines() or [type(error).__name__])[0]
        raise InputError(f"{path} is not readable as arrays: {reason}", "save it with numpy.savez, without objects") from None


def _samples(array: Array, name: str, path: Path) -> Array:
    if array.dtype == np.uint8 and array.ndim == 3:
        return array[..., np.newaxis]
    if array.dtype == np.uint8 and array.ndim == 4 and array.shape[3] in (1, 3):
        return array
    if array.ndim == 2 and array.dtype.kind in "fiu":
        with np.errstate(over="ignore"):  # what does not fit is infinite, and told so
            rows: Array = array.astype(np.float32)
        if not np.isfinite(rows).all():
            raise InputError(f"{path}: {name} has values that are not finite", "fill or drop them first")
        return rows
    raise InputError(
        f"{path}: {name} is {array.dtype} of shape {array.shape}",
        "expected images as uint8 (n, height, width[, 1 or 3]) or rows as numbers (n, features)",
    )


def _labels(array: Array, name: str, path: Path) -> Array:
    if array.ndim != 1 or array.dtype.kind not in "iu" or (len(array) and array.min() < 0):
        raise InputError(f"{path}: {name} is {array.dtype} of shape {array.shape}", "expected class numbers 0, 1, 2, …")
    if len(array) and array.max() >= CLASSES_AT_MOST:
        raise InputError(f"{path}: {name} has class numbers up to {array.max()}", "number the classes 0, 1, 2, …")
    labels: Array = array.astype(np.int64)
    return labels


def _same_length(x: Array, y: Array, path: Path) -> None:
    if len(x) != len(y):
        raise InputError(f"{path}: {len(x)} samples but {len(y)} labels")
