import pytest

from harness.errors import InputError
from harness.gate.samples import Commit, Job
from harness.history import telling
from tests.planted_history import history, job, noisy

SLOWER = [job(i, {"latency": value}) for i, value in enumerate(noisy({12: 0.1}, 24))]


def tell(jobs, candidates=(), metrics=()):
    return telling.tell("gated", history(jobs), candidates, metrics)


def test_a_change_is_told_with_the_commit_that_first_measured_it():
    told = tell(SLOWER)
    (at,) = telling.at_commits(told)
    ((one, each),) = at.changes
    assert (at.job["subject"], one["metric"], each["worse"]) == ("change 12", "latency", True)
    assert (each["since"], each["job"]) == (11, 12)
    assert each["low"] < 0.1 < each["high"]
    assert telling.headline(told) == "1 commit changed what is measured, 1 for the worse, in 24 jobs"


def test_jobs_come_in_the_order_of_their_commits_not_of_their_measurement():
    assert tell(reversed(SLOWER)) == tell(SLOWER)


def test_environments_are_never_compared_with_each_other():
    jobs = [job(i, {"latency": 0.01}) for i in range(10)] + [
        job(i, {"latency": 0.02}, environment="there") for i in range(10, 20)
    ]
    told = tell(jobs)
    assert telling.at_commits(told) == []
    assert [one["environment"] for one in told["series"]] == ["here", "there"]
    assert [found[0]["environment"] for _, found in telling.latest(told)] == ["there"]


def test_more_of_what_is_a_rate_is_better():
    rates = [job(i, {"throughput": value}) for i, value in enumerate(noisy({10: 0.2}, 20))]
    (at,) = telling.at_commits(tell(rates))
    assert not at.changes[0][1]["worse"]
    assert telling.headline(tell(rates)).startswith("1 commit changed what is measured, none for the worse")


@pytest.mark.parametrize(
    ("metric", "before", "after", "figures", "change"),
    [
        ("accuracy", 0.975, 0.97, ("97.5 %", "97.0 %"), "−0.50 pp"),
        ("parameters", 4_876_010, 4_876_011, ("4,876,010", "4,876,011"), "+<0.1 %"),
        ("size", 1000, 1100, ("1 kB", "1.10 kB"), "+10.0 %"),
    ],
)
def test_what_is_counted_is_told_at_once_and_exactly(metric, before, after, figures, change):
    ((found,),) = (at.changes for at in telling.at_commits(tell([job(0, {metric: before}), job(1, {metric: after})])))
    assert telling.figures(*found) == figures
    assert telling.change(*found) == change


def test_few_jobs_say_from_how_many_on_a_change_is_told():
    assert telling.headline(tell(SLOWER[:5])).endswith("; of timings, one is told from 6 jobs in one environment on")
    assert telling.headline(tell(SLOWER[:12])) == "no change in 12 jobs"


def test_a_job_that_is_no_commit_says_so():
    plain = telling.tell("gated", history([Job(environment="here", at="2026-02-03T04:05:06+00:00", values={})]), (), ())["jobs"][
        0
    ]
    assert (telling.commit(plain), telling.day(plain)) == ("unknown commit", "2026-02-03")
    changed = Commit(revision="abcdef0123", changed=True).model_dump()
    assert telling.commit(changed) == "abcdef01 with changes"


def test_candidates_and_metrics_that_are_wanted_are_told_alone():
    jobs = [Job(environment="here", values={"resnet": {"latency": 1, "size": 5}, "tree": {"size": 3}})]
    told = tell(jobs, candidates=("res",), metrics=("size",))
    assert [(one["case"], one["metric"]) for one in told["series"]] == [("resnet", "size")]


@pytest.mark.parametrize(
    ("candidates", "metrics", "message", "hint"),
    [
        ((), ("latencies",), "no job measured 'latencies'", "there are latency"),
        (("vit",), (), "the suite has no candidate 'vit'", ""),
    ],
)
def test_what_no_job_measured_is_a_wrong_question(candidates, metrics, message, hint):
    with pytest.raises(InputError, match=message) as told:
        tell(SLOWER, candidates, metrics)
    assert hint in told.value.hint


def test_without_jobs_there_is_nothing_to_ask_wrongly():
    assert telling.headline(tell([], ("vit",), ("latency",))) == "no job yet; harness baseline measures one"
