"""A compressed candidate against its parent: which that is, what changed, and the verdict, from planted facts."""

import math
from types import SimpleNamespace

import pytest

from harness.answer.lineage import changes, is_hardly_faster, lineage, parent_of, verdict
from harness.ledger import Known
from harness.operators import OperatorTime, Profile
from harness.record import Failure
from harness.spec import Candidate, Choice

PASS = Choice(part="prune", label="prune:weight", options={})


@pytest.fixture
def candidate():
    return Candidate(
        model=Choice(part="timm", label="toy", options={}),
        passes=(PASS, Choice(part="quantize", label="quantize:static", options={})),
        runtime=Choice(part="onnxruntime", label="onnxruntime:threads=2", options={"threads": 2}),
        batch_size=8,
        device="cpu",
    )


@pytest.fixture
def evidence():
    """Evidence that is made up, and remembers nothing."""
    profile = Profile("onnxruntime", 8, 10, 1e-3, (OperatorTime("conv", "Conv", "fast", 1e-3),))
    return SimpleNamespace(
        accuracy=lambda mine, theirs: None,
        flips=lambda mine, theirs: {"value": 0.1} if mine and theirs else None,
        profile=lambda one: profile,
    )


def facts(fact, latency, rate, size=100.0, accuracy=0.9):
    """Make facts whose speeds are certain to a tenth."""
    made = {"latency_p50": latency, "throughput": rate}
    told = {name: fact(name, value, value * 0.05) for name, value in made.items()}
    return told | {"size": fact("size", size), "accuracy": fact("accuracy", accuracy, 0.01)}


@pytest.fixture
def told(candidate, evidence, environment, artifact, fact):
    """Build the lineage of a candidate as many times as fast as its parent, with this census."""

    def made(times=1.0, census=None, parent=True, **about):
        mine = artifact.model_copy(update={"digest": "mine", "notes": {"census": census or {}}})
        known = {
            candidate.label: Known(candidate, None, mine, facts(fact, 0.01 / times, 100.0 * times, size=25.0, accuracy=0.85))
        }
        if parent:
            other = parent_of(candidate)
            known[other.label] = Known(other, None, artifact, facts(fact, 0.01, 100.0), **about)
        return lineage(known[candidate.label], known, environment, evidence)

    return made


def test_the_parent_is_the_same_without_its_passes(candidate):
    parent = parent_of(candidate)
    assert parent == candidate.model_copy(update={"passes": ()})
    assert parent.label == "toy@onnxruntime:threads=2/b8"
    assert parent_of(parent) is None


def test_changes_are_ratios_to_the_parent_and_a_difference_of_accuracies(told):
    found = told(times=2.0)["changes"]
    assert found["size"] == pytest.approx({"ratio": 0.25, "low": 0.25, "high": 0.25})
    assert found["latency_p50"]["ratio"] == pytest.approx(0.5)
    assert found["latency_p50"]["low"] < 0.5 < found["latency_p50"]["high"]
    assert found["accuracy"]["difference"] == pytest.approx(-0.05)
    assert set(found) == {"size", "latency_p50", "throughput", "accuracy"}


@pytest.mark.parametrize(("times", "what"), [(2.0, "faster"), (0.5, "slower"), (1.02, "even")])
def test_the_verdict_follows_the_intervals(told, times, what):
    assert told(times=times)["verdict"] == what


def test_speeds_at_odds_are_even(fact):
    assert verdict(facts(fact, 0.01, 200.0), facts(fact, 0.02, 400.0)) == "even"


def test_one_speed_is_enough(fact):
    mine, theirs = ({"throughput": fact("throughput", rate, 1.0)} for rate in (300.0, 100.0))
    assert verdict(mine, theirs) == "faster"
    assert not is_hardly_faster(mine, theirs)


def test_without_speeds_there_is_no_verdict_and_no_question(fact):
    assert verdict({"size": fact("size", 1.0)}, {"size": fact("size", 2.0)}) is None
    assert not is_hardly_faster({}, {})


def test_why_is_asked_where_it_is_hardly_faster(told):
    census = {"zeros": 0.9}
    assert [reason["rule"] for reason in told(times=1.05, census=census)["why"]] == ["zeros"]
    assert told(times=2.0, census=census)["why"] == []


def test_a_parent_that_was_not_measured_is_said_and_nothing_is_guessed(told):
    found = told(parent=False, census={"zeros": 0.9})
    assert found["absent"].startswith("parent not measured")
    assert (found["changes"], found["flips"], found["verdict"], found["why"]) == ({}, None, None, [])


def test_a_parent_that_failed_is_said(told):
    failure = Failure(key="f", kind="crashed", stage="load", message="planted")
    assert told(failure=failure)["absent"] == "parent failed (crashed)"


def test_flips_are_told(told):
    assert told()["flips"] == {"value": 0.1}


def test_a_figure_of_nought_has_no_ratio(fact):
    assert changes({"load_time": fact("load_time", 0.0)}, {"load_time": fact("load_time", 1.0)}) == {}
    assert all(math.isfinite(end) for one in changes(facts(fact, 1, 1), facts(fact, 1, 1)).values() for end in one.values())
