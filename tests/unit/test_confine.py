"""What a process does to itself before it works, seen from outside."""

import os
import subprocess
import sys
import time

import psutil
import pytest


def seen(code):
    """Return exit status and output of a process that runs ``code``."""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=60)
    return done.returncode, done.stdout.strip()


def test_a_process_whose_parent_is_another_than_it_was_told_ends_at_once():
    code = "import os, sys; from harness.confine import die_with_parent; die_with_parent({}); print('alive')"
    assert seen(code.format("os.getppid() + 1")) == (1, "")
    assert seen(code.format("os.getppid()")) == (0, "alive")


def test_a_parent_that_is_process_one_is_a_parent_like_any_other():
    code = "import os; os.getppid = lambda: 1; from harness.confine import die_with_parent; die_with_parent(1); print('alive')"
    assert seen(code) == (0, "alive")


def test_a_killed_parent_takes_its_measuring_process_along():
    """The grandchild tells its id, the child kills itself, and the grandchild is gone."""
    inner = (
        "import time; from harness.confine import die_with_parent; die_with_parent(); print('ready', flush=True); time.sleep(600)"
    )
    outer = (
        "import os, signal, subprocess, sys\n"
        f"p = subprocess.Popen([sys.executable, '-c', {inner!r}], stdout=subprocess.PIPE, start_new_session=True)\n"
        "p.stdout.readline(); print(p.pid, flush=True); os.kill(os.getpid(), signal.SIGKILL)"
    )
    _, pid = seen(outer)
    for _ in range(100):
        if not psutil.pid_exists(int(pid)) or psutil.Process(int(pid)).status() == psutil.STATUS_ZOMBIE:
            return
        time.sleep(0.05)
    pytest.fail("the measuring process outlives its parent")


def test_a_limit_above_what_the_process_may_have_at_all_is_cut_to_that():
    code = (
        "import resource as r; from harness.confine import limit_memory\n"
        "limit_memory(4e9); limit_memory(8e9); limit_memory(None); print(r.getrlimit(r.RLIMIT_DATA))"
    )
    assert seen(code) == (0, "(4000000000, 4000000000)")


def test_memory_beyond_the_limit_is_refused():
    code = (
        "from harness.confine import limit_memory\nlimit_memory(3e8)\n"
        "try: bytearray(400_000_000)\nexcept MemoryError: print('refused')"
    )
    assert seen(code) == (0, "refused")


def test_a_process_and_the_threads_it_starts_stay_on_their_cores():
    core = max(os.sched_getaffinity(0))
    code = (
        "import os, threading; from harness.confine import pin\n"
        f"pin([{core}])\n"
        "told = [os.sched_getaffinity(0)]\n"
        "thread = threading.Thread(target=lambda: told.append(os.sched_getaffinity(0)))\n"
        "thread.start(); thread.join(); print(told)"
    )
    assert seen(code) == (0, str([{core}, {core}]))


def test_a_process_without_cores_of_its_own_stays_where_it_is():
    code = "import os; from harness.confine import pin; pin(()); print(sorted(os.sched_getaffinity(0)))"
    assert seen(code) == (0, str(sorted(os.sched_getaffinity(0))))


def test_it_imports_nothing_that_is_not_pythons_own():
    code = (
        "import sys; before = set(sys.modules); import harness.confine\n"
        "new = {name.partition('.')[0] for name in set(sys.modules) - before}\n"
        "print(sorted(new - sys.stdlib_module_names))"
    )
    assert seen(code) == (0, "['harness']")
