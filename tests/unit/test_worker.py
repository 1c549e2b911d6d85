"""The measuring process, driven inside this one: time is a fake clock, the model a fake session with a planted truth."""

import gc
import json
import os
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from harness import outputs, queries, worker
from harness.jobs import job as job_of
from harness.operators import read
from harness.space import expand
from harness.testing import FakeClock, FakeSession, fakes
from harness.worker import Job

AS_IS = {"scale": 1.0, "mean": (0.0,), "std": (1.0,), "layout": "as_is"}
LABELS = np.arange(100) % 4
STEP = 2**-7
"""About 8 ms, and exact in floating point."""
SIZING = {"min_queries": 64, "min_time": 0.3, "max_queries": 662, "max_time": 1.0, "hard_time": 20.0, "precision": 0.02}
DOOR = worker.door


@pytest.fixture
def data(tmp_path):
    """A folder with a test split of 100 rows whose first number is their class, as inputs and as they came, and a reference."""
    for name in ("inputs", "originals"):
        (tmp_path / name).mkdir()
    rows = np.stack([LABELS, np.arange(100)], axis=1).astype(np.float32)
    np.save(tmp_path / "inputs" / "samples.npy", rows)
    np.save(tmp_path / "inputs" / "labels.npy", LABELS)
    queries.keep_originals(tmp_path / "originals", list(rows[:64]))
    np.save(tmp_path / "reference.npy", np.eye(4, dtype=np.float32)[LABELS[:32]])
    return tmp_path


@pytest.fixture
def job(data, monkeypatch):
    """Write a job for the fake door; this process stays what it is, whatever the job says."""
    monkeypatch.setattr(worker, "die_with_parent", lambda *_: None)

    def made(scenarios=("single_stream", "offline"), batch=1, started=0.0, options=None, **changes):
        wish = {
            "artifact": str(data),
            "reference": "reference.npy",
            "door": "harness.testing:load_fake",
            "options": options or {},
            "device": "cpu",
            "threads": 1,
            "cores": [],
            "inputs": str(data / "inputs"),
            "originals": str(data / "originals"),
            "end_to_end": False,
            "preprocess": AS_IS,
            "classes": 4,
            "batch_size": batch,
            "fixed_batch": None,
            "scenarios": {
                name: {
                    "door": f"harness.scenarios.back_to_back:{name}",
                    "options": {},
                    "sizing": SIZING | {"batch_size": batch},
                }
                for name in scenarios
            },
            "probe": None,
            "profile": None,
            "explain": None,
            "evaluate": True,
            "subset": None,
            "own_metric": None,
            "corrupted": None,
            "memory_limit": None,
            "environment": {},
            "parent": os.getppid(),
            "started": started,
        }
        assert changes.keys() <= wish.keys()
        folder = data / "job"
        folder.mkdir()
        (folder / "job.json").write_text(json.dumps(wish | changes))
        return Job(folder / "job.json")

    return made


@pytest.fixture
def clock(monkeypatch):
    """Let the worker, what it compares, and the fake session live by one fake clock."""
    time = FakeClock(100.0)
    for module in (worker, outputs, fakes):
        monkeypatch.setattr(module, "time", time)
    monkeypatch.setattr(queries, "perf_counter", time)
    return time


def failed(job):
    """Return what a job that fails leaves: the error and the stage."""
    assert worker.main(job.folder / "job.json") == 1
    assert not (job.folder / "result.json").exists()
    return json.loads((job.folder / "error.json").read_text()), (job.folder / "stage").read_text()


def test_the_jobs_of_these_tests_have_the_fields_of_real_ones(job, suite, registry, artifact):
    candidate = expand(suite, registry).candidates[0]
    assert set(job_of(suite, registry, candidate, artifact, ())) | {"parent", "started"} == set(job().wish)


def test_planted_times_are_read_exactly(job, clock):
    made = job(("single_stream", "multi_stream", "offline"), options={"latency": STEP, "load": 0.5, "first": 0.25})
    worker.measure(made)
    assert made.found["load_time"] == 0.5
    assert made.found["first_query"] == 0.25 + STEP
    for name, calls in (("single_stream", 1), ("multi_stream", 8), ("offline", 1)):
        assert set(made.samples[name]) == {calls * STEP}
        count = 80 if name == "offline" else 64  # a second look at the precision comes a quarter later
        assert made.found[name]["queries"] == len(made.samples[name]) == count
        assert made.found[name]["elapsed"] == count * calls * STEP
    assert [made.found[name]["stop"] for name in ("single_stream", "multi_stream", "offline")] == [
        "precision",
        "max_time",
        "precision",
    ]
    assert len(made.samples["single_stream_warm_up"]) == 10


def test_a_profile_is_all_that_its_job_takes(job):
    made = job(options={"latency": 0.001}, batch=3, profile={"door": "harness.testing:profile_fake"})
    assert worker.main(made.folder / "job.json") == 0
    found = json.loads((made.folder / "result.json").read_text())
    assert {"profile", "queries", "usage"} <= set(found)
    assert not {"load_time", "memory_peak", "single_stream", "offline"} & set(found)
    told = read(found["profile"])
    assert (told.runtime, told.batch_size, told.queries) == ("fake", 3, 3)
    assert told.covered == pytest.approx(0.75 * told.seconds)


def test_a_profiler_that_fails_is_a_failure_to_measure(job):
    error, stage = failed(job(options={"fault": "raise", "message": "planted"}, profile={"door": "harness.testing:profile_fake"}))
    assert ("planted" in error["message"], stage) == (True, "measure")


@pytest.mark.parametrize(("batch", "calls"), [(1, 8), (3, 3), (8, 1), (16, 1)])
def test_a_query_of_several_samples_takes_as_many_calls_as_its_samples_need(job, clock, batch, calls):
    made = job(("multi_stream",), batch=batch, options={"latency": STEP}, evaluate=False)
    worker.measure(made)
    assert set(made.samples["multi_stream"]) == {calls * STEP}


def test_a_cold_start_lasts_from_the_start_of_the_process_to_the_first_answer(job, clock):
    made = job((), started=clock.now - 1.0, options={"latency": STEP, "load": 0.5, "first": 0.25})
    worker.measure(made)
    assert made.found["cold_start"] == 1.0 + 0.5 + 0.25 + STEP


def test_a_cold_start_leaves_out_the_harnesss_own_work(job, clock, monkeypatch):
    def prepared(*about):
        clock.sleep(4.0)
        return queries.Prepared(*about)

    monkeypatch.setattr(worker, "Prepared", prepared)
    made = job((), started=clock.now - 1.0, options={"load": 0.5})
    worker.measure(made)
    assert made.found["cold_start"] == 1.0 + 0.5


def test_accuracy_is_taken_on_every_sample_in_order_and_labels_go_with_it(job, clock):
    made = job(())
    worker.measure(made)
    assert made.samples["predictions"].shape == (100, 4)
    assert (made.samples["predictions"].argmax(axis=1) == LABELS).all()
    assert (made.samples["labels"] == LABELS).all()


def test_where_large_batches_find_no_memory_the_candidates_own_batches_are_evaluated(job, clock, monkeypatch):
    answer = FakeSession.run

    def small(session, batch):
        if len(batch) > 8:
            raise RuntimeError("std::bad_alloc")
        return answer(session, batch)

    monkeypatch.setattr(FakeSession, "run", small)
    made = job((), batch=8)
    worker.measure(made)
    assert (made.samples["predictions"].argmax(axis=1) == LABELS).all()


def test_only_what_is_asked_for_is_measured(job, clock):
    made = job(("offline",), options={"latency": 0.001}, evaluate=False)
    worker.measure(made)
    assert set(made.samples) == {"offline", "offline_warm_up"}
    assert set(made.found) == {
        "load_time",
        "first_query",
        "cold_start",
        "memory_load",
        "memory_model",
        "memory_peak",
        "memory_device",
        "settings",
        "reference_difference",
        "offline",
    }


def test_settings_are_those_the_session_reads_back(job, clock):
    made = job((), options={"threads": 7})
    worker.measure(made)
    assert made.found["settings"] == {"threads": 7}


@pytest.mark.parametrize("planted", [None, 12_345])
def test_memory_on_the_gpu_is_what_the_session_tells(job, clock, planted):
    made = job((), options={"device_memory": planted})
    worker.measure(made)
    assert made.found["memory_device"] == planted


class Memory:
    """The kernel's figures of this process: what is resident is planted, the peak is the highest since it was reset."""

    def __init__(self, resident):
        self.now = self.highest = resident

    def use(self, more):
        """Take ``more`` bytes and give them back."""
        self.highest = max(self.highest, self.now + more)

    def resident(self):
        return self.now

    def peak(self):
        return self.highest

    def reset_peak(self):
        self.highest = self.now
        return True


@pytest.fixture
def memory(monkeypatch):
    """Let the worker see planted memory; loading takes 30 bytes for a moment and keeps 20, a call takes 1 byte a sample."""
    planted = Memory(1000)
    begin, answer = FakeSession.__init__, FakeSession.run

    def load(session, options):
        begin(session, options)
        planted.use(30)
        planted.now += 20

    def run(session, batch):
        planted.use(len(batch))
        return answer(session, batch)

    monkeypatch.setattr(worker, "memory", planted)
    monkeypatch.setattr(FakeSession, "__init__", load)
    monkeypatch.setattr(FakeSession, "run", run)
    return planted


@pytest.mark.parametrize(("batch", "peak"), [(1, 30), (10, 30), (64, 84)])
def test_memory_is_told_beyond_the_empty_runtime(job, clock, memory, batch, peak):
    made = job(batch=batch, options={"latency": 0.001})
    worker.measure(made)
    assert [made.found[name] for name in ("memory_load", "memory_model", "memory_peak")] == [30, 20, peak]


def test_memory_of_the_first_query_counts_when_nothing_is_timed(job, clock, memory):
    made = job((), batch=64)
    worker.measure(made)
    assert made.found["memory_peak"] == 20 + 64


def test_memory_that_comparing_takes_is_not_the_deployments(job, clock, memory, monkeypatch):
    compare = outputs.compare

    def hungry(*about):
        memory.use(10_000)
        return compare(*about)

    monkeypatch.setattr(outputs, "compare", hungry)
    made = job(batch=64, options={"latency": 0.001})
    worker.measure(made)
    assert made.found["memory_peak"] == 20 + 64


@pytest.mark.parametrize(
    ("options", "kind", "stage", "words"),
    [
        ({"fault": "nan"}, "nan_output", "warm_up", "1 of 1 samples got scores that are not finite"),
        ({"fault": "nan", "at": 120}, "nan_output", "measure", "not finite"),
        ({"fault": "shape"}, "wrong_output", "warm_up", "expected scores of shape (1, 4), got (1, 3)"),
        ({"fault": "empty"}, "wrong_output", "warm_up", "got (0, 4)"),
        ({"classes": 5}, "wrong_output", "warm_up", "got (1, 5)"),
        ({"fault": "zeros"}, "wrong_output", "warm_up", "differ from the artifact's reference"),
        ({"fault": "other"}, "wrong_output", "warm_up", "differ from the artifact's reference"),
        ({"fault": "zeros", "at": 120}, "wrong_output", "measure", "differ from the artifact's reference"),
        ({"fault": "other", "at": 120}, "wrong_output", "measure", "differ from the artifact's reference"),
        ({"fault": "raise", "message": "std::bad_alloc"}, "out_of_memory", "warm_up", "RuntimeError: std::bad_alloc"),
        ({"fault": "raise", "message": "CUDA out of memory."}, "out_of_device_memory", "warm_up", "CUDA out of memory"),
        (
            {"fault": "raise", "message": "[ONNXRuntimeError] : 9 : NOT_IMPLEMENTED : x"},
            "unsupported",
            "warm_up",
            "NOT_IMPLEMENTED",
        ),
        ({"fault": "raise", "message": "line one\n  line two", "at": 60}, "failed", "measure", "line one line two"),
    ],
)
def test_what_goes_wrong_is_written_down_with_its_kind_and_stage(job, clock, options, kind, stage, words):
    told, where = failed(job(options={"latency": 0.001, **options}))
    assert (told["kind"], where) == (kind, stage)
    assert words in told["message"]
    assert "\n" not in told["message"]


def test_coarser_arithmetic_is_no_failure_and_its_difference_is_told(job, clock):
    made = job(options={"fault": "noisy", "noise": 0.01, "latency": 0.001})
    worker.measure(made)
    assert 0.001 < made.found["reference_difference"] < 0.1


def test_an_artifact_whose_reference_could_not_be_made_is_measured_without(job, clock, data):
    np.save(data / "reference.npy", np.empty((0, 0), np.float32))
    made = job(options={"latency": 0.001})
    worker.measure(made)
    assert made.found["reference_difference"] is None
    assert made.found["single_stream"]["queries"] > 0


def test_a_result_is_written_whole(job, clock):
    made = job(options={"latency": 0.001})
    assert worker.main(made.folder / "job.json") == 0
    assert {path.name for path in made.folder.iterdir()} == {"job.json", "stage", "result.json", "samples.npz"}
    assert (made.folder / "stage").read_text() == "evaluate"
    with np.load(made.folder / "samples.npz") as samples:
        assert samples["predictions"].shape == (100, 4)


def test_a_process_is_pinned_and_limited_before_it_works(job, clock, monkeypatch):
    done = []
    monkeypatch.setattr(worker, "die_with_parent", lambda parent: done.append(("parent", parent)))
    monkeypatch.setattr(worker, "limit_memory", lambda limit: done.append(("memory", limit)))
    monkeypatch.setattr(worker, "pin", lambda cores: done.append(("cores", cores)))
    monkeypatch.setattr(worker, "measure", lambda job: done.append(("measure", None)))
    made = job(cores=[1], memory_limit=5e9)
    assert worker.main(made.folder / "job.json") == 0
    assert done == [("parent", os.getppid()), ("memory", 5e9), ("cores", [1]), ("measure", None)]


class Recorder:
    """Meters that only note what is done with them, and how many queries were answered by then."""

    def __init__(self, log):
        self.log = log

    def __call__(self, device, with_energy):
        self.log.append(("made", device, with_energy))
        return self

    def start(self):
        self.log.append("start")

    def read(self):
        self.log.append("read")
        return {"usage": {"cpu": 1.0}, "threads": 3}


def test_meters_are_read_around_each_timing_and_energy_only_where_samples_are_counted(job, clock, monkeypatch):
    log = []
    monkeypatch.setattr(worker, "Meters", Recorder(log))
    made = job(options={"latency": 0.001})
    worker.measure(made)
    assert log == [("made", "cpu", False), "start", "read", ("made", "cpu", True), "start", "read"]
    assert made.found["offline"]["usage"] == {"cpu": 1.0}
    assert made.found["single_stream"]["threads"] == 3


def test_no_garbage_is_collected_while_queries_are_timed(job, clock, monkeypatch):
    collecting, answer = [], FakeSession.run

    def run(session, batch):
        collecting.append(gc.isenabled())
        return answer(session, batch)

    monkeypatch.setattr(FakeSession, "run", run)
    made = job(("single_stream",), options={"latency": 0.001}, evaluate=False)
    worker.measure(made)
    timed = len(made.samples["single_stream"]) + len(made.samples["single_stream_warm_up"])
    outside = 1 + 32  # the first query, and one comparison with the reference
    assert collecting == [True] * outside + [False] * timed + [True] * (outside - 1)


def test_garbage_is_collected_again_after_a_query_that_raises(job, clock):
    failed(job(options={"latency": 0.001, "fault": "raise", "at": 60}))
    assert gc.isenabled()


@pytest.fixture
def generator(monkeypatch):
    """Let the door ``planted:probe`` open on a generator that asks for three calls; ``asked`` holds its settings."""
    asked = {}

    def probe(answer, **settings):
        asked.update(settings)
        for indices in ([0], [3, 1], [2]):
            answer(indices)
        return SimpleNamespace(
            elapsed=2.0,
            errors=asked.get("errors", 0),
            error="RuntimeError: planted",
            latencies=np.array([0.1, 0.2, 0.2, 0.3]),
            scheduled=np.array([0.0, 0.5, 0.6, 1.0]),
            lateness=np.zeros(4),
            batches=[1, 2, 1],
        )

    planted = {"planted:probe": probe, "planted:ceiling": lambda seconds, seed: 1234.5}
    monkeypatch.setattr(worker, "door", lambda name: planted.get(name) or DOOR(name))
    return asked


def test_a_probe_answers_the_samples_that_its_generator_asks_for(job, clock, generator, monkeypatch):
    seen, answer = [], FakeSession.run

    def run(session, batch):
        seen.append(batch[:, 1].tolist())
        return answer(session, batch)

    monkeypatch.setattr(FakeSession, "run", run)
    made = job((), evaluate=False, probe={"door": "planted:probe", "settings": {"rate": 5.0, "batch": 2}})
    worker.measure(made)
    assert seen[35:38] == [[0.0], [3.0, 1.0], [2.0]]
    assert generator == {"rate": 5.0, "batch": 2, "samples": 64}
    assert made.found["probe"]["elapsed"] == 2.0
    assert "usage" in made.found["probe"]
    assert made.samples["latencies"].tolist() == [0.1, 0.2, 0.2, 0.3]
    assert {name: len(made.samples[name]) for name in ("scheduled", "lateness", "batches")} == {
        "scheduled": 4,
        "lateness": 4,
        "batches": 3,
    }


@pytest.mark.parametrize(("fixed", "sizes"), [(None, [1, 2, 3]), (3, [3, 3, 3])])
def test_a_probe_begins_when_the_model_has_met_every_number_of_samples_that_may_come(
    job, clock, generator, monkeypatch, fixed, sizes
):
    seen, answer = [], FakeSession.run

    def run(session, batch):
        seen.append(len(batch))
        return answer(session, batch)

    monkeypatch.setattr(FakeSession, "run", run)
    made = job((), batch=3, fixed_batch=fixed, evaluate=False, probe={"door": "planted:probe", "settings": {"batch": 3}})
    worker.measure(made)
    compared = 1 + 11  # the first query, and 32 samples by three
    assert seen[compared : compared + 3] == sizes


def test_no_garbage_is_collected_while_arrivals_are_answered(job, clock, generator, monkeypatch):
    collecting, answer = [], FakeSession.run

    def run(session, batch):
        collecting.append(gc.isenabled())
        return answer(session, batch)

    monkeypatch.setattr(FakeSession, "run", run)
    worker.measure(job((), evaluate=False, probe={"door": "planted:probe", "settings": {"batch": 1}}))
    assert collecting == [True] * 34 + [False] * 3 + [True] * 32


def test_garbage_is_collected_again_after_a_probe_that_raises(job, clock, generator):
    failed(job((), options={"fault": "raise", "at": 34}, probe={"door": "planted:probe", "settings": {"batch": 1}}))
    assert gc.isenabled()


def test_a_probe_whose_queries_fail_has_no_figures(job, clock, generator):
    told, stage = failed(job((), probe={"door": "planted:probe", "settings": {"errors": 1, "batch": 1}}))
    assert (told["kind"], stage) == ("failed", "measure")
    assert told["message"] == "1 of 4 queries failed, first: RuntimeError: planted"


def test_a_probe_without_settings_is_the_generators_own_ceiling(job, clock, generator):
    made = job((), evaluate=False, probe={"door": "planted:ceiling", "settings": None})
    worker.measure(made)
    assert made.found["probe"] == {"ceiling": 1234.5}


def test_end_to_end_the_parts_of_each_query_are_kept(job, clock):
    made = job(("single_stream",), options={"latency": STEP}, end_to_end=True)
    worker.measure(made)
    timed = len(made.samples["single_stream"])
    parts = {name: made.samples[f"single_stream_{name}"] for name in ("decode", "resize", "normalize", "model", "postprocess")}
    assert {len(times) for times in parts.values()} == {timed}
    assert set(parts["model"]) == {STEP}
    assert np.array_equal(sum(parts.values()), made.samples["single_stream"])
    assert (made.samples["predictions"].argmax(axis=1) == LABELS).all()


def test_a_job_that_nobody_waits_for_has_no_stage_file(tmp_path):
    (tmp_path / "job.json").write_text("{}")
    assert Job(Path(tmp_path / "job.json")).found == {}
    assert not (tmp_path / "stage").exists()
