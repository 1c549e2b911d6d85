"""Writing an ONNX graph by hand: rows in, scores out, and the nodes between, one after the other."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from harness.estimators import OPSET
from harness.interfaces import Array

IR_VERSION: Final = 8
"""That of opset 18: what is newer, older runtimes do not read."""
ROWS: Final = "rows"


class Writer:
    """A graph that grows; each call returns the name of the value it made."""

    def __init__(self, columns: int) -> None:
        self.columns = columns
        self.nodes: list[onnx.NodeProto] = []
        self.stored: list[onnx.TensorProto] = []
        self.told: dict[str, str] = {}

    def tell(self, name: str, text: str) -> None:
        """Keep a property of the graph in its file."""
        self.told[name] = text

    def store(self, array: Array) -> str:
        """Store an array, floats as float32."""
        name = f"stored{len(self.stored)}"
        kept = array.astype(np.float32) if array.dtype.kind == "f" else array
        self.stored.append(numpy_helper.from_array(np.ascontiguousarray(kept).reshape(array.shape), name))
        return name

    def number(self, value: float) -> str:
        """Store one float."""
        return self.store(np.array(float(value)))

    def counts(self, *values: int) -> str:
        """Store whole numbers: axes, sizes, places."""
        return self.store(np.array(values, dtype=np.int64))

    def node(self, operator: str, *inputs: str, domain: str = "", **attributes: Any) -> str:
        """Add an operator with one output."""
        name = f"value{len(self.nodes)}"
        self.nodes.append(helper.make_node(operator, list(inputs), [name], name, domain=domain, **attributes))
        return name

    def second(self, operator: str, *inputs: str, **attributes: Any) -> str:
        """Add an operator with two outputs, and return the second."""
        names = [f"value{len(self.nodes)}{part}" for part in ("a", "b")]
        self.nodes.append(helper.make_node(operator, list(inputs), names, names[1], **attributes))
        return names[1]

    def over(self, operator: str, value: str, axis: int, *, keep: bool = False) -> str:
        """Add an operator that reduces ``value`` over one axis."""
        return self.node(operator, value, self.counts(axis), keepdims=int(keep))

    def two_columns(self, score: str) -> str:
        """Return the scores of both classes where ``score``, (n, 1), is the probability of the second."""
        return self.node("Concat", self.node("Sub", self.number(1), score), score, axis=1)

    def both_signs(self, margin: str) -> str:
        """Return the scores of both classes where ``margin``, (n, 1), is above zero for the second."""
        return self.node("Concat", self.node("Neg", margin), margin, axis=1)

    def graph(self, scores: str, classes: int) -> onnx.ModelProto:
        """Return the whole graph, checked; its output is ``scores``."""
        ends = [(ROWS, self.columns), (scores, classes)]
        given, told = (helper.make_tensor_value_info(name, TensorProto.FLOAT, ["N", count]) for name, count in ends)
        graph = helper.make_graph(self.nodes, "scores", [given], [told], self.stored)
        opsets = [helper.make_opsetid(domain, version) for domain, version in OPSET.items()]
        model = helper.make_model(graph, opset_imports=opsets, ir_version=IR_VERSION)
        helper.set_model_props(model, self.told)
        onnx.checker.check_model(model)
        return model
