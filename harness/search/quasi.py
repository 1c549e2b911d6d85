"""Points that stand for random draws, spread more evenly than those are: the same of them every time."""

from __future__ import annotations

import numpy as np
from scipy.special import ndtri

from harness.interfaces import Array


def normals(count: int, width: int) -> Array:
    """Return ``count`` points that stand for draws of ``width`` independent standard normal variables.

    They are steps through the unit cube by powers of the inverse of the root of x^(width + 1) = x + 1 (Roberts, The
    unreasonable effectiveness of quasirandom sequences, 2018: the golden ratio in more dimensions).
    """
    root = 2.0
    for _ in range(64):
        root = (1 + root) ** (1 / (width + 1))
    steps = np.arange(1, count + 1)[:, None] / root ** np.arange(1, width + 1)
    return np.asarray(ndtri(np.clip((0.5 + steps) % 1, 1e-6, 1 - 1e-6)))
