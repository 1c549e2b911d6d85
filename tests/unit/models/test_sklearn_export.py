"""Every estimator as a graph: the same scores as its source, on samples that it did not learn from and at its own edges."""

import json

import numpy as np
import onnxruntime as ort
import pytest
from interpret.glassbox import ExplainableBoostingClassifier
from sklearn.compose import ColumnTransformer
from sklearn.datasets import load_breast_cancer, load_wine
from sklearn.decomposition import PCA
from sklearn.ensemble import ExtraTreesClassifier, GradientBoostingClassifier, HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression, RidgeClassifier
from sklearn.model_selection import GridSearchCV
from sklearn.neighbors import KNeighborsClassifier
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC, LinearSVC, NuSVC
from sklearn.tree import DecisionTreeClassifier

from harness import estimators
from harness.errors import JobError
from harness.models import ebm_graph, sklearn_boosting
from harness.models.sklearn_export import converted


def table(load):
    """A table of rows, split in two."""
    rows, labels = load(return_X_y=True)
    rows, known = rows.astype(np.float32), np.arange(len(rows)) % 3 > 0
    return rows[known], labels[known], rows[~known]


TABLES = {"two classes": table(load_breast_cancer), "three classes": table(load_wine)}


def glass_box(columns, **settings):
    settings = {"max_rounds": 20, "outer_bags": 1, "interactions": 2, "random_state": 0, "n_jobs": 1} | settings
    return ExplainableBoostingClassifier(feature_types=["continuous"] * columns, **settings)


SCALED = {
    "logistic regression": LogisticRegression(),
    "a network": MLPClassifier((8,), solver="lbfgs", max_iter=400, random_state=0),
    "a linear machine": LinearSVC(),
    "a ridge": RidgeClassifier(),
    "neighbours": KNeighborsClassifier(),
    "neighbours by distance": KNeighborsClassifier(4, weights="distance"),
    "neighbours round the block": KNeighborsClassifier(metric="manhattan"),
    "a Gaussian machine": SVC(),
    "a linear kernel": SVC(kernel="linear"),
    "a cubic kernel": SVC(kernel="poly", coef0=0.5),
    "a sigmoid kernel": SVC(kernel="sigmoid", gamma=0.01),
    "a machine by share": NuSVC(nu=0.2),
}
PLAIN = {
    "a tree": DecisionTreeClassifier(random_state=0),
    "extra trees": ExtraTreesClassifier(5, random_state=0),
    "boosting": GradientBoostingClassifier(n_estimators=5, random_state=0),
    "boosting of histograms": HistGradientBoostingClassifier(max_iter=10),
}


@pytest.mark.filterwarnings("ignore:For multiclass we cannot currently visualize pairs")
@pytest.mark.parametrize("classes", TABLES)
@pytest.mark.parametrize("name", [*SCALED, *PLAIN, "a glass box"])
def test_a_graph_answers_as_its_source_does(name, classes):
    known, labels, unseen = TABLES[classes]
    unscaled = PLAIN | {"a glass box": glass_box(known.shape[1])}
    model = make_pipeline(StandardScaler(), SCALED[name]) if name in SCALED else unscaled[name]
    model.fit(known, labels)
    told = estimators.compared(model, converted(model, known[:1]), unseen)
    assert told["samples"] == len(unseen)
    assert told["difference"] < 1e-4
    assert told["agreement"] == 1.0


@pytest.mark.parametrize("name", sorted(SCALED.keys() - {"neighbours round the block"}))
def test_what_is_no_tree_is_written_with_operators_that_every_runtime_has(name):
    known, labels, _ = TABLES["three classes"]
    graph = converted(make_pipeline(StandardScaler(), SCALED[name]).fit(known, labels), known[:1])
    assert {node.domain for node in graph.graph.node} == {""}


@pytest.mark.parametrize(
    "model",
    [
        make_pipeline(StandardScaler(), PCA(3), KNeighborsClassifier()),
        make_pipeline(ColumnTransformer([("scaled", StandardScaler(), [0, 2, 5]), ("as they are", "passthrough", [7])]), SVC()),
        make_pipeline("passthrough", HistGradientBoostingClassifier(max_iter=5)),
        make_pipeline(make_pipeline(StandardScaler(), PCA(3)), LinearSVC()),
        GridSearchCV(LogisticRegression(max_iter=5000), {"C": [0.1, 1.0]}, cv=2),
    ],
    ids=["a projection", "columns of their own", "nothing", "a pipeline of its own", "a search"],
)
def test_what_stands_before_the_classifier_is_written_with_it(model):
    known, labels, unseen = TABLES["three classes"]
    model.fit(known, labels)
    assert estimators.compared(model, converted(model, known[:1]), unseen)["difference"] < 1e-4


def run(graph, rows):
    session = ort.InferenceSession(graph.SerializeToString(), providers=["CPUExecutionProvider"])
    return session.run(None, {session.get_inputs()[0].name: rows})[0]


def around(values):
    """The float32 numbers next to each value, and it itself: where rounding a threshold shows."""
    near = np.asarray(values, np.float64).astype(np.float32)
    return np.unique(np.concatenate([np.nextafter(near, np.float32(-np.inf)), near, np.nextafter(near, np.float32(np.inf))]))


def edges(rows, values):
    """Rows in which one column after the other stands at the edges that ``values`` has for it."""
    made = []
    for column, at in enumerate(values):
        moved = np.resize(rows, (len(at), rows.shape[1])).copy()
        moved[:, column] = at
        made.append(moved)
    return np.concatenate(made)


def test_rows_at_the_thresholds_of_boosting_take_the_same_branch():
    known, labels, _ = TABLES["two classes"]
    model = HistGradientBoostingClassifier(max_iter=40).fit(known.astype(np.float64) / 3, labels)
    nodes = np.concatenate([tree.nodes for step in model._predictors for tree in step])
    inner = nodes[nodes["is_leaf"] == 0]
    at = edges(known, [around(inner["num_threshold"][inner["feature_idx"] == column]) for column in range(known.shape[1])])
    found, wanted = run(converted(model, known[:1]), at), model.predict_proba(at)
    assert np.abs(found - wanted).max() < 1e-5
    rounded = inner["num_threshold"].astype(np.float32)
    assert (rounded > inner["num_threshold"]).any(), "no threshold here would show another rounding"


@pytest.mark.parametrize("name", ["a tree", "extra trees", "boosting"])
def test_rows_at_the_thresholds_of_trees_take_the_same_branch(name):
    known, labels, _ = TABLES["two classes"]
    model = PLAIN[name].fit(known, labels)
    trees = [one.tree_ for one in np.ravel(getattr(model, "estimators_", model))]
    columns, cuts = (np.concatenate([getattr(one, what) for one in trees]) for what in ("feature", "threshold"))
    at = edges(known, [around(cuts[columns == column]) for column in range(known.shape[1])])
    assert np.abs(run(converted(model, known[:1]), at) - model.predict_proba(at)).max() < 1e-5
    assert (cuts.astype(np.float32) > cuts).any(), "no threshold here would show another rounding"


def test_a_missing_value_goes_where_boosting_sends_it():
    known, labels, unseen = TABLES["two classes"]
    gaps = np.random.default_rng(0).random(known.shape) < 0.3
    model = HistGradientBoostingClassifier(max_iter=10).fit(np.where(gaps, np.nan, known), labels)
    holes = np.where(np.random.default_rng(1).random(unseen.shape) < 0.3, np.float32(np.nan), unseen)
    assert np.abs(run(converted(model, known[:1]), holes) - model.predict_proba(holes)).max() < 1e-5


def test_boosting_on_categories_is_refused():
    known, labels, _ = TABLES["three classes"]
    grades = np.floor(known / known.max(axis=0) * 5)
    model = HistGradientBoostingClassifier(max_iter=2, categorical_features=[0]).fit(grades, labels)
    with pytest.raises(JobError, match="categorical columns") as caught:
        converted(model, known[:1])
    assert caught.value.kind == "unsupported"


def test_rows_at_the_cuts_of_a_glass_box_and_missing_values_get_its_scores():
    known, labels, unseen = TABLES["two classes"]
    model = glass_box(known.shape[1], max_rounds=60).fit(known, labels)
    graph = converted(model, known[:1])
    at = edges(known, [around(np.concatenate(model.bins_[column])) for column in range(known.shape[1])])
    holes = np.where(np.random.default_rng(1).random(unseen.shape) < 0.3, np.float32(np.nan), unseen)
    beyond = np.array([known.min(axis=0) * 2 - 1e6, known.max(axis=0) * 2 + 1e6, known[0] * np.nan], np.float32)
    for rows in (at, holes, beyond):
        assert np.abs(run(graph, rows) - model.predict_proba(rows)).max() < 1e-5
    cuts = np.concatenate([cuts for column in model.bins_ for cuts in column])
    assert (cuts.astype(np.float32) < cuts).any(), "no cut here would show another rounding"


def test_a_glass_box_keeps_its_terms_reachable():
    known, labels, _ = TABLES["two classes"]
    model = glass_box(known.shape[1]).fit(known, labels)
    graph = converted(model, known[:1])
    kept = json.loads(next(one.value for one in graph.metadata_props if one.key == "terms"))
    assert kept == [list(term) for term in model.term_features_]
    told = ebm_graph.terms(model)
    assert (told["terms"], told["pairs"]) == (len(kept), 2)
    assert told["bins"] == sum(scores.size for scores in model.term_scores_)


def test_a_neighbour_at_no_distance_alone_is_asked():
    rows = np.array([[0, 0], [0, 1], [0, 2], [5, 5]], np.float32)
    model = KNeighborsClassifier(3, weights="distance").fit(rows, [0, 1, 1, 1])
    asked = np.array([[0, 0], [0, 0.5], [0, 1]], np.float32)
    found = run(converted(model, rows[:1]), asked)
    assert found[0].tolist() == [1, 0]
    assert np.allclose(found, model.predict_proba(asked), atol=1e-6)


def test_a_row_that_is_known_is_at_no_distance():
    known, labels, _ = TABLES["three classes"]
    model = KNeighborsClassifier(3, weights="distance").fit(known, labels)
    assert np.array_equal(run(converted(model, known[:1]), known), np.eye(3)[labels])


@pytest.mark.parametrize(("round_", "holds"), [(sklearn_boosting.below, np.less_equal), (ebm_graph.above, np.greater_equal)])
def test_a_threshold_is_rounded_so_that_no_float32_changes_sides(round_, holds):
    exact = np.random.default_rng(0).normal(size=1000) * 10.0 ** np.arange(-20, 20).repeat(25)
    rounded = round_(exact)
    assert rounded.dtype == np.float32
    assert holds(rounded, exact).all()
    for rows in (around(exact), rounded):
        inside = holds(rows[:, None].astype(np.float64), exact[None, :25])
        assert (inside == holds(rows[:, None], rounded[None, :25])).all()
