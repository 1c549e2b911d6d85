"""Shapley values (Lundberg & Lee, NeurIPS 2017) by SHAP's permutation explainer, played over coalitions."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import numba
import numpy as np

from harness.explainers.declared import ShapOptions
from harness.interfaces import Array, Decision

numba.config.DISABLE_JIT = True  # compiling takes 10 s in every process; interpreted, an explanation takes 10 ms more


@contextmanager
def hidden(package: str) -> Iterator[None]:
    """Have a package seem not to be installed, unless it is loaded already."""
    if package in sys.modules:
        yield
        return
    sys.modules[package] = None  # type: ignore[assignment]
    try:
        yield
    finally:
        del sys.modules[package]


with hidden("matplotlib"), warnings.catch_warnings():  # to load it takes half a second in every process, and nothing is drawn
    warnings.simplefilter("ignore")  # where matplotlib is loaded already, its colours are changed, which warns
    from shap import maskers
    from shap.explainers import Permutation


def explain(decision: Decision, options: Mapping[str, Any]) -> Array:
    """Return the Shapley value of each feature: with the effects of up to two features together, no estimate but exact."""
    wish = ShapOptions.model_validate(dict(options))
    nothing, everything = np.zeros((1, decision.features)), np.ones((1, decision.features))
    explainer = Permutation(decision.value, maskers.Independent(nothing, max_samples=1), seed=decision.seed)
    once = 2 * decision.features + 1
    found = explainer(everything, max_evals=max(wish.evaluations, once), batch_size=once, silent=True)
    values: Array = found.values[0]
    return values
