import pytest

from harness.errors import InputError
from harness.gate.baselines import MOST_JOBS, Baseline, Frozen, against, read, with_job
from harness.gate.decide import decide
from harness.gate.samples import Arm, Block, Commit, Exact, History, Job
from harness.record import Environment
from tests.gate_samples import LATENCY, case, samples, turn

COMMIT = Commit(revision="abc", subject="Widen it", committed="2026-01-02T03:04:05+00:00")
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
    history = with_job(EMPTY, measured(), COMMIT, {})
    assert history == History(
        identities={"here": measured().environment.identity},
        jobs=(Job(environment="here", commit=COMMIT, values={"resnet": {"latency": 0.02}}),),
    )


def test_what_is_counted_and_answered_rightly_is_kept_too():
    told = measured(exact=(size(candidate=120), Exact(name="macs", unit="count", candidate=0)))
    history = with_job(EMPTY, told, COMMIT, {"resnet": "1101"})
    assert history.jobs[0].values["resnet"] == {"latency": 0.02, "size": 120, "accuracy": 0.75}


def test_only_the_latest_jobs_are_kept_and_the_environments_they_need():
    history = with_job(EMPTY, measured().model_copy(update={"environment": OTHER}), COMMIT, {})
    for at in range(MOST_JOBS):
        history = with_job(history, measured(), Commit(revision=str(at)), {})
    assert [history.jobs[0].commit.revision, history.jobs[-1].commit.revision] == ["0", str(MOST_JOBS - 1)]
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
    baseline = stored(with_job(EMPTY, measured(), COMMIT, {}), resnet=Frozen(exact=(size(100),), right="10"))
    assert LATENCY.name in baseline.history.jobs[0].values["resnet"]
    assert read(baseline.model_dump_json().encode(), "main.json") == baseline


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"schema_version": 2}', b"\xff"])
def test_what_is_no_stored_baseline_is_told_in_one_line_with_its_place(content):
    with pytest.raises(InputError, match=r"^main\.json: .+") as told:
        read(content, "main.json")
    assert "\n" not in told.value.message
    assert "harness baseline" in told.value.hint
