"""scikit-learn's histogram gradient boosting as an ONNX graph: trees, and the link function behind them.

skl2onnx 1.20 has a converter for it that fails here: it gives ``nodes_missing_value_tracks_true`` Python booleans, which
protobuf refuses. It also rounds thresholds to the nearest float32, by which rows at a threshold take the other branch, and
says nothing of categorical columns.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Any, Final

import numpy as np

from harness.errors import JobError
from harness.interfaces import Array
from harness.models.writing import Writer

LOGARITHMIC: Final = frozenset({"poisson", "gamma"})
"""Losses whose trees add up the logarithm of the value."""


def write(model: Any, writer: Writer, rows: str) -> str:
    """Add a fitted ``HistGradientBoostingClassifier``; return its probabilities."""
    raw = _sums(model, writer, rows)
    if model.n_trees_per_iteration_ == 1:
        return writer.two_columns(writer.node("Sigmoid", raw))
    return writer.node("Softmax", raw, axis=1)


def write_values(model: Any, writer: Writer, rows: str) -> str:
    """Add a fitted ``HistGradientBoostingRegressor``; return its values."""
    raw = _sums(model, writer, rows)
    return writer.node("Exp", raw) if model.loss in LOGARITHMIC else raw


def _sums(model: Any, writer: Writer, rows: str) -> str:
    if model.is_categorical_ is not None and np.any(model.is_categorical_):
        raise JobError("unsupported", "prepare", "gradient boosting on categorical columns is not written as ONNX")
    trees = [(tree.nodes, target) for step in model._predictors for target, tree in enumerate(step)]
    return writer.node(
        "TreeEnsembleRegressor",
        rows,
        domain="ai.onnx.ml",
        n_targets=int(model.n_trees_per_iteration_),
        base_values=[float(value) for value in np.ravel(model._baseline_prediction)],
        aggregate_function="SUM",
        post_transform="NONE",
        **_attributes(trees),
    )


def _attributes(trees: list[tuple[Array, int]]) -> dict[str, list[Any]]:
    """Return nodes and leaves of (tree, target) pairs, as the operator takes them: one list for each field."""
    found: dict[str, list[Any]] = defaultdict(list)
    for number, (nodes, target) in enumerate(trees):
        leaf = nodes["is_leaf"].astype(bool)
        inner = {name: np.where(leaf, 0, nodes[name]).tolist() for name in ("left", "right", "feature_idx", "missing_go_to_left")}
        found["nodes_treeids"] += [number] * len(nodes)
        found["nodes_nodeids"] += range(len(nodes))
        found["nodes_modes"] += ["LEAF" if end else "BRANCH_LEQ" for end in leaf]
        found["nodes_values"] += below(np.where(leaf, 0.0, nodes["num_threshold"])).tolist()
        found["nodes_featureids"] += inner["feature_idx"]
        found["nodes_truenodeids"] += inner["left"]
        found["nodes_falsenodeids"] += inner["right"]
        found["nodes_missing_value_tracks_true"] += inner["missing_go_to_left"]
        ends = np.flatnonzero(leaf)
        found["target_treeids"] += [number] * len(ends)
        found["target_nodeids"] += ends.tolist()
        found["target_ids"] += [target] * len(ends)
        found["target_weights"] += nodes["value"][ends].tolist()
    return dict(found)


def below(thresholds: Array) -> Array:
    """Return the greatest float32 not above each: a float32 is not above the one just when it is not above the other."""
    rounded = thresholds.astype(np.float32)
    down: Array = np.where(rounded > thresholds, np.nextafter(rounded, np.float32(-np.inf)), rounded)
    return down
