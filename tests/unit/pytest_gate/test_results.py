import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.errors import InputError
from harness.pytest_gate.results import FINEST, read

WHOLE = {
    "machine_info": {"node": "one"},
    "commit_info": {"id": "0123456789", "dirty": True},
    "datetime": "2026-01-02T03:04:05+00:00",
    "benchmarks": [
        {
            "fullname": "test_a.py::test_a",
            "stats": {"data": [0.1, 0.2, 0.0]},
            "extra_info": {"harness": {"cpu_time": [0.1, 0.2, 0.3]}},
        }
    ],
}

PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["fullname", "stats", "data", "x"]), inner),
    max_leaves=8,
)


def file(**changes):
    return json.dumps({**WHOLE, **changes}).encode()


def benchmark(**changes):
    return file(benchmarks=[{**WHOLE["benchmarks"][0], **changes}])


def test_a_file_gives_every_sample_of_both_series():
    found = read(file(), "a.json")
    assert found.by_name["test_a.py::test_a"].series == {"latency": (0.1, 0.2, FINEST), "cpu_time": (0.1, 0.2, 0.3)}
    assert found.revision == "01234567 with changes"


def test_a_benchmark_of_the_plain_fixture_has_no_processor_time():
    assert set(read(benchmark(extra_info={}), "a.json").benchmarks[0].series) == {"latency"}


@pytest.mark.parametrize(
    ("content", "place"),
    [
        (b"{", "a.json: Invalid JSON"),
        (b"[]", "a.json: "),
        (b"{}", "a.json: benchmarks: Field required"),
        (benchmark(stats={"mean": 1.0}), r"a.json: benchmarks\[0\].stats.data: Field required"),
        (benchmark(stats={"data": []}), r"a.json: benchmarks\[0\].stats.data: "),
        (benchmark(stats={"data": [-1.0]}), r"a.json: benchmarks\[0\].stats.data\[0\]: "),
        (benchmark(stats={"data": [float("nan")]}), r"a.json: benchmarks\[0\].stats.data\[0\]: "),
        (file(benchmarks=WHOLE["benchmarks"] * 2), "a.json: there is more than one benchmark 'test_a.py::test_a'"),
        (file(datetime="yesterday"), "a.json: datetime: "),
    ],
)
def test_a_mistake_is_told_with_its_place(content, place):
    with pytest.raises(InputError, match=place) as told:
        read(content, "a.json")
    assert "\n" not in told.value.message


@given(st.binary(max_size=60) | PLAIN.map(lambda one: json.dumps(one).encode()) | PLAIN.map(lambda one: file(benchmarks=[one])))
def test_whatever_a_file_holds_is_read_or_told_in_one_line(content):
    try:
        read(content, "a.json")
    except InputError as error:
        assert error.message.startswith("a.json: ")
        assert "\n" not in error.message
