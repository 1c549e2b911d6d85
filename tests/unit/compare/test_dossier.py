"""Everything about one candidate, from an answer about planted facts."""

import json

import pytest

from harness.compare.dossier import dossier
from harness.store import Store
from tests.answered import BASELINE, BEST, FAILED, SLOW_AND_WRONG, TIED, UNKNOWN, WRONG, planted


@pytest.fixture(scope="module")
def told(registry, tmp_path_factory):
    """Tell of the candidate of a label."""
    with Store("sqlite://") as store:
        made = planted(registry, store, tmp_path_factory.mktemp("planted"))

        def of(label, **changes):
            one = made.known[label]
            return dossier(made.answer | changes, one, {number: store.run(number) for number in one.runs})

        yield of


def test_it_is_plain_json(told):
    for label in (BASELINE, BEST, FAILED, UNKNOWN):
        found = told(label)
        assert json.loads(json.dumps(found, allow_nan=False)) == found


@pytest.mark.parametrize(("label", "state"), [(BEST, "measured"), (FAILED, "failed"), (UNKNOWN, "unknown"), (WRONG, "measured")])
def test_how_far_a_candidate_got_is_told(told, label, state):
    assert told(label)["state"] == state


def test_a_failure_is_told_with_the_end_of_its_log(told):
    failure = told(FAILED)["failure"]
    assert (failure["kind"], failure["stage"], failure["message"]) == ("crashed", "measure", "planted")
    assert failure["log"].startswith("one\n")
    assert told(BEST)["failure"] is None


def test_what_a_quick_look_ended_says_why(told):
    screened = [{"candidate": UNKNOWN, "why": "too slow", "facts": {}}]
    found = told(UNKNOWN, screened=screened)
    assert (found["state"], found["screened"]["why"]) == ("screened", "too slow")


def test_the_front_and_who_dominates_are_told(told):
    assert told(BEST)["front"]
    assert told(BEST)["dominated_by"] is None
    slow = told(SLOW_AND_WRONG)
    assert (slow["front"], slow["dominated_by"]) == (False, WRONG)


def test_parents_and_children_are_told(told):
    assert told(BEST)["parent"]["candidate"] == BASELINE
    assert told(BASELINE)["parent"] is None
    assert told(BASELINE)["children"] == [BEST]
    assert told(BEST)["children"] == []


def test_the_artifact_its_stages_and_the_runs_are_told(told):
    found = told(TIED)
    assert found["artifact"]["digest"] == "digest of mlp+"
    assert found["notes"]["quantize"]["method"] == "static"
    (run,) = found["runs"]
    assert (run["candidate"], run["process"]) == (TIED, 0)
    assert run["scenarios"] == {"single_stream": {"queries": 100, "elapsed": 0.5, "stop": "precision"}}
    assert told(UNKNOWN)["artifact"] is None


def test_every_profile_is_told_where_there_are_facts(told):
    assert set(told(BEST)["profiles"]) == {"fast", "small"}
    assert told(UNKNOWN)["profiles"] == {}
