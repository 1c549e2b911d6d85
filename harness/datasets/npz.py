"""A user's arrays: images (n, height, width[, channels]) as uint8, or rows (n, features) as float32."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np

from harness.bench import Samples, Split
from harness.datasets.declared import by_labels
from harness.datasets.names import CLASSES_AT_MOST
from harness.datasets.split import split_by_rank
from harness.errors import InputError
from harness.interfaces import Array

KINDS: Final = {"i": np.int64, "u": np.int64, "b": np.bool_, "f": np.float32}
"""Types of a record's arrays, by kind."""


def load(options: Mapping[str, Any], folder: Path) -> Samples:
    """Return the samples of the file; raises InputError with what does not fit."""
    path = folder / str(options["file"])
    arrays = _read(path)
    if options.get("inputs"):
        arrays = _recorded(arrays, tuple(options["inputs"]), path)
    kind = next((arrays[name].dtype.kind for name in ("y", "y_train") if name in arrays), "")
    task = str(options.get("task") or by_labels("pairs" in arrays, kind))
    if task == "embedding":
        return _embedding(arrays, path)
    labels = _targets if task == "regression" else _labels
    if {"x_train", "y_train", "x_test", "y_test"} <= arrays.keys():
        train = Split(_samples(arrays["x_train"], "x_train", path), labels(arrays["y_train"], "y_train", path))
        test = Split(_samples(arrays["x_test"], "x_test", path), labels(arrays["y_test"], "y_test", path))
    elif {"x", "y"} <= arrays.keys():
        x, y = _samples(arrays["x"], "x", path), labels(arrays["y"], "y", path)
        _same_length(x, y, path)
        train, test = split_by_rank(x, y, float(options.get("test_share", 0.3)))
    else:
        names = ", ".join(sorted(arrays)) or "nothing"
        raise InputError(f"{path} holds {names}", "expected x and y, or x_train, y_train, x_test and y_test")
    for split in (train, test):
        _same_length(split.samples, split.labels, path)
        if not len(split):
            raise InputError(f"{path} leaves an empty split", "give more samples or another test_share")
    _same_shape(train, test, path)
    if task == "regression":
        if train.labels.shape[1] != test.labels.shape[1]:
            raise InputError(f"{path}: y_train has {train.labels.shape[1]} columns, y_test {test.labels.shape[1]}")
        return Samples((), train, test, train.samples.shape[1:], task=task)
    count = int(max(train.labels.max(), test.labels.max())) + 1
    return Samples(tuple(map(str, range(count))), train, test, train.samples.shape[1:])


def _recorded(arrays: Mapping[str, Array], names: tuple[str, ...], path: Path) -> dict[str, Array]:
    """Return the arrays with records as ``x``, or ``x_train`` and ``x_test``, in place of the inputs they are made of."""
    splits = ("_train", "_test") if {f"{name}_train" for name in names} <= arrays.keys() else ("",)
    missing = sorted(f"{name}{split}" for name in names for split in splits if f"{name}{split}" not in arrays)
    if missing:
        raise InputError(f"{path} holds no {', '.join(missing)}", f"it has {', '.join(sorted(arrays)) or 'nothing'}")
    made = {f"x{split}": _records({name: arrays[f"{name}{split}"] for name in names}, path) for split in splits}
    return {name: array for name, array in arrays.items() if not name.startswith("x")} | made


def _records(inputs: Mapping[str, Array], path: Path) -> Array:
    """Return one structured array, a field for each input: whole numbers as int64, others as float32 or bool."""
    if len({len(array) for array in inputs.values()}) != 1:
        raise InputError(f"{path}: {', '.join(f'{name} has {len(array)}' for name, array in inputs.items())} samples")
    for name, array in inputs.items():
        if array.dtype.kind not in KINDS or (array.dtype.kind == "f" and not np.isfinite(array).all()):
            raise InputError(f"{path}: {name} is {array.dtype} or not finite", "expected numbers or booleans")
    fields = [(name, KINDS[array.dtype.kind], array.shape[1:]) for name, array in inputs.items()]
    records = np.empty(len(next(iter(inputs.values()))), dtype=fields)
    for name, array in inputs.items():
        records[name] = array
    return records


def _embedding(arrays: Mapping[str, Array], path: Path) -> Samples:
    """Return samples that are judged by pairs; without a split, the test samples set ranges too."""
    missing = sorted({"pairs", "similarity"} - arrays.keys())
    if missing or not ("x" in arrays or {"x_train", "x_test"} <= arrays.keys()):
        names = ", ".join(sorted(arrays)) or "nothing"
        raise InputError(f"{path} holds {names}", "expected x (or x_train and x_test), pairs and similarity")
    test = _unlabelled(arrays["x" if "x" in arrays else "x_test"], path)
    train = test if "x" in arrays else _unlabelled(arrays["x_train"], path)
    _same_shape(train, test, path)
    return Samples((), train, test, test.samples.shape[1:], task="embedding", pairs=_pairs(arrays, len(test), path))


def _unlabelled(array: Array, path: Path) -> Split:
    samples = _samples(array, "x", path)
    return Split(samples, np.zeros(len(samples), dtype=np.int64))


def _pairs(arrays: Mapping[str, Array], count: int, path: Path) -> Array:
    pairs, similarity = arrays["pairs"], arrays["similarity"]
    if pairs.ndim != 2 or pairs.shape[1] != 2 or pairs.dtype.kind not in "iu" or similarity.shape != (len(pairs),):
        shapes = f"pairs {pairs.dtype} {pairs.shape} and similarity {similarity.shape}"
        raise InputError(f"{path} holds {shapes}", "expected indices (m, 2) and numbers (m)")
    if not len(pairs) or pairs.min() < 0 or pairs.max() >= count:
        raise InputError(f"{path}: pairs name other than the {count} test samples", "number them 0, 1, 2, …")
    if similarity.dtype.kind not in "fiu" or not np.isfinite(similarity).all():
        raise InputError(f"{path}: similarity has values that are not finite numbers", "fill or drop them first")
    return np.column_stack([pairs.astype(np.float64), similarity.astype(np.float64)])


def _same_shape(train: Split, test: Split, path: Path) -> None:
    if train.samples.dtype.names and train.samples.dtype != test.samples.dtype:
        raise InputError(f"{path}: the inputs of training and test samples differ in shape or type")
    shapes = train.samples.shape[1:], test.samples.shape[1:]
    if shapes[0] != shapes[1]:
        raise InputError(f"{path}: training samples have shape {shapes[0]}, test samples {shapes[1]}")


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
    if array.dtype.names:
        return array
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


def _targets(array: Array, name: str, path: Path) -> Array:
    if array.ndim not in (1, 2) or array.dtype.kind not in "fiu" or not array.size or not np.isfinite(array).all():
        raise InputError(f"{path}: {name} is {array.dtype} of shape {array.shape}", "expected finite targets (n) or (n, k)")
    targets: Array = array.reshape(len(array), -1).astype(np.float32)
    return targets


def _same_length(x: Array, y: Array, path: Path) -> None:
    if len(x) != len(y):
        raise InputError(f"{path}: {len(x)} samples but {len(y)} labels")
