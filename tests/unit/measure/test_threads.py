"""Which threads work: from planted figures, and from threads that are there."""

import threading

import numpy as np
import pytest

from harness.measure.threads import cpu_times, working


@pytest.mark.parametrize(
    ("used", "count"),
    [
        ({"main": 1.0}, 1),
        ({"main": 1.0, "one": 0.9, "two": 0.5, "three": 0.11, "four": 0.09}, 4),
        ({"main": 0.01, "one": 1.0}, 1),
        ({"main": 0.01, "one": 1.0, "two": 1.0}, 2),
        ({"main": 1.0, "idle": 0.0}, 1),
        ({"main": 0.0, "idle": 0.0}, 0),
        ({}, 0),
    ],
)
def test_a_thread_works_if_it_used_a_tenth_of_what_the_busiest_one_did(used, count):
    before = dict.fromkeys(used, 5.0)
    assert working(before, {name: 5.0 + seconds for name, seconds in used.items()}) == count


def test_what_a_thread_did_before_does_not_count():
    assert working({"main": 100.0, "old": 50.0}, {"main": 100.5, "old": 50.0}) == 1


def test_a_thread_that_began_in_between_counts_and_one_that_ended_does_not():
    assert working({"main": 1.0, "ended": 7.0}, {"main": 2.0, "new": 0.8}) == 2


def tasks(folder, **figures):
    for name, text in figures.items():
        (folder / name).mkdir()
        if text is not None:
            (folder / name / "schedstat").write_text(text)
    return folder


def test_the_kernel_tells_the_nanoseconds_of_each_thread(tmp_path):
    assert cpu_times(tasks(tmp_path, a="1500000000 77 3\n", b="0 0 0\n")) == {"a": 1.5, "b": 0.0}


def test_a_thread_that_ended_or_has_no_figures_is_left_out(tmp_path):
    assert cpu_times(tasks(tmp_path, gone=None, empty="", odd="x y z", a="1000000000 0 1")) == {"a": 1.0}


def test_a_kernel_without_such_figures_tells_nothing(tmp_path):
    assert cpu_times(tmp_path / "none") == {}


@pytest.mark.skipif(not cpu_times(), reason="this kernel does not tell the time of each thread")
@pytest.mark.parametrize("count", [1, 3])
def test_threads_that_compute_are_counted_and_one_that_waits_for_them_is_not(count):
    """Each computes until it has used so much itself, however busy the machine is."""

    def work():
        numbers = np.ones(2**16)
        me = str(threading.get_native_id())
        while cpu_times()[me] < 0.05:
            np.sin(numbers)
        done.wait(60)
        seen.wait(60)

    done, seen = (threading.Barrier(count + 1) for _ in range(2))
    several = [threading.Thread(target=work) for _ in range(count)]
    before = cpu_times()
    for thread in several:
        thread.start()
    done.wait(60)
    after = cpu_times()
    seen.wait(60)
    for thread in several:
        thread.join()
    assert working(before, after) == count
