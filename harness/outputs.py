"""Whether scores are what they should be: finite, of the right shape, and near those of the artifact's reference."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping
from typing import Any, Final

import numpy as np

from harness.errors import JobError
from harness.interfaces import Array, Session
from harness.preprocess import arithmetic

EVALUATION_BATCH: Final = 64

REFERENCE_SAMPLES: Final = 32

AT_LEAST: Final = 8
PATIENCE: Final = 1.0
"""Seconds for comparing with the reference, so that a slow model is not kept for a minute."""

DIFFERENT: Final = 0.5
"""Relative difference to the reference from which scores are wrong. Zeros are at 1, another sample's scores about 1.4;
bfloat16 is near 0.02, another int8 kernel near 0.1, one of 32 samples beyond another branch of a tree at 0.25."""


def check(scores: Array, samples: int, classes: int) -> None:
    """Raise JobError unless ``scores`` are finite numbers of shape (samples, classes); 0 classes stand for any number."""
    if scores.shape != (samples, classes or scores.shape[-1]):
        raise JobError("wrong_output", "", f"expected scores of shape ({samples}, {classes}), got {scores.shape}")
    if not np.isfinite(scores).all():
        bad = int((~np.isfinite(scores).all(axis=1)).sum())
        raise JobError("nan_output", "", f"{bad} of {samples} samples got scores that are not finite")


def subset(labels: Array, count: int) -> Array:
    """Return the rows of ``count`` samples, in order, or of all if they are fewer: classes or targets in proportion."""
    order = np.argsort(labels.reshape(len(labels), -1)[:, 0], kind="stable")
    picked = np.unique(np.linspace(0, len(order) - 1, min(count, len(order))).round().astype(np.int64))
    return np.sort(order[picked])


def difference(scores: Array, reference: Array) -> float:
    """Return how far ``scores`` are from ``reference``, relative to how much the reference differs between samples."""
    wanted = reference.astype(np.float64)
    spread = float(np.linalg.norm(wanted - wanted.mean(axis=0)))
    small = 1e-3 * float(np.linalg.norm(wanted)) + 1e-9  # where all samples get nearly the same scores
    return float(np.linalg.norm(scores - wanted)) / (spread + small)


def compare(session: Session, raw: Array, wish: Mapping[str, Any], reference: Array) -> float | None:
    """Return the difference of a session's scores to the artifact's ``reference``; None where that is empty.

    ``raw`` are the samples the reference was made of, and more; they are asked for in batches of the candidate's size, as
    many as ``PATIENCE`` allows. Raises JobError where the scores are wrong.
    """
    given = scores(session, raw[:REFERENCE_SAMPLES], wish, int(wish["batch_size"]), PATIENCE)
    known = min(len(given), len(reference))
    if not known:
        return None
    found = difference(given[:known], reference[:known])
    if not found <= DIFFERENT:
        message = f"scores differ from the artifact's reference by {found:.2f} of what samples differ by"
        raise JobError("wrong_output", "", f"{message} (over {DIFFERENT:g} is wrong)")
    return found


def scores(
    session: Session, raw: Array, wish: Mapping[str, Any], size: int = EVALUATION_BATCH, patience: float = math.inf
) -> Array:
    """Return the scores of every sample of ``raw``, shape (n, classes), float32, taken in batches of ``size``.

    Those after ``patience`` seconds are left out, but for the first ``AT_LEAST``.
    """
    size = int(wish["fixed_batch"] or size)
    found: list[Array] = []
    began = time.monotonic()
    for start in range(0, len(raw), size):
        if start >= AT_LEAST and time.monotonic() - began > patience:
            break
        part = raw[start : start + size]
        count = len(part)
        if count < size:
            part = raw[np.arange(start, start + size) % len(raw)]
        out = session.run(arithmetic(part, wish["preprocess"]))
        check(out, size, int(wish["classes"]))
        found.append(np.array(out[:count], dtype=np.float32))
    return np.concatenate(found)
