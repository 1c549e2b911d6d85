"""The picture of the trade-off, drawn from made-up candidates."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.cli.plot import MARKS, NARROW, ROWS, Axis, axes, plot

OTHER, FRONT, TIED, BEST = (mark for mark, _, _ in MARKS)


def told(points, weights=None, best="a", tied=(), front=("a",), feasible=True):
    """Return an answer whose candidates have these latencies in seconds and shares right."""
    facts = {
        label: {"latency_p90": {"value": x, "unit": "s"}, "accuracy": {"value": y, "unit": "share"}}
        for label, (x, y) in points.items()
    }
    return {
        "candidates": [{"candidate": label, "facts": each} for label, each in facts.items()],
        "profiles": {"p": {"candidate": best, "feasible": feasible, "tied": list(tied)}},
        "priorities": {"p": {"weights": weights or {"latency_p90": 1, "accuracy": 2}}},
        "front": list(front),
        "metrics": {"latency_p90": {"higher": False}, "accuracy": {"higher": True}, "size": {"higher": False}},
    }


FOUR = {"a": (0.001, 0.95), "b": (0.002, 0.90), "c": (0.004, 0.99), "d": (0.010, 0.60)}


def drawn(found, width=80):
    return [line.plain for line in plot(found, width)]


def test_the_marks_tell_standings_apart_without_colour():
    text = "\n".join(drawn(told(FOUR, tied=["b"], front=["a", "b", "c"]))[:-1])
    assert [text.count(mark) for mark in (BEST, TIED, FRONT, OTHER)] == [1, 1, 1, 1]
    assert len({mark for mark, _, _ in MARKS}) == len(MARKS)


def test_better_and_worse_lie_where_the_axes_say():
    lines = drawn(told(FOUR, tied=["b"], front=["a", "b", "c"]))
    assert lines[0] == "accuracy over latency_p90  ↑ ← better"
    places = {
        mark: (i, line.index(mark)) for i, line in enumerate(lines[:-1]) for mark in (BEST, TIED, FRONT, OTHER) if mark in line
    }
    assert places[FRONT][0] == 1, "the most accurate is on top"
    assert places[OTHER][0] == ROWS, "and the least at the bottom"
    assert places[BEST][1] < places[TIED][1] < places[FRONT][1] < places[OTHER][1] < 80, "from fast to slow"


def test_the_axes_have_figures_with_units():
    text = "\n".join(drawn(told(FOUR)))
    for figure in ("2 ms", "10 ms", "90.0 %", "80.0 %"):
        assert figure in text


def test_a_legend_names_the_marks_that_are_there_and_no_other():
    assert drawn(told(FOUR))[-1].split("   ") == ["  ★ recommended", "· other"]
    assert "recommended" not in drawn(told(FOUR, feasible=False))[-1]


def test_what_is_recommended_lies_on_top_of_others():
    lines = drawn(told(FOUR | {"e": FOUR["a"]}, tied=["e"]))
    assert "".join(lines[1:-1]).count(BEST) == 1
    assert TIED not in "".join(lines[1:-1])


def test_the_axes_are_the_metrics_that_weigh_most_in_the_shown_profiles():
    found = told(FOUR, weights={"size": 1, "latency_p90": 2, "accuracy": 3})
    assert axes(found) == ["latency_p90", "accuracy"]
    found["profiles"]["q"] = found["profiles"]["p"]
    found["priorities"]["q"] = {"weights": {"size": 5}}
    assert axes(found) == ["size", "accuracy"]


@pytest.mark.parametrize(
    "found",
    [
        told(FOUR, weights={"accuracy": 1}),
        told(FOUR, weights={"accuracy": 1, "size": 2}),
        told({"a": (1, 0.5), "b": (1, 0.6)}),
        told({"a": (1, 0.5)}),
        told({}),
    ],
)
def test_without_two_metrics_that_tell_candidates_apart_there_is_no_picture(found):
    assert plot(found, 80) == []


def test_a_narrow_terminal_has_no_picture():
    assert plot(told(FOUR), NARROW - 1) == []
    assert plot(told(FOUR), NARROW)


@pytest.mark.parametrize(
    ("low", "high", "unit", "scale"),
    [
        (1e-5, 1e-1, "s", "log"),
        (1e-3, 2e-3, "s", "linear"),
        (0.0, 1.0, "s", "linear"),
        (0.5, 0.99, "share", "error"),
        (0.5, 1.0, "share", "linear"),
        (0.90, 0.91, "share", "linear"),
        (-2.0, 5.0, "number", "linear"),
    ],
)
def test_the_scale_of_an_axis_suits_its_values(low, high, unit, scale):
    assert Axis("m", unit, low, high).scale == scale


@given(
    st.dictionaries(
        st.text("abc", min_size=1, max_size=3),
        st.tuples(st.floats(0, 1e6, allow_subnormal=False), st.floats(0, 1, allow_subnormal=False)),
        min_size=2,
        max_size=30,
    ),
    st.integers(NARROW, 200),
)
def test_whatever_the_figures_are_every_line_fits_and_someone_is_recommended(points, width):
    lines = drawn(told(points, best=next(iter(points))), width)
    if lines:
        assert max(map(len, lines)) <= width
        assert sum(line.count(BEST) for line in lines[1:-1]) == 1


@given(st.floats(-1e6, 1e6), st.floats(1e-9, 1e6))
def test_ticks_are_few_and_inside_the_axis(low, span):
    axis = Axis("m", "s", low, low + span)
    if axis.low < axis.high:
        ticks = axis.ticks()
        assert len(ticks) <= 12
        assert all(math.isfinite(tick) and -1e-6 <= axis.at(tick) <= 1 + 1e-6 for tick in ticks)
