"""A key is made of just what a thing depends on: nothing that does not matter, everything that does."""

from types import SimpleNamespace

import pytest

from harness import keys
from harness.ledger import Ledger
from harness.metrics import ARITHMETIC, EXPLAINED, METRICS, PARTS, Scope
from harness.spec import Candidate, Choice, End, Explain, Target
from harness.store import Store
from harness.suitefile import loads


@pytest.fixture(scope="session")
def asked(registry, tmp_path_factory):
    """A suite of all scenarios."""
    text = """
name: all
workload: {dataset: digits}
models: [{sklearn: mlp}]
runtimes: [openvino]
scenarios: [single_stream, {multi_stream: 8}, offline, {server: 20 ms}]
target: {price_per_hour: 0.35}
profiles: {fast: {weights: {latency_p90: 1}, range: {latency_p90: [1 ms, 20 ms]}}}
"""
    return loads(text, registry, tmp_path_factory.mktemp("suite"))


@pytest.fixture
def setting(asked, registry, environment):
    """Return what the facts of the suite have in common, with some things changed in it."""
    with Store("sqlite://") as store:

        def made(machine="machine-a", **changes):
            there = environment.model_copy(update={"id": machine})
            return Ledger(asked.model_copy(update=changes), registry, store, there).setting

        yield made


@pytest.fixture
def whose(registry, artifact, setting):
    """Return candidate, artifact, runtime and setting, with some things changed."""

    def made(
        machine="machine-a",
        digest="digest",
        inputs="/x/inputs-1",
        originals="/x/originals-1",
        shape=(64,),
        device="cpu",
        batch=1,
        part="openvino",
        suite=None,
        **options,
    ):
        runtime = Choice(part=part, label=part, options=options)
        model = Choice(part="sklearn", label="mlp", options={"estimator": "mlp"})
        candidate = Candidate(model=model, runtime=runtime, batch_size=batch, device=device)
        changes = {"digest": digest, "inputs": inputs, "originals": originals, "sample_shape": shape}
        return candidate, artifact.model_copy(update=changes), registry.runtimes[part], setting(machine, **suite or {})

    return made


@pytest.fixture
def key(whose):
    """Return the key of a metric's fact, with some things changed."""

    def made(metric, process=0, **changes):
        return keys.Keys(*whose(**changes)).fact(METRICS[metric], process)

    return made


@pytest.fixture
def changed(key):
    """Return the metrics whose keys differ when something is changed."""

    def made(**changes):
        return {metric for metric in STORED if key(metric, **changes) != key(metric)}

    return made


STORED = [name for name, metric in METRICS.items() if metric.scope is not Scope.DERIVED]
SIZED = {name for name in STORED if METRICS[name].scenario in ("single_stream", "multi_stream", "offline")}
QUERIES = {name for name in STORED if METRICS[name].scope is Scope.QUERY}
STATIC = ("size", "parameters", "macs", "activations", "complexity")
TIMED = (
    "latency_mean",
    "latency_p50",
    "latency_p999",
    "throughput",
    "multi_stream_p90",
    "server_rate",
    "energy",
    "cpu_time",
    "time_model",
)


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


@pytest.mark.parametrize("wish", [{"precision": 0.01}, {"min_queries": 100}, {"hard_time": 5.0}, {"max_queries": 7000}])
def test_another_sizing_is_another_timing_and_changes_nothing_else(changed, asked, wish):
    assert changed(suite={"measure": asked.measure.model_copy(update=wish)}) == SIZED


@pytest.mark.parametrize("wish", [{"processes": 5}, {"again": 0}])
def test_how_often_something_is_measured_changes_no_key(changed, asked, wish):
    assert changed(suite={"measure": asked.measure.model_copy(update=wish)}) == set()


def test_a_profile_that_needs_more_queries_changes_the_timings_of_that_scenario_alone(changed, asked):
    weighs = {"weights": {"latency_p999": 1.0}, "ranges": {"latency_p999": (1.0, 0.0)}}
    slow = asked.profiles[0].model_copy(update=weighs)
    assert changed(suite={"profiles": (slow,)}) == {name for name in SIZED if METRICS[name].scenario == "single_stream"}


def test_how_a_profile_judges_what_it_weighs_changes_no_key(changed, asked):
    judges = {
        "ranges": {},
        "scales": {"latency_p90": "log"},
        "relative": {"latency_p90": (End(factor=2), End(factor=0.1))},
        "guard": 0.0,
    }
    assert changed(suite={"profiles": (asked.profiles[0].model_copy(update=judges), *asked.profiles[1:])}) == set()


def test_queries_end_to_end_are_other_queries_and_the_same_accuracy_and_size(changed):
    assert changed(suite={"end_to_end": True}) == QUERIES
    assert {f"time_{part}" for part in PARTS} < QUERIES


def test_only_queries_end_to_end_depend_on_the_raw_samples(changed, key):
    assert changed(originals="/x/originals-2") == set()
    whole = {"suite": {"end_to_end": True}}
    for metric in STORED:
        same = key(metric, **whole, originals="/x/originals-2") == key(metric, **whole)
        assert same == (metric not in QUERIES), metric
        assert key(metric, **whole, originals="/y/originals-1") == key(metric, **whole), "wherever the results lie"


def test_queries_of_another_shape_are_other_queries(changed):
    assert changed(shape=(3, 8, 8)) == QUERIES


def _with(asked, part, **options):
    scenarios = tuple(c.model_copy(update={"options": c.options | options}) if c.part == part else c for c in asked.scenarios)
    return {"scenarios": scenarios}


@pytest.mark.parametrize("option", [{"latency": 0.03}, {"percentile": 90}, {"precision": 0.1}, {"seconds": 1.0}])
def test_the_options_of_the_server_change_its_rate_and_nothing_else(changed, asked, option):
    assert changed(suite=_with(asked, "server", **option)) == {"server_rate"}


def test_the_options_of_multi_stream_change_its_latencies_and_nothing_else(changed, asked):
    several = {name for name in STORED if METRICS[name].scenario == "multi_stream"}
    assert changed(suite=_with(asked, "multi_stream", samples=16)) == several


def test_a_probe_that_may_take_longer_is_another_search(changed, asked):
    longer = asked.limits.model_copy(update={"measure_time": 1000.0})
    assert changed(suite={"limits": longer}) == {"server_rate"}, "it may find what had too little time"


def test_a_scenario_that_is_left_out_changes_no_key_of_the_others(key, asked):
    alone = {"suite": {"scenarios": asked.scenarios[:1]}}
    kept = [name for name in STORED if METRICS[name].scenario in (None, "single_stream")]
    assert {key(metric, **alone) == key(metric) for metric in kept} == {True}


@pytest.mark.parametrize(
    "change",
    [
        {"profiles": ()},
        {"name": "other"},
        {"folder": "/elsewhere"},
        {"models": ()},
        {"target": Target(price_per_hour=99, power=65)},
    ],
)
def test_the_rest_of_the_suite_changes_no_key(changed, change):
    assert changed(suite=change) == set()


@pytest.mark.parametrize(
    "wish", [{"samples": 16}, {"budget": 5.0}, {"segments": 49}, {"method": {"part": "lime", "label": "lime"}}]
)
def test_how_decisions_are_explained_changes_explanations_and_nothing_else(changed, key, wish):
    shap = Explain(method=Choice(part="shap", label="shap"))
    other = Explain.model_validate(shap.model_dump() | wish)
    names = [name for name in STORED if key(name, suite={"explain": shap}) != key(name, suite={"explain": other})]
    assert set(names) == EXPLAINED - {"explanation_agreement"}, "which waits for the baseline"
    assert changed(suite={"explain": shap}) == set(names)


def test_explanations_do_not_depend_on_threads_or_batch_size_but_on_the_arithmetic(key):
    shap = {"suite": {"explain": Explain(method=Choice(part="shap", label="shap"))}}
    assert key("explanation_time", **shap, threads=2, batch=8) == key("explanation_time", **shap)
    assert key("explanation_time", **shap, precision="bf16") != key("explanation_time", **shap)


def test_metrics_never_share_a_key(key):
    assert len({key(metric) for metric in STORED}) == len(STORED)


def test_processes_share_no_key_but_of_what_does_not_differ_between_them(key):
    shared = {metric for metric in STORED if key(metric, process=1) == key(metric)}
    answers = {name for name in STORED if METRICS[name].scope in ARITHMETIC}
    assert shared == {*answers, "server_rate", "compile_time", *STATIC}
    assert key("latency_p50", process=1) != key("latency_p50", process=2)


@pytest.mark.parametrize("process", [0, 1, 2])
def test_a_key_follows_from_the_subject_that_is_stored_with_the_fact(whose, process):
    of = keys.Keys(*whose(batch=8, threads=2))
    for metric in map(METRICS.get, STORED):
        subject = keys.subject(metric, *whose(batch=8, threads=2), process)
        assert keys.fact_key(subject) == of.fact(metric, process)
        assert keys.fact_key(dict(reversed(subject.items()))) == of.fact(metric, process), "in whatever order"


def test_a_key_is_the_same_tomorrow():
    subject = {"metric": "accuracy", "artifact": "a", "runtime": {"part": "openvino", "options": {"precision": "bf16"}}}
    assert keys.fact_key(subject) == "85d7369673826f1d87d70205"
    assert keys.fact_key(subject | {"process": 1}) == "9276bb435767c6a73df400bb"
    assert keys.digest(subject) == "58961bce4a335aea4da2c6bd"


def test_a_task_has_a_key_of_its_own_in_each_process(whose):
    of = keys.Keys(*whose())
    found = {of.task(name, Scope.QUERY, None, process) for name in ("query", "other") for process in (0, 1)}
    assert len(found | {of.fact(METRICS["memory_peak"])}) == 5


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


def test_the_suites_own_metric_depends_on_its_sources_and_nothing_else_does(asked, registry, artifact):
    candidate = Candidate(model=asked.models[0], runtime=asked.runtimes[0])

    def key_of(name, sources):
        setting = keys.Setting("machine", {}, more={Scope.OWN: {"own_metric": {"function": "mine:f1", "sources": sources}}})
        return keys.fact_key(keys.subject(METRICS[name], candidate, artifact, registry.runtimes["openvino"], setting))

    assert key_of("own_score", "one") != key_of("own_score", "two")
    for name in ("accuracy", "rmse", "size", "load_time"):
        assert key_of(name, "one") == key_of(name, "two")


def test_a_runtimes_optional_packages_count_where_they_are_installed(registry):
    runtime = SimpleNamespace(name="r", version=1, packages=("numpy",), optional=("pydantic", "no-such-distribution"))
    assert set(keys.runtime_identity(runtime, {})["packages"]) == {"numpy", "pydantic"}
    assert set(keys.runtime_identity(registry.runtimes["torch"], {})["packages"]) == {"torch"}
