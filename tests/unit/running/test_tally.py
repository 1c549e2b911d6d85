"""What a run tells of itself while it goes on, from evaluations that are made up."""

from types import SimpleNamespace

import pytest

from harness.answer.evidence import Evidence
from harness.answer.grounds import Decider
from harness.evaluate import Evaluation
from harness.ledger import Known
from harness.record import Failure
from harness.running.tally import Tally
from harness.space import Space, expand


@pytest.fixture
def began(suite, registry, fact):
    """Begin a tally of the small suite, whose space is without the baseline; some candidates may be known."""
    whole = expand(suite, registry)
    space = Space(tuple(one for one in whole.candidates if one not in whole.baselines), (), whole.baselines)

    def facts(accuracy):
        return {"accuracy": fact("accuracy", accuracy), "latency_p90": fact("latency_p90", 0.01)}

    def evaluation(candidate, accuracy, measured=2, reused=0, **how):
        return Evaluation(candidate, facts(accuracy), how.get("failure"), measured, reused, how.get("ended"))

    def made(known=()):
        heard = []
        before = {one.label: Known(one, None, artifact=object(), facts=facts(accuracy)) for one, accuracy in known}
        observer = SimpleNamespace(evaluated=heard.append)
        decider = Decider(suite, space, Evidence(SimpleNamespace(samples=lambda run: {})))
        return SimpleNamespace(tally=Tally(decider, before, observer), heard=heard, before=before)

    return SimpleNamespace(made=made, space=space, evaluation=evaluation)


def test_facts_are_counted_and_every_evaluation_is_told(began):
    run, (one, other, *_) = began.made(), began.space.candidates
    failed = Failure(key="f", kind="crashed", stage="load", message="planted")
    several = [began.evaluation(one, 0.9, 5, 2), began.evaluation(other, 0.9, 3, 4, failure=failed)]
    assert [run.tally.add(each) for each in several] == several == run.heard
    status = run.tally.status(10, 2, [])
    assert (status.measured, status.reused, status.failed, status.left) == (8, 6, 1, None)


def test_facts_of_one_that_is_measured_again_were_looked_up_the_first_time_only(began):
    run, (one, *_) = began.made(), began.space.candidates
    for measured, reused in ((5, 2), (3, 7)):
        run.tally.add(began.evaluation(one, 0.9, measured, reused))
    assert run.tally.counts({}) == {"measured": 8, "reused": 2}


def test_what_was_known_before_and_not_looked_at_is_reused(began):
    one, other, *_ = began.space.candidates
    run = began.made([(one, 0.9), (other, 0.9)])
    run.tally.add(began.evaluation(one, 0.9, 0, 2))
    assert run.tally.counts(run.before) == {"measured": 0, "reused": 4}


def test_what_failed_or_was_ended_by_a_quick_look_is_not_finished(began):
    run, (one, other, third, fourth, *_) = began.made([(began.space.candidates[3], 0.5)]), began.space.candidates
    failed = Failure(key="f", kind="crashed", stage="load", message="planted")
    run.tally.add(began.evaluation(one, 0.9))
    run.tally.add(began.evaluation(other, 0.9, failure=failed))
    run.tally.add(began.evaluation(third, 0.9, ended="hopeless"))
    assert set(run.tally.finished()) == {one.label, fourth.label}


def test_the_best_so_far_may_be_known_from_before_but_is_never_a_baseline_outside_of_the_space(began):
    one, other, *_ = began.space.candidates
    run = began.made([(one, 0.95), (began.space.baselines[0], 0.99)])
    run.tally.add(began.evaluation(other, 0.93))
    assert run.tally.status(10, 2, []).best["fast"].candidate == one.label


def test_the_time_left_is_that_of_the_latest_ten_candidates(began, suite):
    run = began.made()
    assert run.tally.status(12, 2, [100.0] * 5 + [3.0] * 10).left == 30.0
    assert run.tally.status(1000, 2, [3.0]).left <= suite.search.minutes * 60
