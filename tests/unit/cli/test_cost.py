"""How the cost of a query looks in a terminal of 80 columns, from made-up profiles."""

import pytest

from harness.cli.cost import BAR, bar, show


def profile(*kinds):
    total = sum(seconds for _, seconds in kinds)
    return {
        "runtime": "openvino",
        "batch_size": 1,
        "queries": 10,
        "seconds": total + 1e-4,
        "uncovered": 1e-4,
        "quality": "clean",
        "kinds": [{"kind": kind, "count": 1, "seconds": s, "share": s / total} for kind, s in kinds],
        "operators": [
            {"name": f"a/very/long/name/of/an/operator/{kind}", "kind": kind, "kernel": "brgconv_avx512_amx_1x1_I8" * 2,
             "seconds": s, "calls": 1.0, "precision": "int8"}
            for kind, s in kinds
        ],
    }  # fmt: skip


@pytest.fixture
def told():
    fact = {"value": 1e-3, "low": 1e-3, "high": 1e-3, "unit": "s"}
    mine = [(f"Kind{i}", 1e-4 * (20 - i)) for i in range(20)]
    return {
        "suite": "toy",
        "candidate": "toy+quantize:static@openvino/b1",
        "facts": {"latency_p50": fact},
        "profile": profile(*mine),
        "parent": {
            "candidate": "toy@openvino/b1",
            "facts": {},
            "profile": profile(("Kind0", 1e-3), ("Gone", 2e-3)),
            "absent": None,
        },
        "lineage": {"verdict": "slower"},
        "why": [{"rule": "zeros", "text": "90 % of the weights are zero, " * 4, "advice": "prune channels", "figures": {}}],
    }


@pytest.fixture
def shown(monkeypatch, capsys):
    monkeypatch.setenv("COLUMNS", "80")

    def made(told):
        show(told)
        return capsys.readouterr().out

    return made


def test_it_fits_eighty_columns(told, shown):
    assert max(len(line) for line in shown(told).splitlines()) <= 80


def test_kinds_stand_beside_the_parents_with_those_that_are_gone(told, shown):
    lines = {line.split()[0]: line.split() for line in shown(told).splitlines() if line.strip()}
    assert lines["Kind0"][1:6] == ["1", "2", "ms", "10", "%"]
    assert lines["Kind0"][6:8] == ["1", "ms"]
    assert lines["Gone"] == ["Gone", "–", "–", "2", "ms"]
    assert lines["8"][1:4] == ["more", "kinds", "8"]


def test_it_says_why_and_what_to_do(told, shown):
    text = shown(told)
    assert "Slower than its parent." in text
    assert "• 90 % of the weights are zero" in text
    assert "→ prune channels" in text


def test_without_a_parent_there_is_nothing_to_compare(told, shown):
    text = shown(told | {"parent": None, "lineage": None, "why": []})
    assert "nothing to compare" in text
    assert "Gone" not in text


def test_a_parent_that_could_not_be_profiled_is_said(told, shown):
    parent = told["parent"] | {"profile": None, "absent": "planted (crashed)"}
    assert "planted (crashed)" in shown(told | {"parent": parent})


def test_a_busy_machine_is_said(told, shown):
    assert "busy" not in shown(told)
    told["parent"]["profile"]["quality"] = "contended"
    assert "the machine was busy" in shown(told)


def test_no_reason_is_said_too(told, shown):
    assert "No rule finds a cost" in shown(told | {"why": []})


@pytest.mark.parametrize(
    ("share", "text"), [(0.0, ""), (1.0, "█" * BAR), (2.0, "█" * BAR), (0.5, "█" * (BAR // 2)), (1 / 144, "▏")]
)
def test_bars_are_as_long_as_the_share(share, text):
    assert bar(share) == text
