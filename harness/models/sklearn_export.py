"""A fitted scikit-learn estimator as an ONNX graph from rows to scores, or to one column of values.

By writers of our own, or by skl2onnx.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

import numpy as np
import onnx
from onnx import compose, helper
from sklearn.pipeline import Pipeline

from harness.estimators import OPSET, by_library, converting
from harness.interfaces import Array
from harness.models import ebm_graph, sklearn_boosting, sklearn_machine, sklearn_neighbours
from harness.models.writing import ROWS, Writer


def _write_margins(model: Any, writer: Writer, rows: str) -> str:
    """Add a fitted linear model without probabilities; return its margins, one a class, or its values."""
    margins = writer.node("Gemm", rows, writer.store(np.atleast_2d(model.coef_).T), writer.store(np.atleast_1d(model.intercept_)))
    return writer.both_signs(margins) if len(getattr(model, "classes_", ())) == 2 else margins


OWN: Final[Mapping[str, Callable[[Any, Writer, str], str | None]]] = {
    "sklearn.HistGradientBoostingClassifier": sklearn_boosting.write,
    "sklearn.KNeighborsClassifier": sklearn_neighbours.write,
    "sklearn.SVC": sklearn_machine.write,
    "sklearn.NuSVC": sklearn_machine.write,
    "sklearn.LinearSVC": _write_margins,
    "sklearn.RidgeClassifier": _write_margins,
    "sklearn.HistGradientBoostingRegressor": sklearn_boosting.write_values,
    "sklearn.KNeighborsRegressor": sklearn_neighbours.write,
    "sklearn.SVR": sklearn_machine.write_values,
    "sklearn.NuSVR": sklearn_machine.write_values,
    "sklearn.LinearSVR": _write_margins,
    "sklearn.LinearRegression": _write_margins,
    "sklearn.Ridge": _write_margins,
    "interpret.ExplainableBoostingClassifier": ebm_graph.write,
    "interpret.ExplainableBoostingRegressor": ebm_graph.write,
}
"""What we write ourselves, by package and class; a writer returns None for what it leaves to skl2onnx."""


IDLE: Final = (None, "passthrough")
"""What stands in a pipeline for no step."""


def converted(model: Any, example: Array) -> onnx.ModelProto:
    """Return ``model`` as a graph whose only output are its scores; raises JobError where there is no way to write it."""
    with converting(model):
        graph = _written(model, example) or by_library(model, example)
        _import(graph, {node.domain for node in graph.graph.node} | {""})
        onnx.checker.check_model(graph)
    return graph


def _written(model: Any, example: Array) -> onnx.ModelProto | None:
    """Return what we write ourselves, behind the steps before it in a pipeline; None where we do not."""
    *before, (_, last) = [step for step in model.steps if step[1] not in IDLE] if isinstance(model, Pipeline) else [("", model)]
    write = OWN.get(f"{type(last).__module__.partition('.')[0]}.{type(last).__name__}")
    if write is None:
        return None
    writer = Writer(last.n_features_in_)
    scores = write(last, writer, ROWS)
    if scores is None:
        return None
    graph = writer.graph(scores, len(getattr(last, "classes_", (0,))))
    if not before:
        return graph
    head = compose.add_prefix(by_library(Pipeline(before), example), "before_")
    head.ir_version = graph.ir_version
    _import(head, OPSET)  # it was asked for these, and says less where less would do
    return compose.merge_models(head, graph, io_map=[(head.graph.output[0].name, ROWS)])


def _import(graph: onnx.ModelProto, domains: Iterable[str]) -> None:
    """Let the graph import each of the domains once, in our versions: merging leaves more lines, at which quantizers stop."""
    del graph.opset_import[:]
    graph.opset_import.extend(helper.make_opsetid(domain, OPSET[domain]) for domain in sorted(domains))
