"""The suite's own metric: a function of the user's, asked about all scores and about resamples of them.

It runs in the measuring process after everything is timed, so that whatever it imports or breaks disturbs no figure.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Final

import numpy as np

from harness.errors import InputError, JobError
from harness.interfaces import Array
from harness.models.importable import importable, told

RESAMPLES: Final = 1000
PATIENCE: Final = 5.0
"""Seconds for resampling: a slow function is asked less often."""


def values(function: str, folder: Path, scores: Array, labels: Array, *, by_label: bool = False) -> Array:
    """Return the metric of all samples, then of seeded resamples of them; what it cannot tell of a resample is no number.

    ``by_label``: only what is judged by is drawn, as pairs of embeddings; else each sample with its label.
    """
    with importable(folder):
        metric = _found(function, folder)
        found = [_asked(metric, function, scores, labels)]
        rng, began = np.random.default_rng(0), time.monotonic()
        while len(found) <= RESAMPLES and time.monotonic() - began < PATIENCE:
            drawn = rng.integers(len(labels), size=len(labels))
            found.append(_tried(metric, scores if by_label else scores[drawn], labels[drawn]))
    return np.array(found, dtype=np.float64)


def _found(function: str, folder: Path) -> Callable[[Array, Array], float]:
    module, _, name = function.partition(":")
    try:
        found: Callable[[Array, Array], float] = getattr(import_module(module), name)
    except ModuleNotFoundError as error:
        raise InputError(f"the metric {function}: no module {error.name!r}", f"looked in {folder} and installed") from error
    except AttributeError:
        raise InputError(f"the metric {function}: {module} has no {name!r}", "the form is package.module:function") from None
    return found


def _asked(metric: Callable[[Array, Array], float], function: str, scores: Array, labels: Array) -> float:
    try:
        value = float(metric(scores.copy(), labels.copy()))
    except Exception as error:
        raise JobError("failed", "", f"the metric {function} failed: {told(error)}") from error
    if not np.isfinite(value):
        raise JobError("failed", "", f"the metric {function} returned {value}, which is no finite number")
    return value


def _tried(metric: Callable[[Array, Array], float], scores: Array, labels: Array) -> float:
    try:
        return float(metric(scores, labels))
    except Exception:  # a resample may lack a class: what cannot be told of it is left out
        return float("nan")
