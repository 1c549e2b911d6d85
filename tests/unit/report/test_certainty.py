import pytest

from harness.report import certainty

METRICS = {"accuracy": {"unit": "share"}, "latency_p90": {"unit": "s"}}


def told(probability, *contenders, feasible=True):
    others = [{"candidate": label, "win_probability": p, "feasible": kept} for label, p, kept in contenders]
    return {"feasible": feasible, "win_probability": probability, "contenders": others}


@pytest.mark.parametrize(
    ("one", "words"),
    [
        (told(0.87, ("b", 0.09, True), ("c", 0.02, True)), "first in 87 % of resamples; b in 9 %"),
        (told(1.0), "first in 100 % of resamples"),
        (told(0.9999), "first in more than 99 % of resamples"),
        (told(0.004, ("b", 0.99, False)), "first in less than 1 % of resamples; b in 99 %, which may break a constraint"),
        (told(0.3, feasible=False), "keeps every constraint and is first in 30 % of resamples"),
        ({"feasible": True}, ""),
    ],
)
def test_how_sure_it_is_is_said_in_words(one, words):
    assert certainty.how_sure(one) == words


def sensitive(weights=(), constraints=()):
    return {"sensitivity": {"weights": weights, "constraints": constraints}}


def test_the_nearest_weight_is_told():
    weights = [
        {"metric": "latency_p90", "share": 0.5, "below": None, "above": {"at": 0.8, "candidate": "far"}},
        {"metric": "accuracy", "share": 0.5, "below": {"at": 0.31, "candidate": "b"}, "above": None},
    ]
    assert certainty.changes(sensitive(weights), METRICS) == ("accuracy's weight falls below 31 % (now 50 %): b",)


def test_a_bound_is_told_where_it_is_near():
    bound = {"constraint": "latency_p90 <= 20 ms", "metric": "latency_p90", "bound": 0.02, "tightened": None, "loosened": None}
    near = bound | {"tightened": {"at": 0.018, "candidate": None}}
    far = bound | {"loosened": {"at": 0.06, "candidate": "c"}}
    words = "latency_p90 <= 20 ms is tightened beyond 18 ms (now 20 ms): nothing is feasible"
    assert certainty.changes(sensitive(constraints=[far, near]), METRICS) == (words,)
    assert certainty.changes(sensitive(constraints=[far]), METRICS) == ()
    assert certainty.changes({}, METRICS) == ()


def test_where_nothing_is_feasible_every_bound_that_lets_one_in_is_told():
    bounds = [
        {
            "constraint": f"size <= {b} MB",
            "metric": "size",
            "bound": b * 1e6,
            "tightened": None,
            "loosened": {"at": 9e6, "candidate": "c"},
        }
        for b in (1, 2)
    ]
    found = certainty.changes(sensitive(constraints=bounds) | {"feasible": False}, {"size": {"unit": "B"}})
    assert found == (
        "size <= 2 MB is loosened beyond 9 MB (now 2 MB): c",
        "size <= 1 MB is loosened beyond 9 MB (now 1 MB): c",
    )
