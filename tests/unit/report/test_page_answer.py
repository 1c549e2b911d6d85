"""The page weighs what an answer holds as the answer did; how answers without a baseline, or of older versions, are shown."""

import math

import pytest

from harness.report import page_data
from harness.store import Store
from tests import answered
from tests.scripts import Scripts

SCRIPTS = Scripts("units", "utility", "turns")


@pytest.fixture(scope="module")
def planted(registry, tmp_path_factory):
    folder = tmp_path_factory.mktemp("planted")
    with Store(f"sqlite:///{folder}/harness.db") as store:
        yield answered.planted(registry, store, folder).answer


def check(facts):
    """Check every candidate's score, and what is recommended, against those of the page."""
    data = page_data.page_data(facts)
    SCRIPTS.put("data", data)
    for name, told in facts["profiles"].items():
        SCRIPTS.put("name", name)
        SCRIPTS.get("(globalThis.weighed = utility.weigh(data.profiles[name], data)).feasible")
        found = SCRIPTS.get("weighed")
        for row, one in enumerate(facts["candidates"]):
            score = one["scores"][name]
            assert math.isclose(found["utility"][row], score["utility"], abs_tol=1e-9)
            assert math.isclose(found["halfWidth"][row], score["half_width"], abs_tol=1e-9)
            broken = [data["profiles"][name]["constraints"][i]["text"] for i in SCRIPTS.get(f"utility.broken(weighed, {row})")]
            assert broken == [each["constraint"] for each in score["violations"]]
        best, nearest = SCRIPTS.get("[utility.best(weighed, data), utility.nearest(weighed, data)]")
        assert (best is not None) == told["feasible"]
        chosen = nearest if best is None else best
        assert told["candidate"] == (None if chosen is None else data["labels"][chosen])


def test_an_answer_is_weighed_in_the_page_as_it_was(planted):
    check(planted)
    assert planted["profiles"]["fast"]["candidate"] == answered.BEST


def test_a_range_that_moves_with_the_baseline_keeps_how_it_was_written(planted):
    moving = {"small": {"size": [{"factor": 2.0, "offset": 0.0}, {"factor": 0.1, "offset": 0.0}]}}
    facts = planted | {"anchor": {"candidate": answered.BASELINE, "ranges": moving}}
    data = page_data.page_data(facts)
    assert data["profiles"]["small"]["relative"] == moving["small"]
    assert data["anchor"]["size"] == 40e3


def test_an_older_answer_without_baselines_still_gives_a_page(planted):
    facts = {key: value for key, value in planted.items() if key not in ("anchor", "references")}
    facts["candidates"] = [
        {k: v for k, v in one.items() if k not in ("same", "eligible", "paired")} for one in facts["candidates"]
    ]
    data = page_data.page_data(facts)
    assert data["anchor"] == {}
    SCRIPTS.put("data", data)
    assert SCRIPTS.get("utility.best(utility.weigh(data.profiles.fast, data), data)") is None
    assert data["labels"][SCRIPTS.get("utility.best(utility.weigh(data.profiles.small, data), data)")] in answered.MILLISECONDS


def weighed(rows, *bounds, weights=("accuracy",), eligible=True):
    """Weigh candidates, given as their metrics' (value, half of the interval); a constraint is (metric, op, bound)."""
    metrics = dict.fromkeys(name for facts in rows.values() for name in facts)
    values = {
        name: {
            end: [facts[name][0] + sign * facts[name][1] if name in facts else None for facts in rows.values()]
            for end, sign in (("value", 0), ("low", -1), ("high", 1))
        }
        for name in metrics
    }
    nothing = {"of": [None] * len(rows), "values": {}, "same": [[]] * len(rows), "apart": [{}] * len(rows)}
    SCRIPTS.put("data", {"labels": list(rows), "eligible": [eligible] * len(rows), "values": values, "baselines": nothing})
    constraints = [{"metric": metric, "op": op, "factor": 0, "offset": bound, "text": ""} for metric, op, bound in bounds]
    profile = {"weights": dict.fromkeys(weights, 1), "ranges": {name: [0, 1] for name in weights}, "constraints": constraints}
    SCRIPTS.put("profile", profile)
    SCRIPTS.get("(globalThis.weighed = utility.weigh(profile, data)).feasible")


def choice(which):
    return SCRIPTS.get(f"data.labels[utility.{which}(weighed, data)] || null")


def test_of_equals_the_first_by_code_points_is_chosen():
    weighed({"\U0001f600": {"accuracy": (0.9, 0)}, "\uffff": {"accuracy": (0.9, 0)}, "z": {"accuracy": (0.5, 0)}})
    assert choice("best") == "\uffff"
    assert SCRIPTS.get("utility.ranking(weighed, data)") == [1, 0, 2]


def test_nothing_is_chosen_of_what_may_not_be():
    weighed({"a": {"accuracy": (0.9, 0)}}, eligible=False)
    assert (choice("best"), SCRIPTS.get("utility.nearest(weighed, data)")) == (None, None)


def test_the_nearest_miss_is_kept_but_for_its_noise_by_the_least():
    rows = {"out": {"accuracy": (0.89, 0)}, "good": {"accuracy": (0.95, 0.3)}, "near": {"accuracy": (0.91, 0.01)}, "unknown": {}}
    weighed(rows, ("accuracy", ">=", 0.9))
    assert (choice("best"), choice("nearest")) == (None, "near")
    weighed({"far": {"accuracy": (0.6, 0)}, "close": {"accuracy": (0.89, 0)}, "unknown": {}}, ("accuracy", ">=", 0.9))
    assert choice("nearest") == "close"


def test_a_bound_of_nought_is_missed_by_the_value_itself():
    weighed({"a": {"accuracy": (0.5, 0)}}, ("accuracy", "<=", 0))
    assert SCRIPTS.get("weighed.miss") == [[0.5]]


def test_of_those_that_overtake_at_the_same_weight_the_steepest_wins():
    goods = {"a": (0.5, 0.5), "b": (0.75, 0.25), "z": (1.0, 0.0), "c": (0.25, 0.75), "y": (0.0, 1.0)}
    weighed(
        {label: {"accuracy": (one, 0), "size": (other, 0)} for label, (one, other) in goods.items()}, weights=("accuracy", "size")
    )
    assert choice("best") == "a"
    turn = SCRIPTS.get("turns.weights(weighed, utility.best(weighed, data), data).accuracy")
    assert [(turn[side]["at"], list(goods)[turn[side]["row"]]) for side in ("above", "below")] == [(0.5, "z"), (0.5, "y")]


def test_the_winner_changes_at_the_weight_where_two_are_equal():
    goods = {"a": (0.8, 1.0), "b": (0.81, 0.81), "c": (0.1, 0.1)}
    weighed({label: {"accuracy": (x, 0), "size": (y, 0)} for label, (x, y) in goods.items()}, weights=("accuracy", "size"))
    found = SCRIPTS.get("turns.weights(weighed, utility.best(weighed, data), data)")
    assert found["accuracy"] == {"share": 0.5, "below": None, "above": {"at": pytest.approx(0.95), "row": 1}}
    assert found["size"] == {"share": 0.5, "below": {"at": pytest.approx(0.05), "row": 1}, "above": None}
