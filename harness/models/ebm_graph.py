"""An explainable boosting machine as plain ONNX operators: each term finds its bin and looks its score up, and they add up.

Rows ─► which cuts are reached ─► bin of each column ─► line of one table, per term ─► sum ─► link function.
The graph's property ``terms`` says which columns each term is of, as JSON.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from onnx import TensorProto

from harness.errors import JobError
from harness.interfaces import Array
from harness.models.writing import Writer

LINKS: Final = frozenset({"logit", "mlogit", "identity", "log"})


def write(model: Any, writer: Writer, rows: str) -> str:
    """Add a fitted machine on columns of numbers; return its probabilities, or its values."""
    if model.link_ not in LINKS or set(model.feature_types_in_) != {"continuous"}:
        raise JobError("unsupported", "prepare", "an explainable boosting machine is written as ONNX for columns of numbers only")
    writer.tell("terms", json.dumps(model.term_features_))
    columns = _columns(model)
    bins = _bins(model, writer, rows, columns)
    places = _places(model, writer, bins, columns)
    scores = [np.reshape(scores, (-1, _width(model))) for scores in model.term_scores_]
    found = writer.node("Gather", writer.store(np.concatenate(scores)), places)
    start = np.asarray(model.intercept_, dtype=np.float64).reshape(_width(model))
    raw = writer.node("Add", writer.over("ReduceSum", found, 1), writer.store(start))
    if model.link_ in ("identity", "log"):
        return writer.node("Exp", raw) if model.link_ == "log" else raw
    return writer.two_columns(writer.node("Sigmoid", raw)) if _width(model) == 1 else writer.node("Softmax", raw, axis=1)


def terms(model: Any) -> dict[str, int]:
    """Return what it is made of, in figures."""
    pairs = sum(len(term) > 1 for term in model.term_features_)
    return {"terms": len(model.term_features_), "pairs": pairs, "bins": int(sum(map(np.prod, _sizes(model))))}


def _sizes(model: Any) -> list[tuple[int, ...]]:
    """Return the bins of each term: one number for each of its features."""
    return [scores.shape[: len(term)] for term, scores in zip(model.term_features_, model.term_scores_, strict=True)]


def _width(model: Any) -> int:
    return int(np.size(model.intercept_))


def _level(model: Any, feature: int, sides: int) -> int:
    """Return which of a feature's binnings a term of so many features uses: pairs have coarser ones."""
    return min(sides, len(model.bins_[feature])) - 1


def _columns(model: Any) -> list[tuple[int, int]]:
    """Return each (feature, binning) that a term uses, once."""
    used = {(feature, _level(model, feature, len(term))) for term in model.term_features_ for feature in term}
    return sorted(used)


def _bins(model: Any, writer: Writer, rows: str, columns: Sequence[tuple[int, int]]) -> str:
    """Return the bin of each column, (n, columns): 0 for a missing value, else one more than the cuts that it reaches.

    Counted in float: openvino 2026.4 adds an integer constant to an integer sum wrongly.
    """
    cuts = [np.asarray(model.bins_[feature][level], dtype=np.float64) for feature, level in columns]
    table = np.full((len(cuts), max(1, *map(len, cuts))), np.inf)
    for line, values in zip(table, cuts, strict=True):
        line[: len(values)] = above(values)
    taken = writer.node("Gather", rows, writer.counts(*(feature for feature, _ in columns)), axis=1)
    each = writer.node("Unsqueeze", taken, writer.counts(2))
    reached = writer.node("Cast", writer.node("GreaterOrEqual", each, writer.store(table)), to=TensorProto.FLOAT)
    counted = writer.node("Add", writer.over("ReduceSum", reached, 2), writer.number(1))
    there = writer.node("Cast", writer.node("Not", writer.node("IsNaN", taken)), to=TensorProto.FLOAT)
    return writer.node("Cast", writer.node("Mul", counted, there), to=TensorProto.INT32)


def _places(model: Any, writer: Writer, bins: str, columns: Sequence[tuple[int, int]]) -> str:
    """Return each term's line in the table of all scores, (n, terms): the terms' own tables stand one after the other."""
    sizes = _sizes(model)
    starts = np.cumsum([0, *map(np.prod, sizes)])[:-1]
    place = writer.store(starts.astype(np.int32))
    for side in range(max(map(len, sizes))):
        column, step = [0] * len(sizes), [0] * len(sizes)  # a term with fewer sides takes no step here
        for number, term in enumerate(model.term_features_):
            if side < len(term):
                column[number] = columns.index((term[side], _level(model, term[side], len(term))))
                step[number] = int(np.prod(sizes[number][side + 1 :]))
        given = writer.node("Gather", bins, writer.counts(*column), axis=1)
        place = writer.node("Add", place, writer.node("Mul", given, writer.store(np.array(step, dtype=np.int32))))
    return place


def above(cuts: Array) -> Array:
    """Return the least float32 not below each: a float32 reaches the one just when it reaches the other."""
    rounded = cuts.astype(np.float32)
    up: Array = np.where(rounded < cuts, np.nextafter(rounded, np.float32(np.inf)), rounded)
    return up
