import re
from pathlib import Path

import pytest

from harness.gate import levels
from harness.metrics import METRICS, Scope

DESIGN = {
    "latency": (0.02, 0.05),
    "cpu_time": (0.02, 0.05),
    "throughput": (0.02, 0.05),
    "latency_p95": (0.05, 0.15),
    "memory_peak": (0.01, 0.03),
    "cold_start": (0.05, 0.15),
}


@pytest.mark.parametrize("name", DESIGN)
def test_the_levels_are_those_of_the_design(name):
    metric = levels.TIMED[name]
    assert (metric.tol, metric.detect, metric.advisory) == (*DESIGN[name], False)


def test_the_99th_percentile_gates_nothing():
    assert [name for name, metric in levels.TIMED.items() if metric.advisory] == ["latency_p99"]


def test_metrics_have_the_unit_and_the_direction_that_they_have_elsewhere():
    for name, metric in levels.TIMED.items():
        known = METRICS["latency_mean" if name == "latency" else name]
        assert (metric.unit, metric.higher) == (known.unit, known.higher), name


def test_whatever_is_counted_of_an_artifact_has_a_limit():
    counted = {name for name, metric in METRICS.items() if metric.scope is Scope.ARTIFACT}
    assert set(levels.LIMITS) == counted | {"operators"}
    assert not any(METRICS[name].higher for name in counted)
    assert {name for name in levels.LIMITS if levels.counted(name, 1, 1).advisory} == {"operators", "complexity"}
    assert levels.counted("size", 100, 120).limit == 0.01
    assert levels.counted("macs", 100, None).limit == 0


def test_the_levels_are_those_in_the_docs():
    text = (Path(__file__).parents[3] / "docs" / "gate.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (`[^|]*) \| (\d+) % \| (\d+) %(, advisory)? \|$", text, re.MULTILINE)
    told = {
        name: (int(tol) / 100, int(detect) / 100, bool(aside)) for names, tol, detect, aside in rows for name in names.split(", ")
    }
    assert told == {f"`{name}`": (one.tol, one.detect, one.advisory) for name, one in levels.TIMED.items()}
    rules = dict(
        re.findall(r"^\| (`[^|]*) \| a rule: (?:no|at most (\d+) % of) growth(?:; advisory)? \| \|$", text, re.MULTILINE)
    )
    limits = {name: int(limit or 0) / 100 for names, limit in rules.items() for name in names.split(", ")}
    assert limits == {f"`{name}`": limit for name, limit in levels.LIMITS.items()}
