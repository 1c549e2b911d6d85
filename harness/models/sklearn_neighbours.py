"""Nearest neighbours as plain ONNX operators: distances from one matrix product, |a - b|² = |a|² + |b|² - 2ab.

skl2onnx writes a loop over the stored rows, with operators of ai.onnx.ml, and where neighbours are weighted by distance it
differs from scikit-learn. Rows are taken about their centre, where the product loses least to rounding.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from onnx import TensorProto

from harness.interfaces import Array
from harness.models.writing import Writer


def write(model: Any, writer: Writer, rows: str) -> str | None:
    """Add fitted neighbours with Euclidean distances; return probabilities or values. None for another distance."""
    several = np.ndim(model._y) > 1 and np.shape(model._y)[1] > 1
    if model.effective_metric_ != "euclidean" or several or model.weights not in ("uniform", "distance"):
        return None
    centre = np.asarray(model._fit_X, dtype=np.float64).mean(axis=0).astype(np.float32)
    known = np.asarray(model._fit_X, dtype=np.float32) - centre  # as the graph moves rows, so that a known one is at no distance
    moved = writer.node("Sub", rows, writer.store(centre))
    order = writer.node("Gemm", moved, writer.store(-2 * known.T), writer.store((known.astype(np.float64) ** 2).sum(axis=1)))
    count = writer.counts(model.n_neighbors)
    nearest = _nearest(writer, order, count)
    votes = writer.node("Gather", writer.store(_answers(model)), nearest)
    if model.weights == "uniform":
        return writer.over("ReduceMean", votes, 1)
    weights = _by_distance(writer, moved, writer.node("Gather", writer.store(known), nearest))
    whole = writer.over("ReduceSum", writer.node("Mul", votes, weights), 1)
    return writer.node("Div", whole, writer.over("ReduceSum", weights, 1))


def _answers(model: Any) -> Array:
    """Return what each known row says: all for its class, or its value, (rows, 1)."""
    if hasattr(model, "classes_"):
        said: Array = np.eye(len(model.classes_))[np.ravel(model._y)]
        return said
    return np.asarray(model._y, dtype=np.float64).reshape(-1, 1)


def _nearest(writer: Writer, order: str, count: str) -> str:
    """Return which ``count`` columns of ``order`` are the least, (n, count)."""
    return writer.second("TopK", order, count, axis=1, largest=0, sorted=1)


def _by_distance(writer: Writer, moved: str, near: str) -> str:
    """Return the weights of the rows ``near``, (n, k, 1): the inverse of the distance; where one is at none, it alone counts."""
    apart = writer.node("Sub", writer.node("Unsqueeze", moved, writer.counts(1)), near)
    distance = writer.node("Sqrt", writer.over("ReduceSum", writer.node("Mul", apart, apart), 2, keep=True))
    same = writer.node("Cast", writer.node("Equal", distance, writer.number(0)), to=TensorProto.FLOAT)
    inverse = writer.node("Div", writer.number(1), writer.node("Add", distance, same))
    met = writer.over("ReduceMax", same, 1, keep=True)
    others = writer.node("Mul", inverse, writer.node("Sub", writer.number(1), met))
    return writer.node("Add", writer.node("Mul", same, met), others)
