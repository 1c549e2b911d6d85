"""Measuring processes, for real: what crashes, hangs, leaves or takes too much becomes a classified failure."""

import io
import json
import subprocess
import sys
import time

import numpy as np
import psutil
import pytest

from harness import faults, launch
from harness.errors import JobError
from harness.testing import REFERENCE_SHAPE, write_reference

AS_IS = {"scale": 1.0, "mean": [0.0], "std": [1.0], "layout": "as_is"}
SIZING = {"min_queries": 20, "min_time": 0.0, "max_queries": 20, "max_time": 0.1, "hard_time": 5.0, "batch_size": 1}
CLASSES = np.arange(50) % 4


@pytest.fixture
def job(tmp_path):
    """Make a job for the fake door; its test split has 50 rows."""
    (tmp_path / "inputs").mkdir()
    np.save(tmp_path / "inputs" / "samples.npy", CLASSES.astype(np.float32).reshape(-1, 1))
    np.save(tmp_path / "inputs" / "labels.npy", CLASSES)
    np.save(tmp_path / "reference.npy", np.eye(4, dtype=np.float32)[CLASSES[:32]])

    def made(memory_limit=None, threads=1, **options):
        return {
            "artifact": str(tmp_path),
            "reference": "reference.npy",
            "door": "harness.testing:load_fake",
            "options": options,
            "device": "cpu",
            "threads": threads,
            "cores": [],
            "inputs": str(tmp_path / "inputs"),
            "originals": "",
            "end_to_end": False,
            "preprocess": AS_IS,
            "classes": 4,
            "batch_size": 1,
            "fixed_batch": None,
            "scenarios": {
                "single_stream": {"door": "harness.scenarios.back_to_back:single_stream", "options": {}, "sizing": SIZING}
            },
            "probe": None,
            "profile": None,
            "explain": None,
            "own_metric": None,
            "corrupted": None,
            "evaluate": True,
            "subset": None,
            "memory_limit": memory_limit,
            "environment": {},
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
        assert (samples["predictions"].argmax(axis=1) == CLASSES).all()
        assert (samples["labels"] == CLASSES).all()
    assert outcome.memory
    assert max(used for _, used in outcome.memory) > 5e6
    assert not list((tmp_path / "jobs").iterdir())


def test_a_crash_is_told_by_its_signal_and_stage(job, tmp_path):
    told = failure(job(fault="crash", at=40), tmp_path)
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


def test_a_process_that_is_killed_is_told_apart_from_one_that_ran_out_of_memory(job, tmp_path, monkeypatch):
    """The fake kills itself: the kernel counts no kill for memory, so none is claimed where it keeps a count."""
    monkeypatch.setattr(launch, "kills_for_memory", lambda: 2**62)
    monkeypatch.setattr(faults, "kills_for_memory", lambda: 2**62)
    told = failure(job(fault="killed"), tmp_path)
    assert (told.kind, told.stage) == ("killed", "warm_up")
    monkeypatch.setattr(faults, "kills_for_memory", lambda: 2**62 + 1)
    assert failure(job(fault="killed"), tmp_path).kind == "out_of_memory"


@pytest.mark.parametrize("threads", [1, 2])
def test_libraries_are_told_how_many_threads_to_start_before_they_are_loaded(job, tmp_path, threads):
    outcome = launch.measure(job(threads=threads, tell="OMP_NUM_THREADS"), 60, tmp_path / "jobs")
    assert outcome.found["settings"]["told"] == str(threads)


def test_a_cold_start_begins_before_the_process_does(job, tmp_path):
    """Within what this test can know: it is longer than loading and the first query, and shorter than the whole."""
    began = time.monotonic()
    found = launch.measure(job(load=0.05, first=0.05), 60, tmp_path / "jobs").found
    assert 0.1 < found["load_time"] + found["first_query"] < found["cold_start"] < time.monotonic() - began


def test_the_end_of_a_long_log_is_kept(tmp_path):
    (tmp_path / "log").write_bytes(b"x" * 10_000 + b"\xff the end")
    assert launch.tail(tmp_path / "log").endswith("the end")
    assert len(launch.tail(tmp_path / "log")) == launch.LOG_CHARACTERS
    assert launch.tail(tmp_path / "none") == ""


def test_the_memory_limit_is_the_suites_or_most_of_what_is_free():
    assert launch.memory_limit(5e9) == 5_000_000_000
    assert 0 < launch.memory_limit(None) <= psutil.virtual_memory().total


LOADED = """
import sys
from pathlib import Path
from harness.worker import main
HEAVY = ("torch", "pydantic", "optuna", "sqlalchemy", "onnx", "sklearn", "PIL", "scipy", "mlperf_loadgen", "pynvml")
status = main(Path(sys.argv[1]))
print(status, [name for name in HEAVY if name in sys.modules])
"""


@pytest.mark.parametrize(
    "door", ["harness.testing:load_fake", "harness.runtimes.onnx_runtime:load", "harness.runtimes.openvino_runtime:load"]
)
def test_the_measuring_process_loads_its_runtime_and_nothing_else_that_is_heavy(job, tmp_path, door):
    write_reference(tmp_path, "onnx")
    np.save(tmp_path / "inputs" / "samples.npy", np.zeros((50, *REFERENCE_SHAPE), np.float32))
    np.save(tmp_path / "reference.npy", np.empty((0, 0)))
    place = tmp_path / "job"
    place.mkdir()
    (place / "job.json").write_text(json.dumps(job() | {"door": door, "started": 0.0}))
    seen = subprocess.run([sys.executable, "-c", LOADED, place / "job.json"], capture_output=True, text=True, check=True)
    assert seen.stdout.strip() == "0 []"


def test_a_process_has_the_environment_of_its_job(job, tmp_path):
    asked = job(tell="PLANTED") | {"environment": {"PLANTED": "here"}}
    assert launch.measure(asked, 60, tmp_path / "jobs").found["settings"]["told"] == "here"
