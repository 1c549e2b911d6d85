"""The choice of cores, on planted machines."""

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.measure.cores import choose, cores_in, groups


def machine(root, siblings, capacity=None):
    """Plant the topology: a kernel list of siblings for every core."""
    for core, text in siblings.items():
        (root / f"cpu{core}" / "topology").mkdir(parents=True)
        (root / f"cpu{core}" / "topology" / "thread_siblings_list").write_text(text + "\n")
        if capacity:
            (root / f"cpu{core}" / "cpu_capacity").write_text(f"{capacity[core]}\n")
    return root


@pytest.fixture
def server(tmp_path):
    """Return four cores with two threads each, numbered as servers do: 0 and 4 are siblings."""
    return machine(tmp_path, {core: f"{core % 4},{core % 4 + 4}" for core in range(8)})


@pytest.mark.parametrize(
    ("threads", "chosen"),
    [
        (1, {1}),
        (2, {1, 2}),
        (3, {1, 2, 3}),
        (4, {1, 2, 3, 4}),
        (5, {1, 2, 3, 4, 5}),
        (7, {1, 2, 3, 4, 5, 6, 7}),
        (8, set(range(8))),
        (9, set(range(8))),
    ],
)
def test_physical_cores_come_first_and_the_lowest_last(server, threads, chosen):
    assert choose(threads, set(range(8)), server) == chosen


def test_neighbouring_siblings_are_told_apart_too(tmp_path):
    root = machine(tmp_path, {core: f"{core // 2 * 2}-{core // 2 * 2 + 1}" for core in range(6)})
    assert choose(2, set(range(6)), root) == {2, 4}
    assert choose(3, set(range(6)), root) == {1, 2, 4}
    assert choose(4, set(range(6)), root) == {1, 2, 3, 4}


def test_only_available_cores_are_chosen(server):
    assert choose(2, {0, 4, 5}, server) == {4, 5}
    assert choose(1, {0, 4}, server) == {4}
    assert choose(1, {6}, server) == {6}


def test_fast_cores_come_before_slow_ones_and_slow_ones_before_siblings(tmp_path):
    siblings = {0: "0-1", 1: "0-1", 2: "2-3", 3: "2-3", 4: "4", 5: "5"}
    root = machine(tmp_path, siblings, {0: 1024, 1: 1024, 2: 1024, 3: 1024, 4: 600, 5: 600})
    assert [choose(threads, set(range(6)), root) for threads in (1, 2, 3, 4)] == [{2}, {1, 2}, {1, 2, 4}, {1, 2, 4, 5}]


def test_without_a_topology_every_core_is_one_of_its_own(tmp_path):
    assert choose(1, {0, 1}, tmp_path) == {1}
    assert choose(2, {0, 1, 2}, tmp_path) == {1, 2}
    assert groups({0, 1}, tmp_path) == [{0}, {1}]


@pytest.mark.parametrize(
    ("text", "cores"),
    [
        ("0-3,8\n", {0, 1, 2, 3, 8}),
        ("7", {7}),
        ("", set()),
        ("a-b", set()),
        ("3-", {3}),
        ("-3", set()),
        ("0x2", set()),
        ("99999999999", set()),
    ],
)
def test_a_list_of_the_kernel_is_read_or_nothing(text, cores):
    assert cores_in(text) == cores


@given(text=st.text(max_size=40))
def test_odd_lists_raise_nothing(text):
    assert all(core >= 0 for core in cores_in(text))


@given(
    content=st.lists(st.binary(max_size=12) | st.just(b"0-3\n") | st.just(b"1,2\n"), min_size=4, max_size=4),
    available=st.sets(st.integers(0, 3), min_size=1),
    threads=st.integers(1, 6),
)
def test_whatever_the_topology_says_there_are_as_many_cores_as_threads(tmp_path_factory, content, available, threads):
    root = machine(tmp_path_factory.mktemp("odd"), dict.fromkeys(range(4), ""))
    for core, text in enumerate(content):
        (root / f"cpu{core}" / "topology" / "thread_siblings_list").write_bytes(text)
    chosen = choose(threads, available, root)
    assert chosen <= available
    assert len(chosen) == min(threads, len(available))


def test_the_cores_of_this_machine_can_be_chosen_from():
    available = os.sched_getaffinity(0)
    assert choose(len(available), available) == available
    assert len(choose(1, available)) == 1
