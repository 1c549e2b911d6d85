"""Models that can be read, read back from the graphs that were written of them."""

import numpy as np
import onnx
import pytest
from interpret.glassbox import ExplainableBoostingClassifier
from onnx import TensorProto, helper
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

from harness import glass
from harness.models.sklearn_export import converted


@pytest.fixture(scope="module")
def rows():
    return (np.random.default_rng(0).normal(size=(200, 4)) * [1, 5, 1, 1]).astype(np.float32)


@pytest.fixture(scope="module")
def labels(rows):
    return (rows[:, 0] + rows[:, 1] ** 2 > 3).astype(int) + (rows[:, 2] > 1)


def read(model, rows):
    return glass.of(converted(model, rows[:2]))


def answer(nodes, row):
    """Return the scores of the leaf that a row comes to."""
    at = {node["id"]: node for node in nodes}
    node = nodes[0]
    while "scores" not in node:
        assert node["comparison"] == "LEQ"
        node = at[node["yes"] if row[node["column"]] <= node["threshold"] else node["no"]]
    return node["scores"]


def test_a_tree_that_was_read_answers_as_the_tree_itself(rows, labels):
    tree = DecisionTreeClassifier(max_leaf_nodes=12, random_state=0).fit(rows, labels)
    found = read(tree, rows)
    assert (found["kind"], found["complexity"], found["depth"]) == ("tree", tree.get_n_leaves(), tree.get_depth())
    for row, wanted in zip(rows[:50], tree.predict_proba(rows[:50]), strict=True):
        scores = answer(found["nodes"], row)
        assert [scores.get(str(k), 0) for k in range(3)] == pytest.approx(wanted, abs=1e-6)


def test_a_tree_of_values_is_read_too(rows):
    tree = DecisionTreeRegressor(max_depth=3, random_state=0).fit(rows, rows[:, 1])
    found = read(tree, rows)
    assert answer(found["nodes"], rows[0])["0"] == pytest.approx(tree.predict(rows[:1])[0], rel=1e-5)


def test_a_large_tree_is_told_in_figures_alone(rows):
    tree = DecisionTreeRegressor(random_state=0).fit(rows, rows[:, 1])
    found = read(tree, rows)
    assert found["leaves"] == tree.get_n_leaves() > glass.READABLE
    assert "nodes" not in found


def test_the_leaves_of_all_trees_of_a_forest_are_counted(rows, labels):
    forest = RandomForestClassifier(5, max_depth=4, random_state=0).fit(rows, labels)
    found = read(forest, rows)
    assert found["complexity"] == sum(tree.get_n_leaves() for tree in forest.estimators_)
    assert (found["kind"], found["trees"]) == ("trees", 5)
    assert found["depth"] == max(tree.get_depth() for tree in forest.estimators_)


def test_the_weights_of_a_linear_model_are_read_with_its_scaling(rows, labels):
    model = make_pipeline(StandardScaler(), LogisticRegression()).fit(rows, labels)
    found = read(model, rows)
    assert np.array(found["weights"]) == pytest.approx(model[-1].coef_.T, rel=1e-5)
    assert found["scale"] == pytest.approx(model[0].scale_, rel=1e-5)
    assert found["shift"] == pytest.approx(model[0].mean_, rel=1e-5)
    assert found["complexity"] == 4 * 3


def test_weights_of_two_classes_are_counted_once(rows):
    found = read(LogisticRegression().fit(rows, rows[:, 0] > 0), rows)
    assert found["complexity"] == 4


def test_only_weights_that_are_not_nought_are_counted(rows):
    model = LogisticRegression(solver="saga", l1_ratio=1.0, C=0.02, max_iter=2000).fit(rows, rows[:, 0] > 0)
    assert read(model, rows)["complexity"] == np.count_nonzero(model.coef_) < 4


def test_a_linear_model_that_we_write_ourselves_is_read_too(rows):
    model = Ridge().fit(rows, rows[:, 1])
    assert np.ravel(read(model, rows)["weights"]) == pytest.approx(model.coef_, rel=1e-4, abs=1e-5)


@pytest.mark.parametrize("interactions", [0, 2])
def test_the_terms_of_an_ebm_add_up_to_its_answer(rows, interactions):
    model = ExplainableBoostingClassifier(interactions=interactions, feature_types=["continuous"] * 4, outer_bags=2, n_jobs=1)
    model.fit(rows, rows[:, 0] + rows[:, 1] > 0)
    found = read(model, rows)
    assert found["complexity"] == 4 + interactions
    for term, wanted in zip(found["terms"], model.term_scores_, strict=True):
        if len(term["columns"]) == 1:
            scores = np.ravel([term["missing"], *term["scores"]])
            assert scores == pytest.approx(wanted[: len(scores)], abs=1e-6)
            assert len(term["cuts"]) + 1 == len(term["scores"])
            assert term["cuts"] == pytest.approx(model.bins_[term["columns"][0]][0], rel=1e-6)


def test_a_network_with_a_hidden_layer_is_no_glass_box(rows, labels):
    assert read(MLPClassifier((5,), tol=1.0, n_iter_no_change=2, random_state=0).fit(rows, labels), rows) is None


def test_a_graph_without_weights_has_nothing_to_tell():
    ends = [helper.make_tensor_value_info(name, TensorProto.FLOAT, ["N", 4]) for name in ("x", "y")]
    graph = helper.make_graph([helper.make_node("Identity", ["x"], ["y"])], "g", ends[:1], ends[1:])
    assert glass.of(helper.make_model(graph)) is None


def test_a_file_is_read_and_its_figures_are_plain(tmp_path, rows, labels):
    tree = DecisionTreeClassifier(max_depth=2, random_state=0).fit(rows, labels)
    onnx.save(converted(tree, rows[:2]), tmp_path / "model.onnx")
    found = glass.read(tmp_path / "model.onnx")
    assert glass.counts(found) == {"kind": "tree", "complexity": 4, "trees": 1, "leaves": 4, "depth": 2}
