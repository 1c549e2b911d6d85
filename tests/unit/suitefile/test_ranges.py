"""Ranges in all their forms: which end is which, what may move with the baseline, what is refused."""

import math

import pytest

from harness.metrics import METRICS
from harness.suitefile import ranges
from harness.suitefile.yaml_text import Reading


def settled(metric, raw):
    reading = Reading()
    found = ranges.settle(metric, raw, reading, ("range", metric))
    assert (found is None) == bool(reading.mistakes), "a range or mistakes, never both"
    return found, [(one.place, one.message, one.hint) for one in reading.mistakes]


def ends(metric, raw):
    found, mistakes = settled(metric, raw)
    assert not mistakes
    return tuple((end.factor, pytest.approx(end.offset)) for end in (found.worst, found.best)), found.scale


@pytest.mark.parametrize(
    ("metric", "raw", "worst", "best"),
    [
        ("latency_p90", ["0.1 ms", "10 ms"], (0, 0.01), (0, 0.0001)),
        ("accuracy", [0.99, "90 %"], (0, 0.9), (0, 0.99)),
        ("latency_p90", ["0.1 * baseline", "2 * baseline"], (2, 0), (0.1, 0)),
        ("latency_p90", ["baseline", "baseline * 0.5"], (1, 0), (0.5, 0)),
        ("throughput", ["10 * baseline", "0.5 * baseline"], (0.5, 0), (10, 0)),
        ("accuracy", ["baseline + 2 pp", "baseline - 5 pp"], (1, -0.05), (1, 0.02)),
        ("accuracy", ["baseline", "0.5 * baseline - 1 pp"], (0.5, -0.01), (1, 0)),
        ("size", ["0.5 * baseline", "2 * baseline + 1 MB"], (2, 1e6), (0.5, 0)),
        ("rmse", ["0.9 * baseline", "1.25 * baseline"], (1.25, 0), (0.9, 0)),
        ("spearman", ["baseline - 0.05", "baseline + 0.02"], (1, -0.05), (1, 0.02)),
        ("own_loss", ["baseline - 1", "baseline"], (1, 0), (1, -1)),
        ("size", ["0", "2 * baseline"], (2, 0), (0, 0)),
    ],
)
def test_two_ends_may_stand_in_either_order(metric, raw, worst, best):
    assert ends(metric, raw) == ends(metric, raw[::-1]) == ((worst, best), "linear")


@pytest.mark.parametrize(
    ("metric", "raw"),
    [
        ("latency_p90", ["5 ms", "2 * baseline"]),
        ("latency_p90", ["0.5 * baseline", "baseline - 1 ms"]),
        ("accuracy", ["90 %", "baseline"]),
        ("r2", ["0.9 * baseline", "1.1 * baseline"]),
        ("own_score", ["0.9 * baseline", "baseline"]),
    ],
)
def test_where_the_worse_end_depends_on_the_baseline_it_is_asked_for(metric, raw):
    for each in (raw, raw[::-1]):
        _, mistakes = settled(metric, each)
        assert mistakes == [
            (f"range.{metric}", "which end is the worse depends on the baseline's value", "say it: {worst: …, best: …}")
        ]
    worst, best = raw if METRICS[metric].higher else raw[::-1]
    assert ends(metric, {"worst": worst, "best": best}), "with names any is right that may be"


@pytest.mark.parametrize("name", ["best", "target"])
def test_named_ends_may_mix_what_moves_and_what_does_not(name):
    assert ends("latency_p90", {"worst": "2 * baseline", name: "1 ms", "scale": "log"}) == (((2, 0), (0, 0.001)), "log")
    assert ends("latency_p90", {name: 0.001, "worst": "20 ms"}) == (((0, 0.02), (0, 0.001)), "linear")


LATENCY = {"worst": "20 ms", "best": "1 ms"}
REFUSED = {
    "a word": ("baseline", "range.latency_p90", "expected two ends"),
    "nothing": (None, "range.latency_p90", "expected two ends"),
    "one end": (["1 ms"], "range.latency_p90", "expected two ends, got 1"),
    "the same end twice": (["1 ms", 0.001], "range.latency_p90", "both ends are equal"),
    "the same relative end twice": (["baseline", "1 * baseline"], "range.latency_p90", "both ends are equal"),
    "an end that is none": (["1 ms", "2 * basline"], "range.latency_p90[1]", "'* basline' is no unit"),
    "an end of another unit": (["1 ms", "baseline + 2 MB"], "range.latency_p90[1]", "'MB' is no unit"),
    "a factor of nothing": (["1 ms", "0 * baseline"], "range.latency_p90[1]", "factor above 0"),
    "a list in a list": ([["1 ms"], "2 ms"], "range.latency_p90[0]", "expected a number"),
    "no worst end": ({"best": "1 ms"}, "range.latency_p90.worst", "is missing"),
    "no best end": ({"worst": "1 ms"}, "range.latency_p90", "the best end is missing"),
    "two best ends": (LATENCY | {"target": "2 ms"}, "range.latency_p90.target", "best and target mean the same"),
    "a scale that is none": (LATENCY | {"scale": "lg"}, "range.latency_p90.scale", "should be 'linear' or 'log'"),
    "an unknown word": (LATENCY | {"bset": "1 ms"}, "range.latency_p90.bset", "unknown key"),
    "a named end that is none": (LATENCY | {"worst": None}, "range.latency_p90.worst", "expected a number"),
    "equal named ends": ({"worst": "1 ms", "best": 0.001}, "range.latency_p90.worst", "both ends are equal"),
    "ends that are swapped": (
        {"worst": "1 ms", "target": "20 ms"},
        "range.latency_p90.worst",
        "this is better than target: less of latency_p90 is better",
    ),
    "relative ends that are swapped": (
        {"worst": "0.5 * baseline", "best": "baseline"},
        "range.latency_p90.worst",
        "this is better than best",
    ),
    "a log scale from nothing": (
        {"worst": "20 ms", "best": 0, "scale": "log"},
        "range.latency_p90.best",
        "a log scale has no end at 0 or below",
    ),
    "a log scale below nothing": (
        {"worst": "2 * baseline", "target": "-1 ms", "scale": "log"},
        "range.latency_p90.target",
        "a log scale has no end at 0 or below",
    ),
}


@pytest.mark.parametrize("case", REFUSED.values(), ids=REFUSED)
def test_a_mistake_in_a_range_is_told_at_its_place(case):
    raw, place, message = case
    found, mistakes = settled("latency_p90", raw)
    assert found is None
    assert [one[:2] for one in mistakes if one[0] == place and message in one[1]], mistakes
    assert len(mistakes) == 1


def test_a_word_that_is_nearly_right_comes_with_the_right_one():
    assert settled("size", {"worst": 2, "bset": 1})[1][0][2] == "did you mean 'best'?"
    assert settled("size", {"worst": 2, "best": 1, "scale": "lgo"})[1][0][2] == "did you mean 'log'?"


def test_an_end_that_nearly_moves_with_the_baseline_comes_with_the_word():
    assert settled("size", ["2 MB", "2 * basline"])[1][0][2] == "did you mean 'baseline'?"
    assert settled("size", ["2 MB", "baseline + 2 bytes"])[1][0][2] is None


def test_both_ends_that_a_log_scale_cannot_have_are_told():
    _, mistakes = settled("own_loss", {"worst": 0, "best": -1, "scale": "log"})
    assert [place for place, _, _ in mistakes] == ["range.own_loss.worst", "range.own_loss.best"]


@pytest.mark.parametrize("metric", METRICS)
def test_the_example_of_every_metric_is_a_range(metric):
    low, high = ranges.example(metric).strip("[]").split(", ")
    found, _ = settled(metric, [low, high])
    assert not found.relative
    assert math.isfinite(found.worst.offset - found.best.offset)
