"""A key is made of just what a thing depends on: nothing that does not matter, everything that does."""

import pytest

from harness import keys
from harness.metrics import METRICS
from harness.spec import Candidate, Choice


@pytest.fixture
def key(suite, registry, artifact):
    """Return the key of a metric's fact, with some things changed."""

    def made(
        metric,
        machine="machine-a",
        asked=suite,
        digest="digest",
        inputs="/x/inputs-1",
        device="cpu",
        batch=1,
        part="openvino",
        **options,
    ):
        runtime = Choice(part=part, label=part, options=options)
        model = Choice(part="sklearn", label="mlp", options={"estimator": "mlp"})
        candidate = Candidate(model=model, runtime=runtime, batch_size=batch, device=device)
        made = artifact.model_copy(update={"digest": digest, "inputs": inputs})
        return keys.digest(keys.subject(METRICS[metric], candidate, made, registry.runtimes[part], asked, machine))

    return made


STATIC = ("size", "parameters", "macs")
TIMED = ("latency_p50", "latency_p99", "throughput")


@pytest.mark.parametrize("metric", STATIC)
def test_what_follows_from_the_files_depends_on_them_alone(key, metric):
    same = key(metric)
    changes = [
        {"machine": "b"},
        {"device": "cuda:0"},
        {"batch": 8},
        {"part": "onnxruntime"},
        {"threads": 2},
        {"inputs": "/x/inputs-2"},
    ]
    assert {key(metric, **change) for change in changes} == {same}
    assert key(metric, digest="other") != same


@pytest.mark.parametrize("change", [{"batch": 8}, {"threads": 2}, {"batch": 32, "threads": 4}, {"inputs": "/elsewhere/inputs-1"}])
def test_accuracy_does_not_depend_on_batch_size_threads_or_place(key, change):
    assert key("accuracy", **change) == key("accuracy")


@pytest.mark.parametrize(
    "change",
    [
        {"precision": "bf16"},
        {"part": "onnxruntime"},
        {"digest": "other"},
        {"inputs": "/x/inputs-2"},
        {"device": "cuda:0"},
        {"machine": "b"},
    ],
)
def test_accuracy_depends_on_the_arithmetic_and_the_samples(key, change):
    assert key("accuracy", **change) != key("accuracy")


@pytest.mark.parametrize("metric", [*TIMED, "memory_peak", "first_query"])
@pytest.mark.parametrize("change", [{"batch": 8}, {"threads": 2}, {"precision": "bf16"}, {"machine": "b"}, {"digest": "other"}])
def test_a_timing_depends_on_all_that_changes_it(key, metric, change):
    assert key(metric, **change) != key(metric)


def test_loading_does_not_depend_on_the_batch_size_but_on_the_options(key):
    assert key("load_time", batch=8) == key("load_time")
    assert key("load_time", threads=2) != key("load_time")


def test_another_sizing_is_another_timing_but_the_same_memory(key, suite):
    longer = suite.model_copy(update={"measure": suite.measure.model_copy(update={"min_queries": 100})})
    assert {key(metric, asked=longer) == key(metric) for metric in TIMED} == {False}
    assert key("memory_peak", asked=longer) == key("memory_peak")
    assert key("accuracy", asked=longer) == key("accuracy")


@pytest.mark.parametrize("change", [{"profiles": ()}, {"name": "other"}, {"folder": "/elsewhere"}, {"models": ()}])
def test_the_rest_of_the_suite_changes_no_key(key, suite, change):
    other = suite.model_copy(update=change)
    assert {key(metric, asked=other) == key(metric) for metric in METRICS} == {True}


def test_metrics_never_share_a_key(key):
    assert len({key(metric) for metric in METRICS}) == len(METRICS)


def test_the_order_of_keys_does_not_matter_and_that_of_lists_does():
    assert keys.digest({"a": 1, "b": {"c": 2, "d": 3}}) == keys.digest({"b": {"d": 3, "c": 2}, "a": 1})
    assert keys.digest([1, 2]) != keys.digest([2, 1])
    assert keys.digest({"a": 1}) != keys.digest({"a": "1"})


def test_a_number_that_is_none_has_no_digest():
    with pytest.raises(ValueError, match="JSON"):
        keys.digest({"a": float("nan")})


def test_files_are_told_apart_by_name_and_content(tmp_path):
    one, two = tmp_path / "one", tmp_path / "two"
    one.write_bytes(b"x")
    two.write_bytes(b"y")
    whole = keys.digest_files({"a": one, "b": two})
    assert keys.digest_files({"b": two, "a": one}) == whole
    assert keys.digest_files({"a": two, "b": one}) != whole
    assert keys.digest_files({"a": one}) != keys.digest_files({"b": one})
    assert len(whole) == keys.KEY_LENGTH


def test_a_package_that_is_not_installed_has_no_version():
    assert set(keys.versions(("numpy", "no-such-package-here"))) == {"numpy"}
