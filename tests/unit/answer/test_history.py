"""How far a search had come: what was found, in the order it was found, as it is judged today."""

import pytest

from harness.answer.history import history
from harness.decide import recommend
from harness.decide.columns import gather
from harness.decide.utility import weigh
from harness.search.trials import Trial

METRICS = ("latency_p90", "accuracy")
ROWS = {"slow": (0.016, 0.95), "quick": (0.004, 0.95), "wrong": (0.002, 0.91), "best": (0.004, 0.98)}
ORDER = ("slow", "failed", "wrong", "best", "quick")


@pytest.fixture
def told(fact, profile, constraint):
    asked = profile({"latency_p90": 1, "accuracy": 1}, {"latency_p90": (0.02, 0.0), "accuracy": (0.9, 1.0)})
    asked = asked.model_copy(update={"constraints": (constraint("accuracy", ">=", offset=0.94),)})

    def made(order=ORDER, name="p", metrics=METRICS, asked=asked):
        table = {
            label: {"latency_p90": fact("latency_p90", a), "accuracy": fact("accuracy", b)} for label, (a, b) in ROWS.items()
        }
        columns = gather(table, METRICS)
        everyone = gather({"outside": table["best"], **table}, METRICS)
        trials = [Trial(label, 10.0 * (i + 1)) for i, label in enumerate(order)]
        found = history(trials, columns, {name: weigh(asked, everyone)}, metrics, [asked])
        return found, recommend.hypervolume(columns, metrics, [asked])

    return made


def test_the_best_so_far_is_that_of_the_feasible_in_the_order_they_were_tried(told):
    found, _ = told()
    assert found["candidates"] == list(ORDER)
    assert found["seconds"] == [10.0, 20.0, 30.0, 40.0, 50.0]
    assert found["utility"]["p"] == pytest.approx([0.35, 0.35, 0.35, 0.8, 0.8])


def test_before_anything_is_feasible_there_is_no_best(told):
    found, _ = told(("wrong", "failed", "quick"))
    assert found["utility"]["p"] == [None, None, pytest.approx(0.65)]


def test_the_last_hypervolume_is_that_of_the_answer(told):
    found, whole = told()
    assert found["hypervolume"] == pytest.approx([0.1, 0.1, 0.1 + 0.09 - 0.02, whole, whole], abs=1e-6)


def test_what_was_tried_and_is_not_known_adds_nothing(told):
    found, _ = told(("failed", "outside", "gone"))
    assert found["hypervolume"] == [0, 0, 0]
    assert found["utility"]["p"] == [None] * 3


def test_without_a_range_there_is_no_hypervolume_and_without_trials_no_history(told):
    assert told(metrics=("size",))[0]["hypervolume"] is None
    assert told(())[0] == {"candidates": [], "seconds": [], "hypervolume": [], "utility": {"p": []}}
