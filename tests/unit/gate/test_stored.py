import math

import numpy as np
import pytest

from harness.gate.decide import decide
from harness.gate.samples import Block, History, Job, Metric
from tests.gate_samples import HERE, LATENCY, case, samples, turn

CV = 0.0266
"""The spread between jobs that the design was derived from."""
TWENTY = [LATENCY.model_copy(update={"name": f"latency {i}"}) for i in range(20)]


def jobs(count, cv=CV, environment="here", metrics=TWENTY):
    """Return so many jobs around 10 ms, whose logarithms have exactly this standard deviation."""
    logs = np.linspace(-1, 1, count) if count > 1 else np.zeros(count)
    logs = logs * (cv / logs.std(ddof=1) if count > 1 and cv else 0)
    return tuple(
        Job(environment=environment, values={"resnet": {metric.name: 0.01 * math.exp(log) for metric in metrics}}) for log in logs
    )


def run(change, earlier, metrics=TWENTY, identities=None):
    """Return the verdict on a job that is slower by ``change``."""
    blocks = tuple(Block(candidate=turn(0.01 * (1 + change) * factor)) for factor in (0.9, 1.0, 1.3))
    history = History(identities=identities or {"here": HERE.identity, "there": {"cpu": "Epyc", "cores": 2}}, jobs=earlier)
    return decide(samples(case(metrics=metrics, blocks=blocks), history=history))


def test_the_bound_is_that_of_one_further_job():
    """Student's t at 1 - 0.0005 with 19 degrees of freedom is 3.8834 (Pearson & Hartley, Biometrika Tables, 1966, table 12)."""
    bound = math.expm1(3.8834 * CV * math.sqrt(1 + 1 / 20))
    told = run(0.0, jobs(20)).judgements[0]
    assert told.detectable == pytest.approx(bound, rel=1e-4)
    assert run(bound + 0.001, jobs(20)).verdict == "regressed"
    assert run(bound - 0.001, jobs(20)).verdict == "inconclusive"
    assert run(1 / (1 + bound) - 1.001, jobs(20)).verdict == "improved"


def test_this_job_is_the_median_of_its_blocks_beside_the_mean_of_the_others():
    told = run(0.2, jobs(20)).judgements[0]
    assert (told.baseline, told.candidate, told.change, told.jobs) == pytest.approx((0.01, 0.012, 0.2, 20))
    assert told.low < told.change < told.high


def test_what_is_surely_better_than_what_is_to_be_caught_passes():
    assert run(0.0, jobs(20)).verdict == "pass"
    assert run(0.01, jobs(20)).verdict == "inconclusive"
    assert run(0.01, jobs(40, cv=0.005)).verdict == "pass"


def test_a_quiet_history_still_tolerates_what_is_tolerated():
    told = run(0.019, jobs(20, cv=0.0001))
    assert (told.verdict, told.judgements[0].detectable) == ("pass", 0.02)
    assert run(0.021, jobs(20, cv=0.0001)).verdict == "regressed"
    assert run(0.0, jobs(20, cv=0.0)).verdict == "pass"


def test_fewer_than_twenty_jobs_decide_nothing():
    told = run(0.5, jobs(19))
    assert (told.verdict, told.exit_status) == ("inconclusive", 0)
    assert (told.judgements[0].jobs, told.judgements[0].detectable) == (19, None)


def test_jobs_in_another_environment_do_not_count():
    told = run(0.5, (*jobs(30, environment="there"), *jobs(3)))
    assert (told.verdict, told.judgements[0].jobs, told.differs) == ("inconclusive", 3, ())


def test_where_no_job_ran_in_this_environment_timings_are_refused():
    told = run(0.5, jobs(30, environment="there"))
    assert (told.verdict, told.exit_status, told.differs) == ("refused", 4, ("cpu",))
    assert run(0.5, ()).verdict == "refused"


def test_a_metric_that_is_not_measured_any_more_is_missing():
    other = Metric(name="other", series="other", unit="s", tol=0.02, detect=0.05)
    told = decide(
        samples(
            case(metrics=[LATENCY, other], blocks=(Block(candidate=turn(0.01)),) * 3),
            history=History(identities={"here": {}}, jobs=jobs(20, metrics=[LATENCY, other])),
        )
    )
    assert [one.verdict for one in told.judgements] == ["pass", "missing"]
    assert told.verdict == "missing"


def test_of_rates_fewer_is_worse():
    rate = Metric(name="rate", series="latency", unit="samples/s", higher=True, tol=0.02, detect=0.05)
    told = run(-0.3, jobs(20, metrics=[rate]), [rate])
    assert told.verdict == "regressed"
    assert told.judgements[0].detectable < 0
    assert run(0.3, jobs(20, metrics=[rate]), [rate]).verdict == "improved"
