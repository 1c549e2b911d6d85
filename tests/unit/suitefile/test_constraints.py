import pytest

from harness.suitefile.constraints import parse


@pytest.mark.parametrize(
    ("text", "metric", "op", "factor", "offset"),
    [
        ("latency_p90 <= 5 ms", "latency_p90", "<=", 0, 0.005),
        ("latency_p90<=5ms", "latency_p90", "<=", 0, 0.005),
        ("accuracy >= 97 %", "accuracy", ">=", 0, 0.97),
        ("accuracy >= baseline", "accuracy", ">=", 1, 0),
        ("accuracy >= baseline - 1 pp", "accuracy", ">=", 1, -0.01),
        ("throughput >= 2 * baseline", "throughput", ">=", 2, 0),
        ("throughput >= baseline*1.5", "throughput", ">=", 1.5, 0),
        ("size <= 0.5 * baseline + 1 MB", "size", "<=", 0.5, 1e6),
    ],
)
def test_a_constraint_is_read_in_si(text, metric, op, factor, offset):
    found = parse(text)
    assert (found.metric, found.op, found.factor) == (metric, op, factor)
    assert found.offset == pytest.approx(offset, rel=1e-12)
    assert found.text == " ".join(text.split())


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "is no constraint"),
        ("accuracy", "is no constraint"),
        ("acuracy >= 1", "unknown metric 'acuracy'; did you mean 'accuracy'"),
        ("accuracy == 1", "'==' is not known"),
        ("accuracy > 1", "'>' is not known"),
        ("accuracy => 1", "'=>' is not known"),
        ("latency_p90 =< 1", "'=<' is not known"),
        ("accuracy >= 5 ms", "'ms' is no unit"),
        ("accuracy >= baseline - 5 ms", "'ms' is no unit"),
        ("throughput >= 2 * baseline * 2", "multiplies the baseline twice"),
        ("throughput >= 0 * baseline", "factor above 0"),
        ("throughput >= 1.2.3 * baseline", "expected"),
        ("accuracy >= the baseline", "expected"),
    ],
)
def test_what_is_no_constraint_is_said_in_words(text, message):
    with pytest.raises(ValueError, match=message.replace("(", r"\(").replace("*", r"\*")):
        parse(text)


def test_a_bound_follows_the_baseline_or_is_unknown_without_one():
    relative = parse("size <= 0.5 * baseline + 1 MB")
    assert relative.bound(4e6) == 3e6
    assert relative.bound(None) is None
    assert parse("size <= 2 MB").bound(None) == 2e6
