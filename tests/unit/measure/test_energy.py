"""Energy off planted counters: fake sysfs trees and a clock that moves when it is told to."""

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.measure import energy
from harness.measure.energy import Energy, Rapl, counters, idle_power, update_period
from harness.testing import FakeClock

PERIOD = 1 / 1024
"""Seconds between updates of a planted counter; like all times here a sum of powers of two, so that sums are exact."""


class Planted:
    """A counter of ``watts`` that moves every ``period`` seconds."""

    def __init__(self, clock, watts, period=PERIOD, name="planted", essential=True):
        self.clock, self.watts, self.period, self.name, self.essential = clock, watts, period, name, essential

    def read(self):
        return self.watts * self.period * (self.clock() // self.period)


@pytest.fixture
def clock():
    return FakeClock(now=1000.0)


@pytest.fixture(autouse=True)
def exact(monkeypatch):
    monkeypatch.setattr(energy, "LOOK", PERIOD / 8)


def zone(root, folder, name, microjoules, highest=262143328850):
    (root / folder).mkdir(parents=True)
    for file, value in (("name", name), ("energy_uj", microjoules), ("max_energy_range_uj", highest)):
        (root / folder / file).write_text(f"{value}\n")
    return root / folder


def test_joules_and_seconds_are_those_between_start_and_stop(clock):
    under_way = Energy.start([Planted(clock, 16.0)], clock, clock.sleep)
    clock.sleep(2.0)
    assert under_way.stop(idle_power=3.5) == {
        "joules": 32.0,
        "seconds": 2.0,
        "counter": "planted",
        "periods": 2048,
        "idle_power": 3.5,
    }


def test_an_idle_power_that_was_not_measured_is_left_out(clock):
    under_way = Energy.start([Planted(clock, 16.0)], clock, clock.sleep)
    clock.sleep(1.0)
    assert "idle_power" not in under_way.stop()


def test_it_begins_at_an_update_whatever_the_phase(clock):
    for phase in range(8):
        clock.now = 50 + phase * PERIOD / 8
        under_way = Energy.start([Planted(clock, 64.0)], clock, clock.sleep)
        assert under_way.began % PERIOD == 0


@pytest.mark.parametrize(("updates", "told"), [(4.875, None), (5, 5), (5.5, 5), (1024, 1024)])
def test_fewer_than_five_updates_are_no_measurement(clock, updates, told):
    under_way = Energy.start([Planted(clock, 16.0)], clock, clock.sleep)
    clock.sleep(updates * PERIOD)
    found = under_way.stop()
    assert (found and found["periods"]) == told


def test_several_counters_are_added_and_the_slowest_sets_the_period(clock):
    both = [Planted(clock, 16.0, name="a"), Planted(clock, 4.0, period=64 * PERIOD, name="b")]
    under_way = Energy.start(both, clock, clock.sleep)
    clock.sleep(2.0)
    assert under_way.stop() == {"joules": 40.0, "seconds": 2.0, "counter": "a + b", "periods": 32}


def test_the_period_is_found_in_spite_of_one_that_seemed_long(clock):
    waits = iter([PERIOD / 8] * 20 + [8 * PERIOD])
    assert update_period(Planted(clock, 1.0), clock, lambda s: clock.sleep(next(waits, s))) == PERIOD


def test_a_counter_that_stands_still_is_no_counter(clock):
    assert Energy.start([Planted(clock, 0.0)], clock, clock.sleep) is None
    assert Energy.start([Planted(clock, 1.0), Planted(clock, 0.0)], clock, clock.sleep) is None
    assert Energy.start([], clock, clock.sleep) is None


def test_memory_that_stands_still_is_left_out(clock):
    both = [Planted(clock, 16.0, name="package"), Planted(clock, 0.0, name="dram", essential=False)]
    under_way = Energy.start(both, clock, clock.sleep)
    clock.sleep(1.0)
    assert under_way.stop()["counter"] == "package"


def test_a_counter_that_is_lost_on_the_way_gives_nothing(clock):
    planted = Planted(clock, 16.0)
    under_way = Energy.start([planted], clock, clock.sleep)
    clock.sleep(1.0)
    planted.read = lambda: None
    assert under_way.stop() is None


def test_idle_power_is_watts_while_sleeping(clock):
    assert idle_power([Planted(clock, 7.5)], 1.0, clock, clock.sleep) == 7.5
    assert idle_power([Planted(clock, 7.5)], PERIOD, clock, clock.sleep) is None
    assert idle_power([], 1.0, clock, clock.sleep) is None


def test_packages_and_their_memory_are_counted_and_nothing_twice(tmp_path):
    zone(tmp_path, "intel-rapl:0", "package-0", 5_000_000)
    zone(tmp_path, "intel-rapl:0:0", "core", 4_000_000)
    zone(tmp_path, "intel-rapl:0:1", "dram", 3_000_000)
    zone(tmp_path, "intel-rapl:1", "package-1", 2_000_000)
    zone(tmp_path, "intel-rapl:2", "psys", 9_000_000)
    zone(tmp_path, "intel-rapl-mmio:0", "package-0", 5_000_000)
    found = counters("cpu", tmp_path)
    assert [(one.name, one.read()) for one in found] == [
        ("rapl 0 package-0", 5.0),
        ("rapl 1 package-1", 2.0),
        ("rapl 0:1 dram", 3.0),
    ]
    assert [one.essential for one in found] == [True, True, False]


def test_a_counter_that_wraps_goes_on_rising(tmp_path):
    place = zone(tmp_path, "intel-rapl:0", "package-0", 9_000_000, highest=10_000_000)
    counter = Rapl(place)
    read = [counter.read()]
    for microjoules in (9_500_000, 500_000, 400_000):
        (place / "energy_uj").write_text(str(microjoules))
        read.append(counter.read())
    assert read == [9.0, 9.5, 10.5, 20.4]


def test_a_counter_that_wraps_at_an_unknown_value_is_no_longer_known(tmp_path):
    place = zone(tmp_path, "intel-rapl:0", "package-0", 9_000_000, highest="")
    counter = Rapl(place)
    assert counter.read() == 9.0
    (place / "energy_uj").write_text("5")
    assert counter.read() is None


def test_a_measurement_across_a_wrap_is_exact(tmp_path, clock):
    place = zone(tmp_path, "intel-rapl:0", "package-0", 0, highest=10_000_000)

    def sleep(seconds):
        clock.sleep(seconds)
        updates = int(clock.now // PERIOD)
        (place / "energy_uj").write_text(str(updates * 4096 % 10_000_000))

    under_way = Energy.start(counters("cpu", tmp_path), clock, sleep)
    for _ in range(4):
        sleep(1.0)
        under_way.counters[0].read()
    told = under_way.stop()
    assert told["joules"] == pytest.approx(4 * 1024 * 4096 / 1e6, abs=1e-9)
    assert told["periods"] == 4096


def test_where_a_package_cannot_be_read_there_is_no_counter(tmp_path):
    zone(tmp_path, "intel-rapl:0", "package-0", 5_000_000)
    (zone(tmp_path, "intel-rapl:1", "package-1", 1) / "energy_uj").unlink()
    assert counters("cpu", tmp_path) == []


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_where_reading_is_forbidden_there_is_no_counter(tmp_path):
    (zone(tmp_path, "intel-rapl:0", "package-0", 1) / "energy_uj").chmod(0)
    assert counters("cpu", tmp_path) == []


def test_memory_alone_is_no_processor(tmp_path):
    zone(tmp_path, "intel-rapl:0:1", "dram", 1)
    assert counters("cpu", tmp_path) == []


def test_a_machine_without_counters_has_none(tmp_path):
    assert counters("cpu", tmp_path / "powercap") == []


@given(content=st.binary(max_size=40), name=st.sampled_from(["energy_uj", "max_energy_range_uj", "name"]))
def test_odd_content_is_not_known_and_raises_nothing(tmp_path_factory, content, name):
    root = tmp_path_factory.mktemp("odd")
    (zone(root, "intel-rapl:0", "package-0", 5) / name).write_bytes(content)
    for one in counters("cpu", root):
        assert one.read() is None or one.read() >= 0
