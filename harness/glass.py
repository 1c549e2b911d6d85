"""Models that can be read as they are, read from their ONNX graphs: trees, linear models, sums of one-column terms.

What is told is in JSON's terms and in the units that the graph takes. A graph that is none of these has nothing to tell.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import onnx
from onnx import helper, numpy_helper

from harness.interfaces import Array

READABLE: Final = 64
"""Leaves of a tree up to which all of it is told; of a larger one only how large it is."""
AROUND: Final = frozenset(
    {"Sub", "Div", "Mul", "Add", "Sigmoid", "Softmax", "Abs", "ReduceSum", "Neg", "Concat", "Identity", "Cast", "Flatten"}
)
"""Operators that a linear model may have beside its one product."""


def read(path: Path) -> dict[str, Any] | None:
    """Return what the model in an ONNX file is, where it can be read: its ``kind``, its ``complexity``, and its parts."""
    return of(onnx.load(path))


def of(model: onnx.ModelProto) -> dict[str, Any] | None:
    """Return what a graph is, where it can be read (see ``read``)."""
    graph = _Graph(model)
    trees = [node for node in graph.nodes if node.op_type.startswith("TreeEnsemble")]
    if len(trees) == 1:
        return _trees(trees[0])
    terms = next((one.value for one in model.metadata_props if one.key == "terms"), None)
    return _additive(graph, json.loads(terms)) if terms else _linear(graph)


def counts(found: Mapping[str, Any]) -> dict[str, Any]:
    """Return what ``read`` found, in figures alone."""
    return {name: value for name, value in found.items() if isinstance(value, str | int)}


class _Graph:
    """A graph with its stored arrays, and what made each value."""

    def __init__(self, model: onnx.ModelProto) -> None:
        self.nodes = [node for node in model.graph.node if node.op_type != "Constant"]
        self.stored = {one.name: one for one in model.graph.initializer}
        constants = (
            (n.output[0], a.t) for n in model.graph.node if n.op_type == "Constant" for a in n.attribute if a.name == "value"
        )
        self.stored.update(constants)
        self.made = {name: node for node in self.nodes for name in node.output}

    def array(self, name: str) -> Array | None:
        """Return a stored array; None where the name is no such."""
        return numpy_helper.to_array(self.stored[name]) if name in self.stored else None

    def arrays(self, node: onnx.NodeProto) -> list[Array]:
        """Return the stored arrays among what a node takes."""
        return [array for name in node.input if (array := self.array(name)) is not None]


def _trees(node: onnx.NodeProto) -> dict[str, Any]:
    """Return an ensemble of trees in figures, and a single small tree as it stands."""
    has = {a.name: helper.get_attribute_value(a) for a in node.attribute}
    leaf = [mode == b"LEAF" for mode in has["nodes_modes"]]
    trees, leaves = len(set(has["nodes_treeids"])), sum(leaf)
    found: dict[str, Any] = {"kind": "tree" if trees == 1 else "trees", "complexity": leaves, "trees": trees, "leaves": leaves}
    found["depth"] = _depth(has, leaf)
    return found | ({"nodes": _nodes(has, leaf)} if trees == 1 and leaves <= READABLE else {})


def _depth(has: Mapping[str, Any], leaf: Sequence[bool]) -> int:
    """Return the most questions on the way to a leaf."""
    at = {place: i for i, place in enumerate(zip(has["nodes_treeids"], has["nodes_nodeids"], strict=True))}
    children = {place for i, place in enumerate(at) if not leaf[i] for place in _below(has, i)}
    level, depth = [at[place] for place in at if place not in children], 0
    while level := [at[place] for i in level if not leaf[i] for place in _below(has, i)]:
        depth += 1
    return depth


def _below(has: Mapping[str, Any], i: int) -> tuple[tuple[int, int], tuple[int, int]]:
    tree = has["nodes_treeids"][i]
    return (tree, has["nodes_truenodeids"][i]), (tree, has["nodes_falsenodeids"][i])


def _nodes(has: Mapping[str, Any], leaf: Sequence[bool]) -> list[dict[str, Any]]:
    """Return the nodes of a single tree: of a question its column, comparison and where it leads, of a leaf its scores."""
    scores: dict[int, dict[int, float]] = {}
    for kind in ("class", "target"):
        where = (has.get(f"{kind}_{name}", ()) for name in ("nodeids", "ids", "weights"))
        for node, target, weight in zip(*where, strict=True):
            scores.setdefault(node, {})[int(target)] = float(weight)
    return [
        {"id": number, "scores": {str(target): weight for target, weight in sorted(scores.get(number, {}).items())}}
        if leaf[i]
        else {
            "id": number,
            "column": has["nodes_featureids"][i],
            "comparison": has["nodes_modes"][i].decode().removeprefix("BRANCH_"),
            "threshold": float(has["nodes_values"][i]),
            "yes": has["nodes_truenodeids"][i],
            "no": has["nodes_falsenodeids"][i],
        }
        for i, number in enumerate(has["nodes_nodeids"])
    ]


def _linear(graph: _Graph) -> dict[str, Any] | None:
    """Return the weights of a linear model: columns are scaled as ``shift`` and ``scale`` say before they are multiplied."""
    products = [node for node in graph.nodes if node.op_type in ("MatMul", "Gemm")]
    others = {node.op_type for node in graph.nodes} - {"MatMul", "Gemm"}
    if len(products) != 1 or not others <= AROUND:
        return None
    node = products[0]
    weights = graph.array(node.input[1])
    if weights is None or weights.ndim != 2:
        return None
    if any(a.name == "transB" and a.i for a in node.attribute):
        weights = weights.T
    return {
        "kind": "linear",
        "complexity": int(np.count_nonzero(_once(weights))),
        "weights": weights.astype(float).tolist(),
        **_scaling(graph, node.input[0], len(weights)),
    }


def _once(weights: Array) -> Array:
    """Return weights without the column that only says the opposite of the other: those of two classes."""
    opposite = weights.shape[1] == 2 and np.allclose(weights[:, 0], -weights[:, 1], rtol=1e-5, atol=0)
    return weights[:, :1] if opposite else weights


def _scaling(graph: _Graph, name: str, columns: int) -> dict[str, list[float]]:
    """Return what columns are taken off and divided by on their way to the product."""
    found: dict[str, list[float]] = {}
    while name in graph.made:
        node = graph.made[name]
        key = {"Sub": "shift", "Div": "scale"}.get(node.op_type)
        given = graph.arrays(node)
        if key and given and given[0].size == columns:
            found[key] = given[0].astype(float).ravel().tolist()
        name = node.input[0]
    return found


def _additive(graph: _Graph, terms: Sequence[Sequence[int]]) -> dict[str, Any] | None:
    """Return the terms of an explainable boosting machine (``models.ebm_graph``): of one column, its cuts and its scores."""
    reached = next(node for node in graph.nodes if node.op_type == "GreaterOrEqual")
    cuts, table = graph.arrays(reached)[0], _table(graph)
    starts, sides = _places(graph)
    ends = [*starts[1:], len(table)]
    curves: list[dict[str, Any]] = []
    for number, (term, start, end) in enumerate(zip(terms, starts, ends, strict=True)):
        told: dict[str, Any] = {"columns": list(term)}
        if len(term) == 1:
            own = [float(cut) for cut in cuts[sides[number]] if math.isfinite(cut)]
            scores = table[start : min(end, start + len(own) + 2)].astype(float)
            told |= {"cuts": own, "missing": scores[0].tolist(), "scores": scores[1:].tolist()}
        curves.append(told)
    return {"kind": "additive", "complexity": len(terms), "terms": curves}


def _table(graph: _Graph) -> Array:
    """Return the scores of all terms' bins, one table after the other."""
    gathers = (graph.array(node.input[0]) for node in graph.nodes if node.op_type == "Gather")
    return next(array for array in gathers if array is not None)


def _places(graph: _Graph) -> tuple[list[int], list[int]]:
    """Return where each term's table starts, and which line of the cuts its first column has."""
    gather = next(node for node in graph.nodes if node.op_type == "Gather" and node.input[0] in graph.stored)
    steps = list(_back(graph, gather.input[1]))
    start = graph.arrays(steps[-1])[0]
    taken = graph.made[next(name for name in graph.made[_other(graph, steps[-1])].input if name in graph.made)]
    first = graph.arrays(taken)[0]
    return start.astype(int).tolist(), first.astype(int).tolist()


def _back(graph: _Graph, name: str) -> Iterator[onnx.NodeProto]:
    """Give the additions that a place is made of, the last first."""
    while name in graph.made and graph.made[name].op_type == "Add":
        node = graph.made[name]
        yield node
        name = node.input[0]


def _other(graph: _Graph, node: onnx.NodeProto) -> str:
    """Return what an addition adds to what is stored."""
    return str(next(name for name in node.input if name not in graph.stored))
