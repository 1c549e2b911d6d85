"""LIME (Ribeiro, Singh & Guestrin, KDD 2016): a linear model fitted to answers around a decision, over coalitions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from lime.lime_base import LimeBase

from harness.explainers.declared import LimeOptions
from harness.interfaces import Array, Decision


def explain(decision: Decision, options: Mapping[str, Any]) -> Array:
    """Return the weight of each feature in a ridge regression over random coalitions, near ones weighing more."""
    wish = LimeOptions.model_validate(dict(options))
    kept = np.random.default_rng(decision.seed).integers(0, 2, (wish.evaluations, decision.features))
    kept[0] = 1  # the decision itself
    base = LimeBase(lambda distances: np.sqrt(np.exp(-((distances / wish.width) ** 2))), random_state=decision.seed)
    distances = 1 - np.sqrt(kept.mean(axis=1))  # of a coalition to the whole, by the cosine
    _, weights, _, _ = base.explain_instance_with_data(
        kept, decision.value(kept)[:, None], distances, 0, decision.features, feature_selection="none"
    )
    found = np.zeros(decision.features)
    for feature, weight in weights:
        found[feature] = weight
    return found
