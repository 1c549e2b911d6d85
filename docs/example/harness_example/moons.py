"""The door of the dataset: its samples."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from harness.bench import Samples, Split
from harness_example.declared import MoonsOptions


def load(options: Mapping[str, Any], folder: Path) -> Samples:
    """Return the points, every second one held out; ``folder`` is where a suite's files are."""
    wish = MoonsOptions.model_validate(dict(options))
    labels = np.arange(wish.count, dtype=np.int64) // 2 % 2
    angles = np.linspace(0, np.pi, wish.count)
    circles = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    moons = np.where(labels[:, None] == 0, circles, [1, 0.5] - circles)
    rows = (moons + np.random.default_rng(0).normal(0, wish.noise, moons.shape)).astype(np.float32)
    train, test = Split(rows[::2], labels[::2]), Split(rows[1::2], labels[1::2])
    return Samples(classes=("upper", "lower"), train=train, test=test, shape=(2,))
