import pytest

from harness.errors import InputError
from harness.gate.baselines import MOST_JOBS, Baseline, Frozen, against, with_job
from harness.gate.decide import decide
from harness.gate.samples import Arm, Block, Exact, History, Job
from harness.record import Environment
from tests.gate_samples import LATENCY, case, samples, turn

EMPTY = History(identities={})
OTHER = Environment(id="there", identity={"cpu": "Epyc"}, context={}, versions={})


def size(baseline=None, candidate=None, **more):
    return Exact(name="size", unit="B", baseline=baseline, candidate=candidate, **more)


def measured(**more):
    return samples(
        case(**{"blocks": (Block(candidate=turn(0.01)), Block(candidate=turn(0.03)), Block(candidate=turn(0.02)))} | more)
    )


def stored(history=EMPTY, **cases):
    return Baseline(arm=Arm(label="main"), cases=cases, history=history)


def test_a_job_is_kept_with_the_median_of_its_blocks_and_its_environment():
    history = with_job(EMPTY, measured(), "abc")
    assert history == History(
        identities={"here": measured().environment.identity},
        jobs=(Job(environment="here", revision="abc", values={"resnet": {"latency": 0.02}}),),
    )


def test_only_the_latest_jobs_are_kept_and_the_environments_they_need():
    history = with_job(EMPTY, measured().model_copy(update={"environment": OTHER}), "first")
    for at in range(MOST_JOBS):
        history = with_job(history, measured(), str(at))
    assert [history.jobs[0].revision, history.jobs[-1].revision] == ["0", str(MOST_JOBS - 1)]
    assert len(history.jobs) == MOST_JOBS
    assert set(history.identities) == {"here"}


def test_counted_metrics_are_held_against_the_stored_ones_with_the_limits_of_now():
    told = against(measured(exact=(size(candidate=103, limit=0.05),)), stored(resnet=Frozen(exact=(size(100),))), {})
    assert told.cases[0].exact == (size(100, 103, limit=0.05),)
    assert told.arms.baseline.label == "main"


def test_what_only_one_side_has_is_missing():
    told = decide(against(measured(exact=(size(candidate=5),)), stored(gone=Frozen(exact=(size(100),))), {}))
    assert [(one.case, one.metric, one.verdict) for one in told.judgements] == [
        ("resnet", "latency", "refused"),
        ("resnet", "size", "missing"),
        ("gone", "size", "missing"),
    ]


def test_answers_are_compared_sample_by_sample():
    told = against(measured(), stored(resnet=Frozen(right="1101")), {"resnet": "1010"}).cases[0].accuracy
    assert (told.both, told.gained, told.lost, told.neither) == (1, 1, 2, 0)


def test_answers_to_another_set_are_refused():
    with pytest.raises(InputError, match="resnet: the baseline has answered 4 samples and the candidate 3"):
        against(measured(), stored(resnet=Frozen(right="1101")), {"resnet": "101"})


@pytest.mark.parametrize(("before", "after"), [("1101", {}), ("", {"resnet": "1101"})])
def test_an_accuracy_that_one_side_lacks_is_missing(before, after):
    told = decide(against(measured(metrics=()), stored(resnet=Frozen(right=before)), after))
    assert [(one.metric, one.verdict) for one in told.judgements] == [("accuracy", "missing")]
    assert {told.judgements[0].baseline, told.judgements[0].candidate} == {0.75, None}


def test_a_stored_baseline_is_read_as_it_was_written():
    baseline = stored(with_job(EMPTY, measured(), "abc"), resnet=Frozen(exact=(size(100),), right="10"))
    assert Baseline.model_validate_json(baseline.model_dump_json()) == baseline
    assert LATENCY.name in baseline.history.jobs[0].values["resnet"]
