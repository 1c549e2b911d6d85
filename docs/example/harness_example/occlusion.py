"""The door of the explainer: a decision that comes in, and what each feature adds to it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from harness.interfaces import Array, Decision


def explain(decision: Decision, options: Mapping[str, Any]) -> Array:
    """Return by how much the score falls when the background takes a feature's place, one after the other."""
    whole = decision.value(np.ones((1, decision.features)))
    without: Array = decision.value(1 - np.eye(decision.features))
    return whole - without
