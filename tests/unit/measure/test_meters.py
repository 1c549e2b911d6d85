"""All meters around one timing: when each is read, and what is told of it."""

import json
import os
from dataclasses import replace

import pytest

from harness.measure import contention, energy, frequency, meters, quota
from harness.measure.meters import IDLE_SECONDS, Meters
from harness.testing import FakeClock


def test_meters_tell_the_usage_and_the_threads_of_this_process():
    measured = Meters("cpu", with_energy=False)
    measured.start()
    sum(range(2_000_000))
    told = measured.read()
    assert told["usage"]["cpu"] > 0
    assert told["usage"]["wall"] > 0
    assert told["threads"] >= 0
    assert {"energy", "gpu"}.isdisjoint(told)
    assert json.loads(json.dumps(told, allow_nan=False)) == told


class Meter:
    """A counter of one joule a millisecond, on a fake clock."""

    name, essential = "planted", True

    def __init__(self, clock):
        self.clock = clock

    def read(self):
        return float(int(self.clock() * 1000 + 1e-6))


@pytest.fixture
def planted(monkeypatch):
    """Let a fake clock drive all meters; ``asked`` are the devices that energy was asked of."""
    clock, asked = FakeClock(), []
    speeds = [frequency.Speed(events={"cpu0/core_throttle_count": n}) for n in (3, 5)]
    monkeypatch.setattr(frequency.Speed, "now", lambda: speeds.pop(0))
    cuts = [7, 8]
    monkeypatch.setattr(quota, "cuts", lambda: cuts.pop(0))
    begin, idle = energy.Energy.start, energy.idle_power
    times = (clock, clock.sleep)
    monkeypatch.setattr(energy, "counters", lambda device: [asked.append(device), Meter(clock)][1:])
    monkeypatch.setattr(energy.Energy, "start", lambda counters, *_: begin(counters, *times))
    monkeypatch.setattr(energy, "idle_power", lambda counters, seconds: idle(counters, seconds, *times))
    now = contention.Usage.now()
    monkeypatch.setattr(contention.Usage, "now", lambda: replace(now, wall=clock(), cpu=clock() / 2))
    threads = [{"1": 0.0}, {"1": 1.0, "2": 0.9}]
    monkeypatch.setattr(meters.threads, "cpu_times", lambda: threads.pop(0))
    return clock, asked


def test_what_happens_between_start_and_read_is_told_and_nothing_else(planted):
    clock, asked = planted
    measured = Meters("cpu", with_energy=True)
    clock.sleep(100)
    measured.start()
    clock.sleep(2)
    told = measured.read()
    assert asked == ["cpu"]
    assert (told["usage"]["wall"], told["usage"]["cpu"]) == (pytest.approx(2), pytest.approx(1))
    assert told["energy"]["joules"] == pytest.approx(2000, abs=2)
    assert told["energy"]["seconds"] == pytest.approx(2, abs=0.002)
    assert told["energy"]["idle_power"] == pytest.approx(1000, rel=0.02)
    assert told["threads"] == 2
    assert told["throttled"] == [
        "a core was throttled for its temperature: up to 2 times, seen by 1 cores",
        "the container's CPU quota stopped it 1 times",
    ]


def test_idle_power_is_looked_at_before_the_timing_and_not_in_it(planted):
    clock, _ = planted
    measured = Meters("cpu", with_energy=True)
    assert clock() > IDLE_SECONDS["cpu"]
    ready = clock()
    measured.start()
    assert clock() - ready < IDLE_SECONDS["cpu"] / 10


def test_energy_is_asked_for_only_where_it_is_wanted(planted):
    clock, asked = planted
    measured = Meters("cpu", with_energy=False)
    measured.start()
    clock.sleep(2)
    assert "energy" not in measured.read()
    assert asked == []


def test_without_a_counter_nothing_is_said_of_energy_and_nothing_waited_for(planted, monkeypatch):
    clock, _ = planted
    monkeypatch.setattr(energy, "counters", lambda device: [])
    measured = Meters("cpu", with_energy=True)
    measured.start()
    assert clock() == 0
    clock.sleep(2)
    assert "energy" not in measured.read()


@pytest.mark.parametrize(
    ("cuts", "events", "told"),
    [
        ((None, None), {}, None),
        ((7, 7), {}, []),
        ((None, None), {"cpu0/core_throttle_count": 3}, []),
        ((7, 9), {}, ["the container's CPU quota stopped it 2 times"]),
    ],
)
def test_nothing_is_said_of_throttling_only_where_nothing_is_known(planted, monkeypatch, cuts, events, told):
    figures = list(cuts)
    monkeypatch.setattr(quota, "cuts", lambda: figures.pop(0))
    monkeypatch.setattr(frequency.Speed, "now", lambda: frequency.Speed(events=events))
    measured = Meters("cpu", with_energy=False)
    measured.start()
    assert measured.read().get("throttled") == told


class Gpu:
    """A GPU whose driver tells planted figures."""

    def __init__(self, words):
        self.words = words

    def read(self, process):
        return {"memory_process": process, "throttle": self.words}


def test_a_gpu_tells_of_this_process_after_the_timing(planted, monkeypatch):
    monkeypatch.setattr(meters, "_open", lambda device: Gpu([]) if device == "cuda:0" else None)
    measured = Meters("cuda:0", with_energy=False)
    measured.start()
    assert measured.read()["gpu"]["memory_process"] == os.getpid()


@pytest.mark.parametrize(("words", "told"), [(["hardware slowdown"], ["GPU: hardware slowdown"]), (["idle"], []), ([], [])])
def test_a_gpu_that_slowed_itself_is_told_beside_the_processor(planted, monkeypatch, words, told):
    monkeypatch.setattr(meters, "_open", lambda device: Gpu(words))
    monkeypatch.setattr(quota, "cuts", lambda: None)
    monkeypatch.setattr(frequency.Speed, "now", frequency.Speed)
    measured = Meters("cuda:0", with_energy=False)
    measured.start()
    assert measured.read()["throttled"] == told


def test_a_gpu_whose_driver_tells_nothing_is_left_out(planted, monkeypatch):
    monkeypatch.setattr(meters, "_open", lambda device: None)
    measured = Meters("cuda:0", with_energy=False)
    measured.start()
    assert "gpu" not in measured.read()
