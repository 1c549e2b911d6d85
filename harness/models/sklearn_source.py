"""scikit-learn classifiers, fitted on the training split and exported to ONNX."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from typing import Any, Final

import numpy as np
from sklearn.base import ClassifierMixin
from sklearn.ensemble import (
    ExtraTreesClassifier,
    GradientBoostingClassifier,
    HistGradientBoostingClassifier,
    RandomForestClassifier,
)
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC, LinearSVC
from sklearn.tree import DecisionTreeClassifier
from threadpoolctl import threadpool_limits

from harness.errors import InputError
from harness.interfaces import Bench, Work
from harness.models import sklearn_check
from harness.models.declared import SklearnOptions
from harness.models.sklearn_export import converted
from harness.record import Preprocess

MADE: Final[Mapping[str, tuple[Any, Mapping[str, Any]]]] = {
    "decision_tree": (DecisionTreeClassifier, {}),
    "random_forest": (RandomForestClassifier, {"n_estimators": 100}),
    "extra_trees": (ExtraTreesClassifier, {"n_estimators": 100}),
    "gradient_boosting": (GradientBoostingClassifier, {}),
    "hist_gradient_boosting": (HistGradientBoostingClassifier, {}),
    "logistic_regression": (LogisticRegression, {"max_iter": 300}),
    "linear_svc": (LinearSVC, {}),
    "svc": (SVC, {"break_ties": True}),  # without, the answer is not that of the best score
    "knn": (KNeighborsClassifier, {}),
    "mlp": (MLPClassifier, {"hidden_layer_sizes": (128,), "max_iter": 60, "early_stopping": True}),
}
"""The class behind each name, and what we set otherwise than scikit-learn does."""
SCALED: Final = frozenset({"logistic_regression", "linear_svc", "svc", "knn", "mlp"})
"""Estimators that weigh columns against each other: they get a scaler where the columns have units of their own."""
UNSEEDED: Final = frozenset({"knn"})


SMALL: Final = 1_000_000
"""Numbers up to which fitting keeps to one thread. Boosting meets its threads thousands of times, and on a machine with other
work each waits for the others: 64 s for 630 rows of digits, where one thread took 0.3 s."""


def build(options: Mapping[str, Any], bench: Bench) -> Work:
    """Return the fitted classifier as an ONNX graph from rows to scores."""
    wish = SklearnOptions.model_validate(dict(options))
    return export(estimator(wish, bench.seed, scale=len(bench.data.shape or ()) == 1), bench)


def estimator(wish: SklearnOptions, seed: int, *, scale: bool) -> Any:
    """Return the estimator, not fitted, behind a scaler if it should have one."""
    kind, defaults = MADE[wish.estimator]
    seeded = {} if wish.estimator in UNSEEDED else {"random_state": seed}
    try:
        model = kind(**{**seeded, **defaults, **wish.params})
    except TypeError as error:
        raise InputError(f"scikit-learn refuses params of {wish.estimator}: {error}") from None
    return make_pipeline(StandardScaler(), model) if scale and wish.estimator in SCALED else model


def export(model: Any, bench: Bench) -> Work:
    """Return ``model``, fitted if it was not, as an ONNX graph whose only output are its scores, checked against it."""
    if bench.data.shape is None:
        raise InputError("scikit-learn classifiers take samples of one size", "use a dataset of fixed size, or transform: native")
    images = len(bench.data.shape) == 3
    preprocess = Preprocess(layout="flat", scale=1 / 255 if images else 1.0)
    inputs, labels = bench.inputs(preprocess, "train", None)
    notes = _fit(model, inputs, labels, bench)
    _require_fit(model, len(bench.data.classes), inputs.shape[1])
    bench.say("exporting to onnx, and comparing")
    graph = converted(model, inputs[:2])
    unseen, _ = bench.inputs(preprocess, "test", sklearn_check.SAMPLES)
    return Work("onnx", graph, preprocess, inputs.shape[1:], {**notes, "export": sklearn_check.compared(model, graph, unseen)})


def _require_fit(model: Any, classes: int, width: int) -> None:
    known, columns = len(getattr(model, "classes_", ())), getattr(model, "n_features_in_", width)
    if known != classes:
        raise InputError(f"the classifier knows {known} classes, the dataset has {classes}")
    if columns != width:
        raise InputError(f"the classifier was fitted on {columns} columns, a sample of the dataset has {width}")


def _fit(model: ClassifierMixin, inputs: np.ndarray, labels: np.ndarray, bench: Bench) -> dict[str, Any]:
    if getattr(model, "classes_", None) is not None:
        return {"training": {"fitted": "before"}}
    bench.say("fitting")
    threads = threadpool_limits(1 if inputs.size <= SMALL else None, user_api="openmp")
    with threads, warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            model.fit(inputs, labels)
        except (ValueError, TypeError) as error:
            raise InputError(f"scikit-learn cannot fit: {(str(error).splitlines() or [''])[0]}") from None
    converged = not any(issubclass(w.category, ConvergenceWarning) for w in caught)
    return {"training": {"samples": len(labels), "converged": converged}}
