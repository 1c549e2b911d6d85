"""Profiles that start from a ready-made one, and those that do not."""

import numpy as np
import pytest

from harness.errors import SuiteError
from harness.spec import End
from harness.suitefile.ready_made import READY_MADE

OFFLINE = {"scenarios": ["single_stream", "offline"], "target": {"price_per_hour": 0.35}}


@pytest.fixture
def only(small, settle):
    """Settle a suite of one profile, or of a list, and return its first profile."""
    return lambda body, **more: settle(small | more | {"profiles": body if isinstance(body, list) else {"one": body}}).profiles[0]


@pytest.fixture
def told(small, settle):
    """Return the mistakes of a suite with these profiles."""

    def found(profiles, **more):
        with pytest.raises(SuiteError) as caught:
            settle(small | more | {"profiles": profiles})
        return [(one.place, one.message, one.hint) for one in caught.value.mistakes]

    return found


def test_a_list_names_ready_made_profiles_each_under_its_own_name(small, settle):
    suite = settle(small | OFFLINE | {"profiles": ["edge", "cost", "edge"]})
    assert suite.profiles == settle(small | OFFLINE | {"profiles": {n: {"like": n} for n in ("edge", "cost")}}).profiles


def test_what_stands_beside_like_goes_before_it_metric_by_metric(only):
    plain = only({"like": "realtime"})
    changed = only(
        {
            "like": "realtime",
            "weights": {"accuracy": 9, "size": 1},
            "range": {"size": ["1 MB", "9 MB"], "latency_p95": ["1 ms", "5 ms"]},
            "constraints": ["accuracy >= 90 %", "accuracy <= 100 %", "latency_p95 <= 5 ms"],
            "guard": 0,
        }
    )
    assert changed.weights == plain.weights | {"accuracy": 9, "size": 1}
    assert changed.ranges == {"size": (9e6, 1e6), "latency_p95": (0.005, 0.001)}
    assert changed.scales == {"memory_peak": "log"}, "a range replaces the whole range, its scale included"
    assert changed.relative.keys() == {"accuracy", "memory_peak"}
    assert [one.text for one in changed.constraints] == ["accuracy >= 90 %", "accuracy <= 100 %", "latency_p95 <= 5 ms"]
    assert (plain.guard, changed.guard) == (2, 0)


def test_a_constraint_on_another_metric_is_added(only):
    found = only({"like": "realtime", "constraints": ["latency_p90 <= 5 ms"]})
    assert [one.text for one in found.constraints] == ["accuracy >= baseline - 2 pp", "latency_p90 <= 5 ms"]


def test_a_weight_of_nothing_takes_a_metric_out_with_its_range_and_its_constraint(only):
    found = only({"like": "edge", "weights": {"accuracy": 0}})
    assert "accuracy" not in {*found.weights, *found.relative, *(one.metric for one in found.constraints)}
    again = only({"like": "edge", "weights": {"accuracy": 0}, "constraints": ["accuracy >= 90 %"]})
    assert [one.text for one in again.constraints] == ["accuracy >= 90 %"]


def test_a_ready_made_profile_without_any_metric_is_refused(told):
    zero = dict.fromkeys(("latency_p95", "accuracy", "memory_peak"), 0)
    assert told({"one": {"like": "realtime", "weights": zero}}) == [
        ("profiles.one.weights", "every weight is 0, so all candidates are equal", None)
    ]


def test_the_guard_is_two_standard_errors_unless_it_is_said(only):
    hand = {"weights": {"size": 1}, "range": {"size": [1, 2]}}
    assert [only(hand).guard, only(hand | {"guard": 0}).guard, only(hand | {"guard": 2.5}).guard] == [2, 0, 2.5]
    assert only({"like": "regulated"}).guard == 3
    assert only({"like": "regulated", "guard": 1}).guard == 1


@pytest.mark.parametrize("guard", [-1, "2", True, None, [2], float("inf")])
def test_a_guard_that_is_none_is_told(told, guard):
    assert {place for place, _, _ in told({"one": {"like": "edge", "guard": guard}})} == {"profiles.one.guard"}


@pytest.mark.parametrize("weight", ["3", True, None, [1]])
def test_a_weight_that_is_no_number_is_told(told, weight):
    assert [place for place, _, _ in told({"one": {"like": "edge", "weights": {"size": weight}}})] == [
        "profiles.one.weights.size"
    ]


NEAR = ("should be 'realtime', 'throughput', 'edge', 'cost' or 'regulated', got 'realtme'", "did you mean 'realtime'?")


def test_a_ready_made_profile_that_is_none_comes_with_the_nearest_one(told):
    assert told({"one": {"like": "realtme"}}) == [("profiles.one.like", *NEAR)]
    assert told(["edge", "realtme"]) == [("profiles[1]", *NEAR)]


def test_a_profile_of_nothing_is_told_where_to_start(told):
    assert told({"realtime": {}}) == [("profiles.realtime.weights", "is missing", "or like: realtime")]
    assert told({"mine": {"range": {"size": [1, 2]}}}) == [
        ("profiles.mine.weights", "is missing", "or like: realtime | throughput | edge | cost | regulated")
    ]


@pytest.mark.parametrize(
    "profiles", [[], [3], [{"edge": {}}], ["edge", None], [["edge"]], "edge", {"a": None}, {"a": {"like": []}}]
)
def test_profiles_that_are_none_are_told(told, profiles):
    assert all(place.startswith("profiles") for place, _, _ in told(profiles))


def test_a_metric_that_a_ready_made_profile_needs_is_told_in_one_line_where_it_is_named(told, small, settle):
    price = ("cost needs a price", "add to target: {price_per_hour: 0.35}")
    assert told({"cheap": {"like": "cost"}}) == [("profiles.cheap.like", *price)]
    assert told(["edge", "cost"]) == [("profiles[1]", *price)]
    offline = ("throughput needs the scenario 'offline'", "add it to scenarios: [offline]")
    assert told(["throughput"], scenarios=["single_stream"]) == [("profiles[0]", *offline)]
    stated = {"cheap": {"like": "cost", "weights": {"cost": 2}}}
    assert told(stated) == [("profiles.cheap.weights.cost", *price)], "what the suite itself weighs is told there"
    assert settle(small | OFFLINE | {"profiles": {"cheap": {"like": "cost"}}})


def test_a_mistake_in_a_list_of_profiles_has_the_line_of_its_item(registry, tmp_path):
    from harness.suitefile import loads

    text = (
        "name: a\nworkload: {dataset: digits}\nmodels: [{sklearn: mlp}]\nruntimes: [onnxruntime]\nprofiles:\n  - edge\n  - cost\n"
    )
    with pytest.raises(SuiteError) as caught:
        loads(text, registry, tmp_path)
    assert [one.line for one in caught.value.mistakes] == [7]


def test_a_weight_beside_like_needs_a_range_like_any_other(told):
    place, message, hint = told({"one": {"like": "edge", "weights": {"macs": 1}}})[0]
    assert (place, hint) == ("profiles.one.weights.macs", "range: {macs: [1 M, 50 M]}")
    assert "no range" in message


@pytest.mark.parametrize("name", READY_MADE)
def test_a_suite_of_noise_takes_a_ready_made_profile_without_its_quality(small, settle, told, name):
    noise = {"workload": {"dataset": {"random": {"shape": 8, "classes": 3}}}, **OFFLINE}
    assert {message.split(",")[0] for _, message, _ in told([name], **noise)} == {"accuracy needs labels"}
    bare = {"like": name, "weights": {"accuracy": 0}}
    assert "accuracy" not in settle(small | noise | {"profiles": {"fast": bare}}).profiles[0].weights


@pytest.fixture
def regression(tmp_path):
    np.savez(tmp_path / "houses.npz", x=np.zeros((20, 3)), y=np.linspace(0, 1, 20))
    np.savez(tmp_path / "words.npz", x=np.zeros((20, 3)), pairs=np.zeros((4, 2), int), similarity=np.zeros(4))
    return {"workload": {"dataset": {"npz": "houses.npz"}}, "models": [{"sklearn": "ridge"}]}


@pytest.mark.parametrize("name", READY_MADE)
def test_in_a_regression_a_ready_made_profile_judges_by_the_error(only, regression, name):
    found = only([name], **regression, **OFFLINE)
    assert "accuracy" not in found.weights
    assert found.relative["rmse"] == (End(factor=1.25), End(factor=0.9))
    (floor,) = found.constraints
    assert (floor.metric, floor.op, 1 < floor.factor < 1.2) == ("rmse", "<=", True)
    assert ("mae" in found.weights) == (name == "regulated")


def test_an_embedding_is_judged_by_its_correlation(only, regression, tmp_path):
    words = {"workload": {"dataset": {"npz": "words.npz"}}, "models": [{"python": "mine:make"}]}
    (tmp_path / "mine.py").touch()
    found = only(["realtime"], **words)
    assert found.relative["spearman"] == (End(factor=1, offset=-0.05), End(factor=1, offset=0.02))
    assert [one.text for one in found.constraints] == ["spearman >= baseline - 0.02"]
