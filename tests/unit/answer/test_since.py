"""What changed since the answer before: told with its reasons, and only beyond noise."""

import copy
import json

import pytest

from harness.answer import since
from harness.store import Store

A, B, BASE = "a@ort/b1", "b@ort/b1", "base@torch/b1"


def figure(value, half=0.0, unit="s"):
    return {"value": value, "low": value - half, "high": value + half, "unit": unit}


def scored(label, latency, accuracy, runs=(1,), violations=()):
    return {
        "candidate": label,
        "facts": {"latency_p90": figure(latency, 0.05 * latency), "accuracy": figure(accuracy, 0.01, "share")},
        "runs": list(runs),
        "scores": {"p": {"violations": [{"constraint": text} for text in violations]}},
    }


@pytest.fixture
def before():
    """An answer that recommends A."""
    return {
        "suite": "small",
        "environment": {"id": "machine", "context": {"at": "2026-01-01T00:00:00+00:00"}, "versions": {"onnxruntime": "1.23"}},
        "trust": {"harness": "0.1"},
        "space": {"evaluated": 3},
        "profiles": {"p": {"candidate": A, "feasible": True, "tied": []}},
        "priorities": {"p": {"weights": {"latency_p90": 1.0}, "constraints": [{"metric": "accuracy"}], "guard": 2.0}},
        "candidates": [scored(A, 0.010, 0.9), scored(B, 0.012, 0.95, (2,)), scored(BASE, 0.05, 0.9, (3,))],
        "failures": [],
        "metrics": {
            "latency_p90": {"unit": "s", "higher": False},
            "accuracy": {"unit": "share", "higher": True},
            "size": {"unit": "B", "higher": False},
        },
        "baselines": {A: BASE, B: BASE, BASE: BASE},
        "notable": [A, BASE, B],
    }


@pytest.fixture
def now(before):
    """The same answer, later, which recommends B."""
    later = copy.deepcopy(before)
    later["environment"]["context"]["at"] = "2026-02-02T00:00:00+00:00"
    later["profiles"]["p"]["candidate"] = B
    return later


def changed(before, now):
    return since.changed([since.snapshot(before)], now)


def reasons(before, now):
    (one,) = changed(before, now)["recommendations"]
    return {reason["kind"]: reason["words"] for reason in one["why"]}


def test_without_an_answer_before_or_with_the_same_nothing_is_compared(before, now):
    assert since.changed([], before) is None
    now["profiles"] = before["profiles"]
    assert changed(before, now) is None, "only the time is another"


def test_another_recommendation_is_told_with_when_the_one_before_was(before, now):
    found = changed(before, now)
    assert found["since"] == "2026-01-01T00:00:00+00:00"
    (one,) = found["recommendations"]
    assert (one["profile"], one["before"], one["after"]) == ("p", A, B)
    assert (found["figures"], found["versions"], found["evaluated"]) == ([], {}, [3, 3])


def test_nothing_feasible_is_no_recommendation(before, now):
    before["profiles"]["p"]["feasible"] = False
    assert changed(before, now)["recommendations"][0]["before"] is None
    assert reasons(before, now)["infeasible"] == "nothing kept every constraint"
    before["profiles"]["p"]["candidate"] = None
    assert reasons(before, now)["infeasible"] == "nothing was measured"
    now["profiles"]["p"]["feasible"] = False
    assert changed(before, now)["recommendations"] == [], "what is nearest may change"


def test_a_figure_that_speaks_for_the_change_is_a_reason(before, now):
    now["candidates"][1] = scored(B, 0.006, 0.95)
    assert reasons(before, now) == {"moved": f"latency_p90 of {B} 12 ms → 6 ms"}
    now["priorities"]["p"]["weights"] = before["priorities"]["p"]["weights"] = {"size": 1.0}
    assert reasons(before, now) == {}, "nobody looks at the latency"


def test_other_priorities_are_a_reason_and_say_which(before, now):
    now["priorities"]["p"] |= {"weights": {"latency_p90": 1.0, "accuracy": 1.0}, "guard": 0.0}
    assert reasons(before, now) == {"priorities": "weights, guard changed"}


def test_a_candidate_that_was_not_known_before_is_a_reason(before, now):
    before["candidates"].pop(1)
    before["notable"].remove(B)
    now["candidates"][1]["runs"] = [2, 4]
    assert reasons(before, now) == {"new": f"{B} was not measured before"}
    now["candidates"][1]["runs"] = [2]
    assert reasons(before, now) == {}, "it was there, if not worth remembering"


def test_what_became_of_the_one_before_is_a_reason(before, now):
    now["candidates"][0]["scores"]["p"]["violations"] = [{"constraint": "accuracy >= 95 %"}]
    assert reasons(before, now) == {"violates": f"{A} does not keep accuracy >= 95 %"}
    now["candidates"].pop(0)
    assert reasons(before, now) == {"unknown": f"{A} is not measured under what holds now"}
    now["failures"] = [{"candidate": A, "kind": "crashed"}]
    assert reasons(before, now) == {"failed": f"{A} failed (crashed)"}
    now["failures"] = []
    del now["baselines"][A]
    assert reasons(before, now) == {"gone": f"{A} is no candidate of the suite any more"}


def test_a_tie_is_a_reason(before, now):
    now["profiles"]["p"]["tied"] = [A]
    assert reasons(before, now) == {"tied": f"{A} is tied with it"}


def test_only_figures_beyond_three_standard_errors_have_moved(before, now):
    def moved(latency, half):
        now["candidates"][0]["facts"]["latency_p90"] = figure(latency, half)
        return [(one["candidate"], one["metric"], one["better"]) for one in changed(before, now)["figures"]]

    before["candidates"][0]["facts"]["latency_p90"] = figure(0.010, 0.001)
    error = 2**0.5 * 0.001 / 1.96
    assert moved(0.010 + 2.9 * error, 0.001) == moved(0.010 - 2.9 * error, 0.001) == []
    assert moved(0.010 + 3.1 * error, 0.001) == [(A, "latency_p90", False)]
    assert moved(0.010 - 3.1 * error, 0.001) == [(A, "latency_p90", True)]
    assert moved(0.010, 0.0) == []


def test_an_exact_figure_moves_by_any_difference(before, now):
    before["candidates"][0]["facts"]["size"] = figure(1000.0, unit="B")
    now["candidates"][0]["facts"]["size"] = figure(1001.0, unit="B")
    (one,) = changed(before, now)["figures"]
    assert (one["before"]["value"], one["after"]["value"], one["unit"], one["better"]) == (1000.0, 1001.0, "B", False)


def test_a_figure_that_came_or_went_has_not_moved(before, now):
    before["candidates"][0]["facts"]["energy"] = figure(1.0, unit="J")
    now["candidates"][0]["facts"]["size"] = figure(1.0, unit="B")
    assert changed(before, now)["figures"] == []


def test_other_versions_are_told_those_that_came_and_went_too(before, now):
    now["environment"]["versions"] = {"onnxruntime": "1.24", "torch": "2.9"}
    assert changed(before, now)["versions"] == {"onnxruntime": ["1.23", "1.24"], "torch": [None, "2.9"]}


def test_a_profile_that_is_new_has_no_before(before, now):
    now["profiles"]["q"], now["priorities"]["q"] = now["profiles"]["p"], now["priorities"]["p"]
    assert [one["profile"] for one in changed(before, now)["recommendations"]] == ["p"]


def test_a_store_keeps_the_state_that_is_and_the_last_that_was_another(before, now):
    with Store("sqlite://") as store:
        assert since.recall(store, "small", "machine") == []
        since.remember(store, before)
        since.remember(store, now)
        for _ in range(2):  # a run that changes nothing
            assert since.changed(since.recall(store, "small", "machine"), now)["recommendations"]
            since.remember(store, now)
        now["space"]["evaluated"] = 4
        since.remember(store, now)
        assert [one["evaluated"] for one in since.recall(store, "small", "machine")] == [3, 4]
        assert since.changed(since.recall(store, "small", "machine"), now)["recommendations"] == []
        assert since.recall(store, "small", "another machine") == since.recall(store, "other", "machine") == []


def test_what_changed_is_plain_json(before, now):
    now["candidates"][1] = scored(B, 0.006, 0.95)
    found = changed(before, now)
    assert json.loads(json.dumps(found, allow_nan=False)) == found
