"""A profile whose ranges move with the baseline, and what of it the baseline settles."""

import pytest

from harness.spec import End, Profile

TWICE_TO_A_TENTH = (End(factor=2), End(factor=0.1))


def made(relative, scales=None, **ranges):
    return Profile(name="p", weights=dict.fromkeys(relative, 1.0), ranges=ranges, relative=relative, scales=scales or {})


def test_a_baseline_settles_the_ranges_that_move_with_it():
    profile = made({"latency_p90": TWICE_TO_A_TENTH, "accuracy": (End(factor=1, offset=-0.05), End(factor=1))}, size=(9e6, 1e6))
    found = profile.anchored({"latency_p90": 0.01, "accuracy": 0.9, "size": 5e6, "macs": 7.0})
    assert found.ranges == {"size": (9e6, 1e6), "latency_p90": (0.02, 0.001), "accuracy": (pytest.approx(0.85), 0.9)}
    assert found.relative == {}
    assert found.weights == profile.weights


def test_a_range_stays_open_where_the_baseline_has_no_figure():
    found = made({"latency_p90": TWICE_TO_A_TENTH, "size": TWICE_TO_A_TENTH}).anchored({"size": 10.0})
    assert found.ranges == {"size": (20, 1)}
    assert found.relative == {"latency_p90": TWICE_TO_A_TENTH}
    assert found.anchored({}) == found
    assert found.anchored({"latency_p90": 1.0}).relative == {}, "and may be settled later"


def test_an_end_that_does_not_move_stays_where_it_is():
    mixed = made({"latency_p90": (End(factor=0, offset=0.02), End(factor=0.1))})
    assert mixed.anchored({"latency_p90": 0.05}).ranges == {"latency_p90": (0.02, pytest.approx(0.005))}


@pytest.mark.parametrize(
    ("metric", "ends", "baseline", "scale"),
    [
        ("latency_p90", (End(factor=0, offset=0.02), End(factor=0.1)), 0.5, "linear"),
        ("parameters", TWICE_TO_A_TENTH, 0.0, "log"),
        ("r2", (End(factor=0.9), End(factor=1.1)), -0.3, "linear"),
        ("latency_p90", (End(factor=1), End(factor=1, offset=-0.01)), 0.005, "log"),
        ("own_score", (End(factor=1), End(factor=1e300)), 1e300, "linear"),
    ],
    ids=["swapped by the baseline", "closed", "swapped by its sign", "below 0 on a log scale", "beyond all numbers"],
)
def test_a_range_stays_open_where_the_baseline_leaves_no_way_from_worst_to_best(metric, ends, baseline, scale):
    found = made({metric: ends}, {metric: scale}).anchored({metric: baseline})
    assert found.ranges == {}
    assert found.relative == {metric: ends}
