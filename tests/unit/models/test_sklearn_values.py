"""Regressors as graphs: the same values as their source, on samples that they did not learn from."""

import numpy as np
import pytest
from interpret.glassbox import ExplainableBoostingRegressor
from sklearn.datasets import load_diabetes
from sklearn.ensemble import (
    ExtraTreesRegressor,
    GradientBoostingRegressor,
    HistGradientBoostingRegressor,
    RandomForestRegressor,
)
from sklearn.linear_model import LinearRegression, Ridge
from sklearn.neighbors import KNeighborsRegressor
from sklearn.neural_network import MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVR, LinearSVR
from sklearn.tree import DecisionTreeRegressor

from harness import estimators
from harness.errors import JobError
from harness.models.sklearn_export import converted

ROWS, VALUES = load_diabetes(return_X_y=True, scaled=False)
ROWS, KNOWN = ROWS.astype(np.float32), np.arange(len(ROWS)) % 3 > 0
GLASS_BOX = {"feature_types": ["continuous"] * 10, "max_rounds": 20, "outer_bags": 1, "n_jobs": 1, "random_state": 0}

REGRESSORS = {
    "a tree": DecisionTreeRegressor(random_state=0),
    "a forest": RandomForestRegressor(5, random_state=0),
    "extra trees": ExtraTreesRegressor(5, random_state=0),
    "boosting": GradientBoostingRegressor(n_estimators=5, random_state=0),
    "boosting of histograms": HistGradientBoostingRegressor(max_iter=10),
    "boosting of counts": HistGradientBoostingRegressor(max_iter=10, loss="poisson"),
    "a line": make_pipeline(StandardScaler(), LinearRegression()),
    "a ridge": make_pipeline(StandardScaler(), Ridge()),
    "a linear machine": make_pipeline(StandardScaler(), LinearSVR()),
    "a Gaussian machine": make_pipeline(StandardScaler(), SVR(C=100)),
    "neighbours": make_pipeline(StandardScaler(), KNeighborsRegressor()),
    "neighbours by distance": make_pipeline(StandardScaler(), KNeighborsRegressor(weights="distance")),
    "a network": make_pipeline(
        StandardScaler(), MLPRegressor(hidden_layer_sizes=(8,), solver="lbfgs", max_iter=2000, random_state=0)
    ),
    "a glass box": ExplainableBoostingRegressor(interactions=2, **GLASS_BOX),
    "a glass box of counts": ExplainableBoostingRegressor(objective="poisson_deviance", **GLASS_BOX),
}


@pytest.mark.parametrize("name", REGRESSORS)
def test_a_graph_gives_the_values_of_its_source(name):
    model = REGRESSORS[name].fit(ROWS[KNOWN], VALUES[KNOWN])
    told = estimators.compared(model, converted(model, ROWS[:1]), ROWS[~KNOWN])
    assert told["samples"] == (~KNOWN).sum()
    assert told["difference"] < 1e-4 * np.ptp(VALUES)


def test_a_graph_with_other_values_is_refused():
    model = LinearRegression().fit(ROWS, VALUES)
    other = LinearRegression().fit(ROWS, VALUES + 10)
    with pytest.raises(JobError, match="gives other scores than its source for 442 of 442 samples: they differ by up to 10"):
        estimators.compared(model, converted(other, ROWS[:1]), ROWS)
