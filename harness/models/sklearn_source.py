"""scikit-learn classifiers and regressors, fitted on the training split and exported to ONNX."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

import numpy as np
from sklearn.base import BaseEstimator, is_classifier
from sklearn.ensemble import (
    ExtraTreesClassifier,
    ExtraTreesRegressor,
    GradientBoostingClassifier,
    GradientBoostingRegressor,
    HistGradientBoostingClassifier,
    HistGradientBoostingRegressor,
    RandomForestClassifier,
    RandomForestRegressor,
)
from sklearn.exceptions import ConvergenceWarning, NotFittedError
from sklearn.linear_model import LogisticRegression, Ridge, RidgeClassifier
from sklearn.neighbors import KNeighborsClassifier, KNeighborsRegressor
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC, SVR, LinearSVC, LinearSVR
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor
from sklearn.utils.validation import check_is_fitted
from threadpoolctl import threadpool_limits

from harness import estimators
from harness.bench import Bench, Work
from harness.errors import InputError
from harness.models.declared import SklearnOptions
from harness.models.sklearn_export import converted
from harness.record import Preprocess


class Family(NamedTuple):
    """The classes behind a name, where there are any, and what we set otherwise than scikit-learn does."""

    classifier: Any
    regressor: Any
    settings: Mapping[str, Any] = {}


MADE: Final[Mapping[str, Family]] = {
    "decision_tree": Family(DecisionTreeClassifier, DecisionTreeRegressor),
    "random_forest": Family(RandomForestClassifier, RandomForestRegressor, {"n_estimators": 100}),
    "extra_trees": Family(ExtraTreesClassifier, ExtraTreesRegressor, {"n_estimators": 100}),
    "gradient_boosting": Family(GradientBoostingClassifier, GradientBoostingRegressor),
    "hist_gradient_boosting": Family(HistGradientBoostingClassifier, HistGradientBoostingRegressor),
    "logistic_regression": Family(LogisticRegression, None, {"max_iter": 300}),
    "ridge": Family(RidgeClassifier, Ridge),
    "linear_svc": Family(LinearSVC, None),
    "linear_svr": Family(None, LinearSVR),
    "svc": Family(SVC, None, {"break_ties": True}),  # without, the answer is not that of the best score
    "svr": Family(None, SVR),
    "knn": Family(KNeighborsClassifier, KNeighborsRegressor),
    "mlp": Family(MLPClassifier, MLPRegressor, {"hidden_layer_sizes": (128,), "max_iter": 60, "early_stopping": True}),
}
SCALED: Final = frozenset({"logistic_regression", "ridge", "linear_svc", "linear_svr", "svc", "svr", "knn", "mlp"})
"""Estimators that weigh columns against each other: they get a scaler where the columns have units of their own."""
UNSEEDED: Final = frozenset({"knn", "svr"})


SMALL: Final = 1_000_000
"""Numbers up to which fitting keeps to one thread. Boosting meets its threads thousands of times, and on a machine with other
work each waits for the others: 64 s for 630 rows of digits, where one thread took 0.3 s."""


def build(options: Mapping[str, Any], bench: Bench) -> Work:
    """Return the fitted estimator as an ONNX graph from rows to scores, or to values."""
    wish = SklearnOptions.model_validate(dict(options))
    return export(estimator(wish, bench.data.task, bench.seed, scale=len(bench.data.shape or ()) == 1), bench)


def estimator(wish: SklearnOptions, task: str, seed: int, *, scale: bool) -> Any:
    """Return the estimator for a task, not fitted, behind a scaler if it should have one."""
    family = MADE[wish.estimator]
    kind = family.regressor if task == "regression" else family.classifier
    if kind is None:
        others = ", ".join(name for name, one in MADE.items() if (one.regressor if task == "regression" else one.classifier))
        raise InputError(f"scikit-learn's {wish.estimator} is not for a {task}", f"one of {others}")
    seeded = {} if wish.estimator in UNSEEDED else {"random_state": seed}
    try:
        model = kind(**{**seeded, **family.settings, **wish.params})
    except TypeError as error:
        raise InputError(f"scikit-learn refuses params of {wish.estimator}: {error}") from None
    return make_pipeline(StandardScaler(), model) if scale and wish.estimator in SCALED else model


def export(model: Any, bench: Bench) -> Work:
    """Return ``model``, fitted if it was not, as an ONNX graph whose only output are its scores, checked against it."""
    if bench.data.shape is None:
        raise InputError(
            "scikit-learn's estimators take samples of one size", "use a dataset of fixed size, or transform: native"
        )
    _require_task(model, bench)
    images = len(bench.data.shape) == 3
    preprocess = Preprocess(layout="flat", scale=1 / 255 if images else 1.0)
    inputs, labels = bench.inputs(preprocess, "train", None)
    notes = _fit(model, inputs, labels, bench)
    _require_fit(model, len(bench.data.classes), inputs.shape[1])
    bench.say("exporting to onnx, and comparing")
    graph = converted(model, inputs[:2])
    unseen, _ = bench.inputs(preprocess, "test", estimators.SAMPLES)
    return Work("onnx", graph, preprocess, inputs.shape[1:], {**notes, "export": estimators.compared(model, graph, unseen)})


def _require_task(model: BaseEstimator, bench: Bench) -> None:
    """Raise InputError unless the estimator and the labels are for the same."""
    name, task = type(model).__name__, bench.data.task
    if task == "embedding" or (task == "classification") != is_classifier(model):
        raise InputError(f"{name} is no estimator for a {task}", "name another model, or other data")
    if task == "regression" and bench.data.width != 1:
        raise InputError(f"{name} gives one value here, the dataset has {bench.data.width} targets", "use a network")


def _require_fit(model: Any, classes: int, width: int) -> None:
    known, columns = len(getattr(model, "classes_", ())), getattr(model, "n_features_in_", width)
    if is_classifier(model) and known != classes:
        raise InputError(f"the classifier knows {known} classes, the dataset has {classes}")
    if columns != width:
        raise InputError(f"the classifier was fitted on {columns} columns, a sample of the dataset has {width}")


def _fit(model: Any, inputs: np.ndarray, labels: np.ndarray, bench: Bench) -> dict[str, Any]:
    if _is_fitted(model):
        return {"training": {"fitted": "before"}}
    bench.say("fitting")
    threads = threadpool_limits(1 if inputs.size <= SMALL else None, user_api="openmp")
    with threads, warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            model.fit(inputs, labels.ravel())  # one target is a column of its own elsewhere
        except (ValueError, TypeError) as error:
            raise InputError(f"scikit-learn cannot fit: {(str(error).splitlines() or [''])[0]}") from None
    converged = not any(issubclass(w.category, ConvergenceWarning) for w in caught)
    return {"training": {"samples": len(labels), "converged": converged}}


def _is_fitted(model: Any) -> bool:
    try:
        check_is_fitted(model)
    except NotFittedError:
        return False
    return True
