"""Kernel machines as plain ONNX operators: kernels with all support vectors, margins of all pairs, votes.

skl2onnx writes an operator of ai.onnx.ml, and for two classes the scores of the one as those of the other.
"""

from __future__ import annotations

from itertools import combinations
from typing import Any, Final

import numpy as np
from onnx import TensorProto

from harness.interfaces import Array
from harness.models.writing import Writer

KERNELS: Final = frozenset({"rbf", "linear", "poly", "sigmoid"})


def write(model: Any, writer: Writer, rows: str) -> str | None:
    """Add a fitted ``SVC``; return its margins, one a class. None for a kernel of the user's, and for probabilities."""
    if model.kernel not in KERNELS or model.decision_function_shape != "ovr" or model.probability is True:
        return None
    pairs, weights = _pairs(model)
    margins = _margins(model, weights, writer, rows)
    return writer.both_signs(margins) if len(pairs) == 1 else _one_against_rest(writer, margins, pairs)


def write_values(model: Any, writer: Writer, rows: str) -> str | None:
    """Add a fitted ``SVR``; return its values. None for a kernel of the user's."""
    return _margins(model, np.asarray(model.dual_coef_).T, writer, rows) if model.kernel in KERNELS else None


def _margins(model: Any, weights: Array, writer: Writer, rows: str) -> str:
    """Return the kernels of the rows with all support vectors, weighed and added up, one column a weight."""
    if model.kernel == "linear":  # the vectors fold into one weight per column
        kernel, weights = rows, np.asarray(model.support_vectors_, dtype=np.float64).T @ weights
    else:
        kernel = (_gaussian if model.kernel == "rbf" else _product)(model, writer, rows)
    return writer.node("Gemm", kernel, writer.store(weights), writer.store(np.asarray(model.intercept_)))


def _gaussian(model: Any, writer: Writer, rows: str) -> str:
    """Return exp(-gamma |x - v|²); about the centre of the vectors, where the expanded square loses least to rounding."""
    vectors = np.asarray(model.support_vectors_, dtype=np.float64)
    centre = vectors.mean(axis=0)
    vectors = vectors - centre
    moved = writer.node("Sub", rows, writer.store(centre))
    own = writer.over("ReduceSum", writer.node("Mul", moved, moved), 1, keep=True)
    others = writer.node("Gemm", moved, writer.store(-2 * vectors.T), writer.store((vectors**2).sum(axis=1)))
    far = writer.node("Max", writer.node("Add", own, others), writer.number(0))
    return writer.node("Exp", writer.node("Mul", far, writer.number(-model._gamma)))


def _product(model: Any, writer: Writer, rows: str) -> str:
    """Return (gamma x·v + coef0)^degree, or its hyperbolic tangent."""
    product = writer.node("MatMul", rows, writer.store(np.asarray(model.support_vectors_, dtype=np.float64).T))
    inner = writer.node("Add", writer.node("Mul", product, writer.number(model._gamma)), writer.number(model.coef0))
    return writer.node("Tanh", inner) if model.kernel == "sigmoid" else writer.node("Pow", inner, writer.number(model.degree))


def _pairs(model: Any) -> tuple[list[tuple[int, int]], Array]:
    """Return the pairs of classes, and what each support vector weighs in each: libsvm stores them by the other class."""
    pairs = list(combinations(range(len(model.classes_)), 2))
    if len(pairs) == 1:
        return pairs, np.asarray(model.dual_coef_).T
    ends = np.cumsum([0, *model.n_support_])
    weights = np.zeros((ends[-1], len(pairs)))
    for number, (one, other) in enumerate(pairs):
        for mine, against in ((one, other - 1), (other, one)):
            span = slice(ends[mine], ends[mine + 1])
            weights[span, number] = model.dual_coef_[against, span]
    return pairs, weights


def _one_against_rest(writer: Writer, margins: str, pairs: list[tuple[int, int]]) -> str:
    """Return the votes of the pairs, ties broken by sums of margins: ``sklearn.utils.multiclass._ovr_decision_function``."""
    first, second = (np.eye(pairs[-1][1] + 1)[[pair[side] for pair in pairs]] for side in (0, 1))
    won = writer.node("Cast", writer.node("GreaterOrEqual", margins, writer.number(0)), to=TensorProto.FLOAT)
    votes = writer.node("Gemm", won, writer.store(first - second), writer.store(second.sum(axis=0)))
    trust = writer.node("MatMul", margins, writer.store(first - second))
    scale = writer.node("Add", writer.node("Abs", trust), writer.number(1))
    return writer.node("Add", votes, writer.node("Div", trust, writer.node("Mul", scale, writer.number(3))))
