"""What a suite says of explanations."""

import json

import jsonschema
import pytest

from harness.errors import SuiteError
from harness.suitefile import explaining
from harness.suitefile.schema import schema

ROW = {"dataset": "wine"}


@pytest.fixture
def told(small, settle):
    """Return the mistakes of a suite with these keys."""

    def found(**more):
        with pytest.raises(SuiteError) as caught:
            settle(small | more)
        return [(one.place, one.message, one.hint) for one in caught.value.mistakes]

    return found


def test_nothing_is_explained_unless_a_suite_asks_for_it(small, settle):
    assert settle(small).explain is None


def test_just_a_name_is_the_method(small, settle):
    found = settle(small | {"explain": "lime"}).explain
    assert found == settle(small | {"explain": {"method": "lime"}}).explain
    assert (found.method.part, found.samples, found.budget, found.segments) == ("lime", 64, 30.0, 100)


def test_a_method_has_options_and_a_budget_has_units(small, settle):
    found = settle(small | {"explain": {"method": {"shap": {"evaluations": 900}}, "budget": "2 min", "samples": 16}}).explain
    assert found.method.options == {"evaluations": 900}
    assert (found.budget, found.samples) == (120.0, 16)


@pytest.mark.parametrize(
    ("explain", "place", "message"),
    [
        ("shape", "explain.method", "unknown explainer 'shape'"),
        ({"method": {"shap": {"evaluation": 9}}}, "explain.method.shap.evaluation", "unknown key"),
        ({"method": {"shap": {"evaluations": [400, 500]}}}, "explain.method", "stands for 2 at once"),
        ({"samples": 1}, "explain.samples", "should be"),
        ({"budget": "0 s"}, "explain.budget", "should be"),
        ({"segments": 1}, "explain.segments", "should be"),
        ({"sample": 9}, "explain.sample", "unknown key"),
        (7, "explain", ""),
    ],
)
def test_a_mistake_is_told_with_its_place(told, explain, place, message):
    (found,) = told(explain=explain)
    assert found[0] == place
    assert message in found[1]


def test_a_metric_of_explanations_needs_them(told):
    weights = {"weights": {"interpretability": 1}, "range": {"interpretability": [0, 1]}}
    assert told(profiles={"a": weights}) == [
        ("profiles.a.weights.interpretability", "interpretability needs explanations", "add explain: shap")
    ]


def test_a_package_that_is_missing_ends_in_the_command_that_installs_it(told, monkeypatch):
    monkeypatch.setattr(explaining, "installed", lambda package: None)
    assert told(explain="shap") == [("explain.method", "shap needs shap", "pip install '.[explain]'")]


def test_regulated_weighs_interpretability_where_decisions_are_explained(small, settle):
    plain, explained = (settle(small | {"profiles": ["regulated"]} | more).profiles[0] for more in ({}, {"explain": "shap"}))
    assert "interpretability" not in plain.weights
    assert explained.weights["interpretability"] == 4
    assert explained.ranges["interpretability"] == (0.0, 1.0)
    assert explained.weights.keys() - plain.weights.keys() == {"interpretability"}


@pytest.mark.parametrize("explain", ["shap", {"method": {"lime": {"width": 0.5}}, "budget": "1 min"}, {"samples": 10}])
def test_what_is_right_is_right_by_the_schema_too(registry, small, explain):
    body = json.loads(json.dumps(small | {"explain": explain}))
    jsonschema.validate(body, schema(registry))


@pytest.mark.parametrize("explain", ["sharp", {"method": {"lime": {"widths": 0.5}}}, {"samples": 0}])
def test_what_is_wrong_is_wrong_by_the_schema_too(registry, small, explain):
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(small | {"explain": explain}, schema(registry))
