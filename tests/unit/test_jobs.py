"""What a measuring process is told."""

import json
import os

import pytest

from harness.jobs import as_explained, cores_for, job
from harness.ledger import ACCURACY, QUERY
from harness.outputs import EVALUATION_BATCH
from harness.space import expand
from harness.spec import Choice, Limits


@pytest.fixture
def made(suite, registry, artifact):
    """Return the job of one candidate of the small suite, with some things changed."""

    def make(tasks, options=None, batch=8, of=artifact, part="onnxruntime", **changes):
        asked = suite.model_copy(update=changes)
        runtime = Choice(part=part, label=part, options=options or {})
        candidate = expand(suite, registry).candidates[0].model_copy(update={"runtime": runtime, "batch_size": batch})
        return job(asked, registry, candidate, of, tasks)

    return make


def test_a_job_is_plain_json_and_holds_no_label_of_a_sample(made, artifact):
    found = made((QUERY, "single_stream", ACCURACY))
    assert json.loads(json.dumps(found, allow_nan=False)) == found
    assert (found["artifact"], found["inputs"], found["reference"]) == (artifact.folder, artifact.inputs, "reference.npy")


def test_only_the_tasks_that_are_asked_for_are_in_it(made):
    assert set(made((QUERY, "offline"))["scenarios"]) == {"offline"}
    assert made((QUERY, "offline"))["evaluate"] is False
    assert made((ACCURACY,))["evaluate"] is True
    assert made((ACCURACY,))["scenarios"] == {}
    assert made(("offline", ACCURACY))["probe"] is None


def test_scenarios_come_in_the_order_of_the_suite_whatever_the_order_of_the_tasks(made):
    assert list(made(("offline", "single_stream"))["scenarios"]) == ["single_stream", "offline"]


def test_a_scenario_has_its_door_its_options_and_its_sizing(made, registry):
    several = Choice(part="multi_stream", label="multi_stream:16", options={"samples": 16})
    (told,) = made(("multi_stream",), scenarios=(several,))["scenarios"].values()
    assert told["door"] == registry.scenarios["multi_stream"].door
    assert told["options"] == {"samples": 16}
    assert (told["sizing"]["batch_size"], told["sizing"]["min_queries"]) == (8, 64)


def test_each_scenario_is_as_long_as_its_own_percentiles_need(made, suite, profile):
    weighs = profile({"latency_p99": 1.0}, {"latency_p99": (1.0, 0.0)})
    told = made(("single_stream", "offline"), profiles=(weighs,))["scenarios"]
    assert [told[name]["sizing"]["min_queries"] for name in ("single_stream", "offline")] == [662, 64]


@pytest.mark.parametrize("threads", [1, len(os.sched_getaffinity(0))])
def test_a_process_is_pinned_to_as_many_cores_as_it_has_threads(made, threads):
    found = made((), {"threads": threads})
    assert found["threads"] == len(found["cores"]) == threads
    assert found["cores"] == cores_for(threads)
    assert set(found["cores"]) <= os.sched_getaffinity(0)


def test_without_a_wish_a_process_has_a_thread_for_every_core(made):
    cores = sorted(os.sched_getaffinity(0))
    assert (made(())["threads"], made(())["cores"]) == (len(cores), cores)
    assert made((), {"threads": None})["threads"] == len(cores)


def test_more_threads_than_cores_have_all_cores(made):
    cores = sorted(os.sched_getaffinity(0))
    assert made((), {"threads": 1000})["cores"] == cores


def test_the_memory_a_process_may_use_is_as_the_suite_says(made):
    assert made((), limits=Limits(memory=2e9))["memory_limit"] == 2_000_000_000
    assert made(())["memory_limit"] > 0


def test_queries_end_to_end_are_told_with_where_the_raw_samples_are(made, artifact):
    whole = artifact.model_copy(update={"originals": "/x/originals"})
    assert made((), of=whole, end_to_end=True)["end_to_end"] is True
    assert made((), of=whole)["originals"] == "/x/originals"


def test_a_graph_of_one_batch_size_says_so(made, artifact):
    assert made((), of=artifact.model_copy(update={"fixed_batch": 8}))["fixed_batch"] == 8


def test_what_compiles_for_a_shape_is_given_the_candidates_own_batches_alone(made):
    assert made((), batch=3, part="torch_compile")["fixed_batch"] == 3
    assert made((), batch=3, part="torch")["fixed_batch"] is None


def test_decisions_are_explained_on_all_cores_and_in_batches_whatever_the_candidate_is_served_with(suite, registry, artifact):
    candidates = expand(suite, registry).candidates
    found = [as_explained(one, artifact, registry) for one in candidates]
    assert {(one.runtime.part, *one.runtime.options) for one in found} == {("onnxruntime",), ("openvino",)}
    assert {one.batch_size for one in found} == {EVALUATION_BATCH}
    fixed = artifact.model_copy(update={"fixed_batch": 3})
    assert as_explained(candidates[0], fixed, registry).batch_size == 3


def test_arithmetic_that_was_asked_for_stays_when_decisions_are_explained(suite, registry, artifact):
    candidate = next(one for one in expand(suite, registry).candidates if one.runtime.part == "openvino")
    half = candidate.runtime.model_copy(update={"options": {"threads": 2, "precision": "bf16"}})
    assert as_explained(candidate.model_copy(update={"runtime": half}), artifact, registry).runtime.options == {
        "precision": "bf16"
    }
