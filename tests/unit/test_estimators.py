"""Graphs of scikit-learn's estimators, right and wrong ones."""

import numpy as np
import pytest
from onnx import numpy_helper
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.datasets import load_wine
from sklearn.linear_model import LogisticRegression
from sklearn.tree import DecisionTreeClassifier

from harness import estimators
from harness.errors import JobError
from harness.models.sklearn_export import converted

ROWS, LABELS = load_wine(return_X_y=True)
ROWS = ROWS.astype(np.float32)


def tree(rows=ROWS, labels=LABELS):
    return DecisionTreeClassifier(random_state=0).fit(rows, labels)


def test_a_right_graph_is_told_with_its_difference():
    told = estimators.compared(tree(), converted(tree(), ROWS[:1]), ROWS)
    assert told == {"samples": 178, "difference": 0.0, "agreement": 1.0}


@pytest.mark.parametrize(
    ("other", "words"),
    [
        (tree(labels=(LABELS + 1) % 3), "for 178 of 178 samples: they differ by up to 1$"),
        (tree(labels=np.minimum(LABELS, 1)), r"scores of shape \(178, 2\), its source \(178, 3\)"),
    ],
)
def test_a_wrong_graph_is_refused(other, words):
    with pytest.raises(JobError, match=f"the ONNX graph of DecisionTreeClassifier gives .*{words}") as caught:
        estimators.compared(tree(), converted(other, ROWS[:1]), ROWS)
    assert (caught.value.kind, caught.value.stage) == ("export_failed", "prepare")


def test_a_graph_that_gives_no_numbers_is_refused():
    model = LogisticRegression(max_iter=10_000).fit(ROWS, LABELS)
    holes = converted(model, ROWS[:1])
    weights = next(tensor for tensor in holes.graph.initializer if len(tensor.dims) == 2)
    weights.CopyFrom(numpy_helper.from_array(np.full(weights.dims, np.nan, np.float32), weights.name))
    with pytest.raises(JobError, match="the ONNX graph of LogisticRegression gives scores that are not finite") as caught:
        estimators.compared(model, holes, ROWS)
    assert caught.value.kind == "nan_output"


@pytest.mark.parametrize(("moved", "refused"), [(1, False), (2, True)])
def test_one_stray_sample_in_a_hundred_is_told_and_more_are_refused(moved, refused):
    known = tree()
    graph = converted(known, ROWS[:1])
    source = Moved(known, moved)
    if refused:
        with pytest.raises(JobError, match="for 2 of 178 samples"):
            estimators.compared(source, graph, ROWS)
    else:
        assert estimators.compared(source, graph, ROWS) | {"difference": 0} == {
            "samples": 178,
            "difference": 0,
            "agreement": round(177 / 178, 4),
            "stray": 1,
        }


class Moved(ClassifierMixin, BaseEstimator):
    """A classifier that says of its first samples the contrary."""

    def __init__(self, inner, count):
        self.inner, self.count = inner, count

    def predict_proba(self, rows):
        found = self.inner.predict_proba(rows)
        found[: self.count] = found[: self.count, ::-1]
        return found
