"""What is said of what a gate could tell."""

import numpy as np
import pytest

from harness.cli import self_test
from harness.gate.decide import decide
from harness.gate.power import powers
from harness.gating.self_test import suite
from harness.registry import Registry
from harness.suitefile import load
from tests.gate_samples import case, samples

NOISE = np.random.default_rng(0).normal(0, 0.03, 40).tolist()


def shown(capsys, monkeypatch, told, columns=80):
    monkeypatch.setenv("COLUMNS", str(columns))
    self_test.show(decide(told), told, powers(told), 31.4)
    return capsys.readouterr().out.splitlines()


def test_it_says_that_nothing_was_called_and_what_would_have_been(capsys, monkeypatch):
    lines = shown(capsys, monkeypatch, samples(case([0.0] * 14, control=[0.0] * 14)))
    assert lines[0] == "Nothing is called regressed: the same artifact as baseline, candidate and copy,"
    assert ["latency", "10", "ms", "0.0", "%", "+2.0", "%", "+5.0", "%", "14"] in [line.split() for line in lines]
    assert max(map(len, lines)) <= 80


def test_what_is_not_sure_to_be_caught_is_told(capsys, monkeypatch):
    lines = shown(capsys, monkeypatch, samples(case((np.array(NOISE) * 4).tolist())), columns=200)
    assert "latency: what is promised is not sure to be caught here; more blocks (--max-blocks) catch more" in lines


@pytest.mark.parametrize(
    ("planted", "first"), [({"differences": [0.05] * 14}, "Regressed: "), ({"control": [0.03] * 14}, "Void: ")]
)
def test_what_was_called_is_told_first(capsys, monkeypatch, planted, first):
    told = samples(case(**{"differences": [0.0] * 14, **planted}))
    assert shown(capsys, monkeypatch, told)[0].startswith(first)


def test_in_json_each_metric_has_its_change_and_whether_it_keeps_what_is_promised():
    told = samples(case([0.0] * 14))
    (one,) = self_test.plain(decide(told), powers(told), 1.234)["detectable"]
    assert one == {
        "case": "resnet",
        "metric": "latency",
        "change": 0.02,
        "blocks": 14,
        "keeps": True,
        "tol": 0.02,
        "detect": 0.05,
    }


def test_the_small_suite_can_be_read():
    registry = Registry.load()
    assert load(suite(), registry).name == "self-test"
