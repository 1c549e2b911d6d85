"""Does the merge gate stop what it promises to, and nothing else? `nox -s benchmarks -- -k gate_simulated` prints the table.

Runs of 20 metrics on machines whose noise is known (``tests/simulated_gate.py``): 10,000 of 40 blocks, as few of them may raise
an alarm, and 2,000 of what takes longer or is clearer. Seconds are those in which queries of any arm were timed; starting and
warming up comes on top.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from harness.gate.decide import decide
from harness.gate.samples import Block, History, Job
from tests.gate_samples import LATENCY, case, samples, turn
from tests.simulated_gate import BAD, NIGHTLY, QUIET, SHARED, WORSE, Found, Noise, Seen, Setting, simulate

RUNS, FEWER_RUNS = 10_000, 2000
MACHINES = {"quiet": QUIET, "shared": SHARED, "bad": BAD, "worse": WORSE}
ARMS = pytest.mark.parametrize("control", [False, True], ids=["two arms", "with a control"])


@cache
def usual(noise: Noise, control: bool) -> Seen:
    """Return what the gate sees on a machine as it is used."""
    return simulate(Setting(noise, control), RUNS, seed=1)


@cache
def nightly(noise: Noise, control: bool) -> Seen:
    """Return what it sees with more time."""
    return simulate(Setting(noise, control, plan=NIGHTLY), FEWER_RUNS, seed=2)


def _head(control: bool) -> None:
    arms = "with a control" if control else "two arms"
    print(f"\n{arms:<42}  runs  spread  alarms    void    pass    open  caught")


def _told(title: str, seen: Seen, found: Found, within: float | None = None) -> Found:
    runs = found.regressed.shape[1] // seen.setting.metrics
    in_time = "" if within is None else f"{found.caught(within):>9.2%} within {within:.0f} s"
    print(
        f"{title:<40}{runs:>8,}{seen.spread:>8.1%}{found.alarms:>8.2%}{found.void:>8.1%}{found.let_through:>8.2%}"
        f"{found.undecided:>8.1%}{found.caught():>8.1%}{in_time}"
    )
    return found


@ARMS
@pytest.mark.parametrize(("effect", "what"), [(0.0, "nothing changed"), (0.02, "all 20 metrics exactly at tol")])
def test_what_is_tolerated_raises_no_alarm(effect: float, what: str, control: bool) -> None:
    _head(control)
    seen = {name: usual(noise, control) for name, noise in MACHINES.items()}
    found = [_told(f"{name}, {what}", one, one.judged(effect)) for name, one in seen.items()]
    assert max(one.alarms for one in found) <= 0.01


@ARMS
def test_what_is_to_be_caught_is_caught_in_time(control: bool) -> None:
    _head(control)
    shared, bad, long = usual(SHARED, control), nightly(BAD, control), nightly(SHARED, control)
    assert _told("shared, 5 % slower", shared, shared.judged(0.05), 25).caught(25) >= 0.95
    assert _told("shared, 10 % slower", shared, shared.judged(0.10), 20).caught(20) >= 0.99
    finer = long.judged(0.03, tol=0.01, detect=0.03)
    assert _told("shared, 3 % slower, tol 1 and detect 3", long, finer, 45).caught(45) >= 0.90
    assert _told("bad, 5 % slower, 120 blocks", bad, bad.judged(0.05), 60).caught(60) >= 0.90


@ARMS
def test_a_slowdown_of_what_is_to_be_caught_seldom_passes(control: bool) -> None:
    _head(control)
    seen = {name: usual(noise, control) for name, noise in MACHINES.items()}
    found = [_told(f"{name}, 5 % slower", one, one.judged(0.05)) for name, one in seen.items()]
    assert max(one.let_through for one in found) <= 0.05


@ARMS
def test_a_penalty_of_going_first_raises_no_alarm(control: bool) -> None:
    _head(control)
    for penalty in (0.03, 0.05, 0.10):
        seen = simulate(Setting(SHARED, control, penalty), FEWER_RUNS, seed=3)
        found = _told(f"shared, first slices {penalty:.0%} slower", seen, seen.judged())
        assert max(found.alarms, found.void) <= 0.01


def test_a_harness_that_is_not_fair_ends_void() -> None:
    _head(control=True)
    for penalty in (0.03, 0.05, 0.10, -0.03, -0.05, -0.10):
        slow = "baseline" if penalty > 0 else "the others"
        seen = simulate(Setting(SHARED, control=True, penalty=penalty, fixed=True), FEWER_RUNS, seed=4)
        found = _told(f"shared, fixed order, {slow} {abs(penalty):.0%} slower", seen, seen.judged())
        assert found.void >= 0.99
        assert found.alarms <= 0.01


def test_what_a_history_of_jobs_can_tell() -> None:
    metrics = [LATENCY.model_copy(update={"name": f"latency {at}"}) for at in range(20)]
    print("\nsmallest change that earlier jobs can tell, whose figures differ by 2.66 %; 20 metrics")
    for count in (20, 30, 50, 100):
        logs = np.linspace(-1, 1, count)
        figures = 0.01 * np.exp(logs * 0.0266 / logs.std(ddof=1))
        jobs = tuple(Job(environment="here", values={"resnet": {one.name: figure for one in metrics}}) for figure in figures)
        told = samples(
            case(metrics=metrics, blocks=(Block(candidate=turn(0.01)),)), history=History(identities={"here": {}}, jobs=jobs)
        )
        detectable = decide(told).judgements[0].detectable
        print(f"{count:>4} jobs {detectable:>8.1%}")
        assert detectable is not None
        assert detectable > 0.05
