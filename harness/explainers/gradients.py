"""Integrated gradients (Sundararajan, Taly & Yan, ICML 2017) by Captum, from the background to the sample."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

import torch
from captum.attr import IntegratedGradients

from harness.coalitions import of_features
from harness.explainers.declared import IntegratedGradientsOptions
from harness.interfaces import Array, Decision, Differentiable


def explain(decision: Decision, options: Mapping[str, Any]) -> Array:
    """Return each feature's share of the way from the background's score to the sample's."""
    wish = IntegratedGradientsOptions.model_validate(dict(options))
    method = IntegratedGradients(cast("Differentiable", decision.session).forward)
    found = method.attribute(
        torch.from_numpy(decision.sample),
        torch.from_numpy(decision.background),
        target=decision.target,
        n_steps=wish.steps,
        internal_batch_size=wish.steps,
    )
    return of_features(found.numpy(), decision.places, decision.features)
