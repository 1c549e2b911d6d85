"""Frequency and throttling off fake sysfs trees: what is absent is not known."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.measure.frequency import Speed, reasons, throttled


def core(root, number, **files):
    for name, value in files.items():
        folder = "thermal_throttle" if name.endswith("_count") else "cpufreq"
        (root / f"cpu{number}" / folder).mkdir(parents=True, exist_ok=True)
        (root / f"cpu{number}" / folder / name).write_text(f"{value}\n")


def test_frequencies_are_hertz_by_core_and_events_are_counts(tmp_path):
    core(tmp_path, 0, scaling_cur_freq=2800123, scaling_max_freq=3500000, core_throttle_count=3, package_throttle_count=4)
    core(tmp_path, 10, scaling_cur_freq=800000)
    (tmp_path / "cpufreq").mkdir()
    (tmp_path / "cpuidle").mkdir()
    (tmp_path / "cpu3d").mkdir()
    assert Speed.now(tmp_path) == Speed(
        frequency={0: 2800123e3, 10: 8e8},
        allowed={0: 3.5e9},
        events={"cpu0/core_throttle_count": 3, "cpu0/package_throttle_count": 4},
    )


def test_a_machine_without_these_files_is_not_known(tmp_path):
    nothing = Speed.now(tmp_path)
    assert nothing == Speed()
    assert reasons(nothing, nothing) is None
    assert throttled(nothing, nothing) is None


def test_counters_that_stood_still_are_no_throttling(tmp_path):
    core(tmp_path, 0, core_throttle_count=7, package_throttle_count=7, scaling_cur_freq=3000000)
    before = Speed.now(tmp_path)
    core(tmp_path, 0, scaling_cur_freq=800000)
    assert reasons(before, Speed.now(tmp_path)) == []
    assert throttled(before, Speed.now(tmp_path)) is False


def test_events_of_cores_and_packages_are_told_apart(tmp_path):
    for number in range(3):
        core(tmp_path, number, core_throttle_count=1, package_throttle_count=1)
    before = Speed.now(tmp_path)
    core(tmp_path, 0, core_throttle_count=3)
    core(tmp_path, 2, core_throttle_count=6)
    after = Speed.now(tmp_path)
    assert throttled(before, after) is True
    assert reasons(before, after) == ["a core was throttled for its temperature: up to 5 times, seen by 2 cores"]
    core(tmp_path, 1, package_throttle_count=2)
    assert "a processor package was throttled for its temperature: up to 1 times, seen by 1 cores" in reasons(
        before, Speed.now(tmp_path)
    )


def test_a_limit_that_was_lowered_is_a_reason_and_one_that_was_not_proves_nothing(tmp_path):
    core(tmp_path, 0, scaling_max_freq=3500000)
    before = Speed.now(tmp_path)
    assert throttled(before, Speed.now(tmp_path)) is None
    core(tmp_path, 0, scaling_max_freq=1200000)
    after = Speed.now(tmp_path)
    assert reasons(before, after) == ["the highest frequency allowed was lowered on 1 cores, to 1200 MHz"]
    assert throttled(after, before) is None


def test_counters_that_appear_later_tell_nothing_of_before(tmp_path):
    before = Speed.now(tmp_path)
    core(tmp_path, 0, core_throttle_count=9)
    assert throttled(before, Speed.now(tmp_path)) is None


@pytest.mark.parametrize("name", ["scaling_cur_freq", "scaling_max_freq", "core_throttle_count"])
@given(content=st.binary(max_size=30))
def test_odd_content_is_not_known(tmp_path_factory, name, content):
    root = tmp_path_factory.mktemp("odd")
    core(root, 0, **{name: ""})
    (next(root.glob(f"cpu0/*/{name}"))).write_bytes(content)
    found = Speed.now(root)
    values = [*found.frequency.values(), *found.allowed.values(), *found.events.values()]
    assert all(value >= 0 for value in values)
    assert reasons(found, found) in (None, [])


def test_this_machine_is_read():
    now = Speed.now()
    assert all(hertz > 1e6 for hertz in now.frequency.values())
