"""The measuring process, driven inside this one: time is a fake clock, the model a fake session with a planted truth."""

import json
from pathlib import Path

import numpy as np
import pytest

from harness import worker
from harness.errors import InputError, JobError, UnavailableError
from harness.testing import FakeClock, FakeSession, fakes
from harness.worker import Job, batches, check, classify, describe, evaluate

AS_IS = {"scale": 1.0, "mean": (0.0,), "std": (1.0,), "layout": "as_is"}
LABELS = np.arange(100) % 4


@pytest.fixture
def inputs(tmp_path):
    """A test split of 100 rows whose first number is their class."""
    place = tmp_path / "inputs"
    place.mkdir()
    np.save(place / "samples.npy", np.stack([LABELS, np.arange(100)], axis=1).astype(np.float32))
    np.save(place / "labels.npy", LABELS)
    return place


@pytest.fixture
def job(tmp_path, inputs):
    """Write a job for the fake door."""

    def made(evaluates=True, batch=1, scenarios=("single_stream", "offline"), fixed=None, **options):
        folder = tmp_path / "job"
        folder.mkdir()
        wish = {
            "artifact": str(tmp_path),
            "door": "harness.testing:load_fake",
            "options": options,
            "device": "cpu",
            "inputs": str(inputs),
            "preprocess": AS_IS,
            "classes": 4,
            "batch_size": batch,
            "fixed_batch": fixed,
            "scenarios": {name: f"harness.scenarios.back_to_back:{name}" for name in scenarios},
            "evaluate": evaluates,
            "sizing": {"min_queries": 64, "min_time": 0.3, "max_queries": 662, "max_time": 1.0, "hard_time": 20.0},
            "memory_limit": None,
        }
        (folder / "job.json").write_text(json.dumps(wish))
        return Job(folder / "job.json")

    return made


@pytest.fixture
def clock(monkeypatch):
    """Let the worker and the fake session live by one fake clock."""
    time = FakeClock()
    monkeypatch.setattr(worker, "time", time)
    monkeypatch.setattr(fakes, "time", time)
    return time


def test_planted_times_are_read_exactly(job, clock):
    made = job(latency=2**-7, load=0.5, first=0.25)
    worker.measure(made)
    assert made.found["load_time"] == 0.5
    assert made.found["first_query"] == 0.25 + 2**-7
    for name in ("single_stream", "offline"):
        assert set(made.samples[name]) == {2**-7}
        assert made.found[name]["queries"] == len(made.samples[name]) == 128
        assert made.found[name]["stop"] == "max_time"
        assert len(made.samples[f"{name}_warm_up"]) == 10


def test_accuracy_is_taken_on_every_sample_in_order(job, clock):
    made = job(scenarios=(), latency=0.001)
    worker.measure(made)
    assert made.samples["predictions"].shape == (100, 4)
    assert (made.samples["predictions"].argmax(axis=1) == LABELS).all()


def test_only_what_is_asked_for_is_measured(job, clock):
    made = job(evaluates=False, scenarios=("offline",), latency=0.001)
    worker.measure(made)
    assert set(made.samples) == {"offline", "offline_warm_up"}
    assert {"load_time", "first_query", "memory_peak", "settings"} <= set(made.found)


def test_settings_are_those_the_session_reads_back(job, clock):
    made = job(latency=0.001, threads=7)
    worker.measure(made)
    assert made.found["settings"] == {"threads": 7}


@pytest.mark.parametrize(
    ("options", "kind", "stage", "words"),
    [
        ({"fault": "nan"}, "nan_output", "warm_up", "1 of 1 samples got scores that are not finite"),
        ({"fault": "nan", "at": 20}, "nan_output", "measure", "not finite"),
        ({"fault": "shape"}, "wrong_output", "warm_up", "expected scores of shape (1, 4), got (1, 3)"),
        ({"classes": 5}, "wrong_output", "warm_up", "got (1, 5)"),
        ({"fault": "raise", "message": "std::bad_alloc"}, "out_of_memory", "warm_up", "RuntimeError: std::bad_alloc"),
        (
            {"fault": "raise", "message": "[ONNXRuntimeError] : 9 : NOT_IMPLEMENTED : x"},
            "unsupported",
            "warm_up",
            "NOT_IMPLEMENTED",
        ),
        ({"fault": "raise", "message": "line one\n  line two", "at": 30}, "failed", "measure", "line one line two"),
    ],
)
def test_what_goes_wrong_is_written_down_with_its_kind_and_stage(job, clock, monkeypatch, options, kind, stage, words):
    monkeypatch.setattr(worker, "die_with_parent", lambda *_: None)
    made = job(latency=0.001, **options)
    assert worker.main(made.folder / "job.json") == 1
    told = json.loads((made.folder / "error.json").read_text())
    assert told["kind"] == kind
    assert words in told["message"]
    assert "\n" not in told["message"]
    assert (made.folder / "stage").read_text() == stage
    assert not (made.folder / "result.json").exists()


def test_a_result_is_written_whole(job, clock, monkeypatch):
    monkeypatch.setattr(worker, "die_with_parent", lambda *_: None)
    made = job(latency=0.001)
    assert worker.main(made.folder / "job.json") == 0
    assert {path.name for path in made.folder.iterdir()} == {"job.json", "stage", "result.json", "samples.npz"}
    with np.load(made.folder / "samples.npz") as samples:
        assert samples["predictions"].shape == (100, 4)


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (JobError("nan_output", "", "x"), "nan_output"),
        (UnavailableError("x"), "missing_package"),
        (ModuleNotFoundError("x"), "missing_package"),
        (InputError("x"), "bad_input"),
        (MemoryError(), "out_of_memory"),
        (RuntimeError("CUDA out of memory. Tried to allocate 2 GiB"), "out_of_memory"),
        (RuntimeError("[enforce fail at alloc_cpu.cpp] DefaultCPUAllocator: can't allocate memory"), "out_of_memory"),
        (NotImplementedError(), "unsupported"),
        (RuntimeError("Check 'false' failed: No conversion rule found for operations: TreeEnsemble"), "unsupported"),
        (RuntimeError("INVALID_ARGUMENT : Got invalid dimensions for input: x"), "bad_input"),
        (ValueError("anything else"), "failed"),
    ],
)
def test_an_exception_is_classified_by_its_type_and_then_by_its_words(error, kind):
    assert classify(error) == kind


def test_a_description_is_one_line_with_the_type_unless_it_is_our_own():
    assert describe(ValueError("a\n b")) == "ValueError: a b"
    assert describe(MemoryError()) == "MemoryError: MemoryError"
    assert describe(InputError("a line")) == "a line"
    assert len(describe(ValueError("x" * 5000))) < 700


def test_batches_hold_samples_in_order_and_repeat_them_when_there_are_too_few():
    raw = np.arange(10, dtype=np.float32).reshape(10, 1)
    made = batches(raw, AS_IS, 4)
    assert [batch.ravel().tolist() for batch in made] == [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9, 0, 1]]
    (large,) = batches(raw, AS_IS, 25)
    assert large.ravel().tolist() == [float(i % 10) for i in range(25)]


def test_the_pool_is_bounded_in_batches_and_bytes():
    assert len(batches(np.zeros((5000, 1), np.float32), AS_IS, 1)) == worker.POOL_BATCHES
    big = batches(np.zeros((64, 2**18), np.uint8), AS_IS, 16)
    assert len(big) == 2
    assert sum(batch.nbytes for batch in big) <= worker.POOL_BYTES


def test_batches_are_preprocessed():
    made = batches(np.full((2, 2, 2, 1), 255, np.uint8), {"scale": 1 / 255, "mean": (0.5,), "std": (0.5,), "layout": "NCHW"}, 2)
    assert (made[0].shape, made[0].dtype) == ((2, 1, 2, 2), np.float32)
    np.testing.assert_allclose(made[0], 1.0, rtol=1e-6)


@pytest.mark.parametrize(("fixed", "sizes"), [(None, [64, 64]), (32, [32, 32, 32, 32]), (7, [7] * 15), (200, [200])])
def test_the_last_batch_is_filled_up_and_its_filling_left_out(fixed, sizes):
    raw = np.stack([LABELS, np.arange(100)], axis=1).astype(np.float32)
    session = FakeSession({})
    scores = evaluate(session, raw, {"fixed_batch": fixed, "preprocess": AS_IS, "classes": 4})
    assert session.sizes == sizes
    assert scores.dtype == np.float32
    assert (scores.argmax(axis=1) == LABELS).all()


def test_a_bad_score_in_any_batch_is_found():
    raw = np.zeros((100, 1), np.float32)
    with pytest.raises(JobError, match="not finite"):
        evaluate(FakeSession({"fault": "nan", "at": 1}), raw, {"fixed_batch": None, "preprocess": AS_IS, "classes": 4})


def test_infinite_scores_are_not_finite():
    with pytest.raises(JobError, match="2 of 3 samples") as caught:
        check(np.array([[0.0, np.inf], [0, 1], [np.nan, np.nan]]), 3, 2)
    assert caught.value.kind == "nan_output"


def test_a_job_that_nobody_waits_for_has_no_stage_file(tmp_path):
    (tmp_path / "job.json").write_text("{}")
    assert Job(Path(tmp_path / "job.json")).found == {}
    assert not (tmp_path / "stage").exists()
