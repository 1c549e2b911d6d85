"""What a teacher says of the training split: its scores, made once and kept beside the stage that made the teacher."""

from __future__ import annotations

import numpy as np
import torch

from harness.bench import Bench, Work
from harness.errors import JobError
from harness.interfaces import Array

BATCH = 64


def scores(teacher: Work, bench: Bench) -> Array:
    """Return the teacher's scores of every training sample in the split's order, shape (n, classes), float32.

    They are made with the teacher's own pre-processing. Raises JobError where they are no scores of so many classes.
    """
    return bench.keep("teacher scores", lambda: _answered(teacher, bench))


def softened(scores: Array, temperature: float) -> Array:
    """Return the class probabilities that ``scores``, shape (n, classes), stand for at a temperature."""
    warm = scores.astype(np.float64) / temperature
    powers = np.exp(warm - warm.max(axis=1, keepdims=True))
    shares: Array = powers / powers.sum(axis=1, keepdims=True)
    return shares


def _answered(teacher: Work, bench: Bench) -> Array:
    bench.say("asking the teacher")
    inputs, _ = bench.inputs(teacher.preprocess, "train", None)
    model = teacher.model.eval()
    with torch.no_grad():
        batches = [model(torch.from_numpy(inputs[i : i + BATCH])).float().numpy() for i in range(0, len(inputs), BATCH)]
    found: Array = np.concatenate(batches)
    if found.shape != (len(inputs), len(bench.data.classes)):
        message = f"the teacher gives scores of shape {found.shape[1:]}; the dataset has {len(bench.data.classes)} classes"
        raise JobError("wrong_output", "prepare", message)
    if not np.isfinite(found).all():
        raise JobError("nan_output", "prepare", "the teacher's scores are not finite")
    return found
