"""Distillation into trees: regression trees of the mixed targets, so that a leaf holds how likely each class is there.

After Frosst & Hinton, Distilling a neural network into a soft decision tree (2017), who train trees on a network's soft targets,
with the ordinary trees of Breiman et al. (CART, 1984), as Bastani, Kim & Bastani, Interpreting blackbox models via model
extraction (2017), grow them. Squared error makes of a leaf the mean of its targets, which sum to one as they do.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

import numpy as np
import onnx
from sklearn.ensemble import RandomForestRegressor
from sklearn.tree import DecisionTreeRegressor

from harness import estimators
from harness.bench import Bench, Work
from harness.errors import InputError
from harness.interfaces import Array
from harness.passes import teaching
from harness.passes.declared import DistillOptions
from harness.record import Preprocess

LEAF: Final = 5
"""Samples in a leaf at least, unless params say otherwise: soft targets all differ, so that no leaf is ever pure, and a tree
would have one for each sample. Breiman and Cutler's forests of regression trees begin with so many (randomForest, nodesize)."""


def apply(work: Work, options: Mapping[str, Any], bench: Bench) -> Work:
    """Return the student as an ONNX graph from flat samples to class probabilities; ``work`` is its teacher."""
    wish = DistillOptions.model_validate(dict(options))
    if bench.data.shape is None:
        raise InputError("trees take samples of one size", "use a dataset of fixed size, or transform: native")
    preprocess = Preprocess(layout="flat", scale=1 / 255 if len(bench.data.shape) == 3 else 1.0)
    inputs, labels = bench.inputs(preprocess, "train", None)
    soft = teaching.softened(teaching.scores(work, bench), wish.temperature)
    targets = wish.mix * np.eye(soft.shape[1])[labels] + (1 - wish.mix) * soft
    student = _estimator(wish.student.options, bench.seed)
    bench.say("fitting")
    _fit(student, inputs, targets)
    bench.say("exporting to onnx, and comparing")
    graph = _converted(student, inputs[:2])
    unseen, _ = bench.inputs(preprocess, "test", estimators.SAMPLES)
    told = {
        "student": wish.student.label,
        "temperature": wish.temperature,
        "mix": wish.mix,
        "samples": len(inputs),
        "leaves": _leaves(student),
        "error": float(f"{np.square(student.predict(inputs) - targets).mean():.3g}"),
    }
    return replace(
        work,
        form="onnx",
        model=graph,
        preprocess=preprocess,
        sample_shape=inputs.shape[1:],
        notes={**work.notes, "distill": told, "export": estimators.compared(student, graph, unseen)},
    )


def _estimator(options: Mapping[str, Any], seed: int) -> Any:
    """Return the regressor for a classifier of that name, not fitted: with that one's defaults, but for the size of a leaf."""
    made: dict[str, tuple[Any, dict[str, Any]]] = {
        "decision_tree": (DecisionTreeRegressor, {"random_state": seed, "min_samples_leaf": LEAF}),
        "random_forest": (
            RandomForestRegressor,
            {"random_state": seed, "min_samples_leaf": LEAF, "n_estimators": 100, "max_features": "sqrt"},
        ),
    }
    kind, defaults = made[options["estimator"]]
    try:
        return kind(**(defaults | dict(options.get("params", {}))))
    except TypeError as error:
        raise InputError(f"scikit-learn refuses params of {options['estimator']}: {error}") from None


def _fit(student: Any, inputs: Array, targets: Array) -> None:
    try:
        student.fit(inputs, targets)
    except (ValueError, TypeError) as error:
        raise InputError(f"scikit-learn cannot fit: {(str(error).splitlines() or [''])[0]}") from None


def _converted(student: Any, example: Array) -> onnx.ModelProto:
    with estimators.converting(student):
        graph = estimators.by_library(student, example)
        classes = graph.graph.output[0].type.tensor_type.shape.dim[1]
        classes.dim_value = student.n_outputs_  # the converter says one, whatever the regressor has
        onnx.checker.check_model(graph)
    return graph


def _leaves(student: Any) -> int:
    return sum(int(tree.get_n_leaves()) for tree in getattr(student, "estimators_", [student]))
