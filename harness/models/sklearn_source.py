"""scikit-learn classifiers, fitted on the training split and exported to ONNX."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from typing import Any

import numpy as np
import onnx
from onnx.utils import Extractor
from skl2onnx import to_onnx
from sklearn.base import ClassifierMixin
from sklearn.ensemble import RandomForestClassifier
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.tree import DecisionTreeClassifier

from harness.errors import InputError, JobError
from harness.interfaces import Array, Bench, Work
from harness.models.declared import SklearnOptions
from harness.record import Preprocess

OPSET = {"": 18, "ai.onnx.ml": 3}
PLAIN_OPERATORS = {"LinearClassifier", "LinearRegressor", "Scaler", "Normalizer"}
"""Operators of ai.onnx.ml that skl2onnx can write as plain ones, which every runtime has."""


def build(options: Mapping[str, Any], bench: Bench) -> Work:
    """Return the fitted classifier as an ONNX graph from rows to class probabilities."""
    wish = SklearnOptions.model_validate(dict(options))
    return export(estimator(wish, bench.seed, scale=len(bench.data.shape or ()) == 1), bench)


def estimator(wish: SklearnOptions, seed: int, *, scale: bool) -> Any:
    """Return the estimator, not fitted; linear ones get a scaler where the columns have units of their own."""
    made: dict[str, tuple[Any, dict[str, Any]]] = {
        "decision_tree": (DecisionTreeClassifier, {"random_state": seed}),
        "random_forest": (RandomForestClassifier, {"random_state": seed, "n_estimators": 100}),
        "logistic_regression": (LogisticRegression, {"random_state": seed, "max_iter": 300}),
        "mlp": (MLPClassifier, {"random_state": seed, "hidden_layer_sizes": (128,), "max_iter": 60, "early_stopping": True}),
    }
    kind, defaults = made[wish.estimator]
    try:
        model = kind(**(defaults | dict(wish.params)))
    except TypeError as error:
        raise InputError(f"scikit-learn refuses params of {wish.estimator}: {error}") from None
    return make_pipeline(StandardScaler(), model) if scale and wish.estimator in ("logistic_regression", "mlp") else model


def export(model: Any, bench: Bench) -> Work:
    """Return ``model``, fitted if it was not, as an ONNX graph whose only output are the class probabilities."""
    if bench.data.shape is None:
        raise InputError("scikit-learn classifiers take samples of one size", "use a dataset of fixed size, or transform: native")
    images = len(bench.data.shape) == 3
    preprocess = Preprocess(layout="flat", scale=1 / 255 if images else 1.0)
    inputs, labels = bench.inputs(preprocess, "train", None)
    notes = _fit(model, inputs, labels, bench)
    known, columns = len(getattr(model, "classes_", ())), getattr(model, "n_features_in_", inputs.shape[1])
    if known != len(bench.data.classes):
        raise InputError(f"the classifier knows {known} classes, the dataset has {len(bench.data.classes)}")
    if columns != inputs.shape[1]:
        raise InputError(f"the classifier was fitted on {columns} columns, a sample of the dataset has {inputs.shape[1]}")
    return Work("onnx", _converted(model, inputs[:2]), preprocess, inputs.shape[1:], notes)


def _converted(model: Any, example: Array) -> onnx.ModelProto:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # skl2onnx warns about its own internals
            likely = hasattr(model, "predict_proba")  # the converter refuses both settings for a classifier without
            settings = {"options": {"zipmap": False}, "black_op": PLAIN_OPERATORS} if likely else {}
            whole = to_onnx(model, example, target_opset=OPSET, **settings)
        graph = Extractor(whole).extract_model([whole.graph.input[0].name], ["probabilities"])
        onnx.checker.check_model(graph)
    except Exception as error:  # the converter's exceptions have no common ancestor
        first = (str(error).strip().splitlines() or [""])[0][:200]
        message = f"scikit-learn's converter cannot write {type(model).__name__} as ONNX: {type(error).__name__}: {first}"
        raise JobError("export_failed", "prepare", message) from error
    return graph


def _fit(model: ClassifierMixin, inputs: np.ndarray, labels: np.ndarray, bench: Bench) -> dict[str, Any]:
    if getattr(model, "classes_", None) is not None:
        return {"training": {"fitted": "before"}}
    bench.say("fitting")
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            model.fit(inputs, labels)
        except (ValueError, TypeError) as error:
            raise InputError(f"scikit-learn cannot fit: {(str(error).splitlines() or [''])[0]}") from None
    converged = not any(issubclass(w.category, ConvergenceWarning) for w in caught)
    return {"training": {"samples": len(labels), "converged": converged}}
