"""Measuring processes, for real: what crashes, hangs, leaves or takes too much becomes a classified failure."""

import io
import json
import subprocess
import sys
import time

import numpy as np
import psutil
import pytest

from harness import launch
from harness.errors import JobError
from harness.testing import REFERENCE_SHAPE, write_reference

AS_IS = {"scale": 1.0, "mean": [0.0], "std": [1.0], "layout": "as_is"}
SIZING = {"min_queries": 20, "min_time": 0.0, "max_queries": 20, "max_time": 0.1, "hard_time": 5.0}


@pytest.fixture
def job(tmp_path):
    """Make a job for the fake door; its test split has 20 rows."""
    (tmp_path / "inputs").mkdir()
    np.save(tmp_path / "inputs" / "samples.npy", (np.arange(20) % 4).astype(np.float32).reshape(20, 1))

    def made(memory_limit=None, **options):
        return {
            "artifact": str(tmp_path),
            "door": "harness.testing:load_fake",
            "options": options,
            "device": "cpu",
            "inputs": str(tmp_path / "inputs"),
            "preprocess": AS_IS,
            "classes": 4,
            "batch_size": 1,
            "fixed_batch": None,
            "scenarios": {"single_stream": "harness.scenarios.back_to_back:single_stream"},
            "evaluate": True,
            "sizing": SIZING,
            "memory_limit": memory_limit,
        }

    return made


def failure(job, folder, limit=60.0):
    with pytest.raises(JobError) as caught:
        launch.measure(job, limit, folder / "jobs")
    assert not list((folder / "jobs").iterdir())
    return caught.value


def test_a_good_run_leaves_its_findings_and_samples_and_nothing_else(job, tmp_path):
    outcome = launch.measure(job(latency=0.004), 60, tmp_path / "jobs")
    assert outcome.found["single_stream"]["queries"] == 20
    with np.load(io.BytesIO(outcome.samples)) as samples:
        assert samples["single_stream"].min() >= 0.004
        assert (samples["predictions"].argmax(axis=1) == np.arange(20) % 4).all()
    assert outcome.memory
    assert max(used for _, used in outcome.memory) > 5e6
    assert not list((tmp_path / "jobs").iterdir())


def test_a_crash_is_told_by_its_signal_and_stage(job, tmp_path):
    told = failure(job(fault="crash", at=5), tmp_path)
    assert (told.kind, told.stage, told.message) == ("crashed", "measure", "ended by SIGSEGV")


def test_a_hang_is_ended_with_all_that_it_started(job, tmp_path):
    note = tmp_path / "child"
    told = failure(job(fault="hang", note=str(note)), tmp_path, limit=3.0)
    assert (told.kind, told.stage, told.message) == ("timed_out", "warm_up", "no end after 3 s")
    child = int(note.read_text())
    for _ in range(100):
        if not psutil.pid_exists(child) or psutil.Process(child).status() == psutil.STATUS_ZOMBIE:
            break
        time.sleep(0.05)
    else:
        pytest.fail("the child outlives the process that started it")


@pytest.mark.parametrize("status", [0, 3])
def test_a_process_that_leaves_without_a_result_crashed_and_its_last_words_are_kept(job, tmp_path, status):
    told = failure(job(fault="exit", status=status), tmp_path)
    assert (told.kind, told.message) == ("crashed", f"ended with exit status {status} and no result")
    assert told.log.strip() == "leaving without a result"


def test_more_memory_than_allowed_is_out_of_memory(job, tmp_path):
    told = failure(job(fault="memory", memory_limit=8e8), tmp_path)
    assert (told.kind, told.stage) == ("out_of_memory", "warm_up")


def test_what_the_process_says_of_its_failure_is_passed_on(job, tmp_path):
    told = failure(job(fault="nan"), tmp_path)
    assert (told.kind, told.stage) == ("nan_output", "warm_up")
    assert "not finite" in told.message


def test_a_door_that_is_not_there_is_a_failure_and_no_traceback(job, tmp_path):
    told = failure(job() | {"door": "no_such_package:load"}, tmp_path)
    assert (told.kind, told.stage) == ("missing_package", "load")


@pytest.mark.parametrize(
    ("code", "kind", "words"),
    [
        (-9, "out_of_memory", "SIGKILL"),
        (-11, "crashed", "SIGSEGV"),
        (-6, "crashed", "SIGABRT"),
        (-35, "crashed", "signal 35"),
        (1, "crashed", "status 1"),
    ],
)
def test_a_silent_end_is_told_by_its_status(code, kind, words):
    found, message = launch.died(code)
    assert found == kind
    assert words in message


def test_the_end_of_a_long_log_is_kept(tmp_path):
    (tmp_path / "log").write_bytes(b"x" * 10_000 + b"\xff the end")
    assert launch.tail(tmp_path / "log").endswith("the end")
    assert len(launch.tail(tmp_path / "log")) == launch.LOG_CHARACTERS
    assert launch.tail(tmp_path / "none") == ""


def test_the_memory_limit_is_the_suites_or_most_of_what_is_free():
    assert launch.memory_limit(5e9) == 5_000_000_000
    assert 0 < launch.memory_limit(None) <= psutil.virtual_memory().total


def worker(code, *arguments):
    seen = subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=False, timeout=60)
    return seen.returncode, seen.stdout.strip(), seen.stderr


LOADED = """
import sys
from pathlib import Path
from harness.worker import main
status = main(Path(sys.argv[1]))
print(status, [name for name in ("torch", "pydantic", "optuna", "sqlalchemy", "onnx", "sklearn", "PIL") if name in sys.modules])
"""


@pytest.mark.parametrize(
    "door", ["harness.testing:load_fake", "harness.runtimes.onnx_runtime:load", "harness.runtimes.openvino_runtime:load"]
)
def test_the_measuring_process_loads_its_runtime_and_nothing_else_that_is_heavy(job, tmp_path, door):
    write_reference(tmp_path, "onnx")
    np.save(tmp_path / "inputs" / "samples.npy", np.zeros((20, *REFERENCE_SHAPE), np.float32))
    place = tmp_path / "job"
    place.mkdir()
    (place / "job.json").write_text(json.dumps(job() | {"door": door}))
    assert worker(LOADED, str(place / "job.json"))[:2] == (0, "0 []")


def test_a_process_whose_parent_is_another_than_it_was_told_ends_at_once():
    code = "import os, sys; from harness.worker import die_with_parent; die_with_parent({}); print('alive')"
    assert worker(code.format("os.getppid() + 1"))[:2] == (1, "")
    assert worker(code.format("os.getppid()"))[:2] == (0, "alive")


def test_a_parent_that_is_process_one_is_a_parent_like_any_other():
    code = "import os; os.getppid = lambda: 1; from harness.worker import die_with_parent; die_with_parent(1); print('alive')"
    assert worker(code)[:2] == (0, "alive")


def test_a_killed_parent_takes_its_measuring_process_along():
    """The grandchild tells its id, the child kills itself, and the grandchild is gone."""
    inner = (
        "import time; from harness.worker import die_with_parent; die_with_parent(); print('ready', flush=True); time.sleep(600)"
    )
    outer = (
        "import os, signal, subprocess, sys\n"
        f"p = subprocess.Popen([sys.executable, '-c', {inner!r}], stdout=subprocess.PIPE, start_new_session=True)\n"
        "p.stdout.readline(); print(p.pid, flush=True); os.kill(os.getpid(), signal.SIGKILL)"
    )
    _, pid, _ = worker(outer)
    for _ in range(100):
        if not psutil.pid_exists(int(pid)) or psutil.Process(int(pid)).status() == psutil.STATUS_ZOMBIE:
            return
        time.sleep(0.05)
    pytest.fail("the measuring process outlives its parent")


def test_a_limit_above_what_the_process_may_have_at_all_is_cut_to_that():
    code = (
        "import resource as r; from harness.worker import limit_memory\n"
        "limit_memory(4e9); limit_memory(8e9); limit_memory(None); print(r.getrlimit(r.RLIMIT_DATA))"
    )
    assert worker(code)[:2] == (0, "(4000000000, 4000000000)")
