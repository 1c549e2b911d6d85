"""The JSON schema accepts what the reader accepts, and refuses unknown keys where editors can tell."""

import copy
from pathlib import Path

import jsonschema
import pytest
import yaml

from harness.suitefile import schema

QUICKSTART = yaml.safe_load((Path(__file__).parents[3] / "suites" / "quickstart.yaml").read_text())


@pytest.fixture(scope="module")
def validator():
    from harness.registry import Registry

    made = schema(Registry.load())
    jsonschema.Draft202012Validator.check_schema(made)
    return jsonschema.Draft202012Validator(made)


def test_the_quickstart_is_accepted(validator):
    assert not list(validator.iter_errors(QUICKSTART))


def test_the_smallest_suite_is_accepted(validator, small):
    assert not list(validator.iter_errors(small))


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("models", 0), {"timm": "resnet18", "pretrained": True}),
        (("models", 0), {"timm": "resnet18", "prior": "69.8 %"}),
        (("models", 0), {"timm": {"name": ["resnet18", "resnet34"], "prior": {"resnet18": 0.698}}}),
        (("models", 0), {"onnx": {"file": "a.onnx", "preprocess": {"scale": 1, "mean": [0.5], "std": [0.5]}}}),
        (("runtimes", 0), {"onnxruntime": {"threads": [1, 2], "optimization": "basic"}}),
        (("workload", "dataset"), {"image_folder": "photos", "transform": "timm"}),
        (("workload", "batch_size"), [1, 8]),
        (("search",), {"minutes": "90 s"}),
        (("limits",), {"memory": "2 GB"}),
    ],
)
def test_other_ways_to_write_a_part_are_accepted(validator, small, path, value):
    assert not list(validator.iter_errors(_with(small, path, value)))


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("scenarios",), ["single_stream", "multi_stream", "offline"]),
        (("scenarios",), ["single_stream", {"multi_stream": 8}, {"offline": {}}]),
        (("scenarios",), ["single_stream", {"multi_stream": {"samples": 8}}]),
        (("scenarios",), ["single_stream", {"multi_stream": {"samples": [8]}}]),
        (("scenarios",), ["single_stream", {"server": "20 ms"}]),
        (("scenarios",), ["single_stream", {"server": 0.02, "percentile": 95, "seconds": "1 s"}]),
        (("scenarios",), ["single_stream", {"server": {"latency": "20 ms", "precision": "2 %"}}]),
        (("workload", "end_to_end"), True),
        (("target",), "cuda:1"),
        (("target",), {"device": "cuda"}),
        (("target",), {"price_per_hour": 0.35, "power": "65 W"}),
        (("target",), {"price_per_hour": 1, "power": 65}),
        (("target",), {}),
        (("measure",), {"precision": "2 %", "again": 0, "min_queries": 1}),
        (("measure",), {"precision": 0.5}),
        (("profiles",), ["realtime", "edge"]),
        (("profiles", "one"), {"like": "realtime"}),
        (("profiles", "one"), {"like": "edge", "weights": {"accuracy": 0}, "constraints": ["size <= 2 MB"], "guard": 0}),
        (("profiles", "one", "guard"), 2.5),
        (("profiles", "one", "range", "accuracy"), ["baseline - 5 pp", "baseline"]),
        (("profiles", "one", "range", "latency_p90"), {"worst": "20 ms", "best": 0.001, "scale": "log"}),
        (("profiles", "one", "range", "latency_p90"), {"worst": "2 * baseline", "target": "1 ms"}),
        (("passes",), [[{"distill": {"student": {"timm": "test_resnet", "image_size": 32}, "epochs": 2}}]]),
        (("passes",), [[{"distill": {"student": [{"timm": {"name": "test_resnet"}}, {"timm": ["test_vit"]}]}}]]),
        (("passes",), [[{"distill": {"student": {"sklearn": "random_forest", "params": {"max_depth": 3}}, "mix": [0, 1]}}]]),
    ],
)
def test_what_the_reader_accepts_is_accepted(validator, small, settle, path, value):
    right = _with(small, path, value)
    assert settle(right)
    assert not list(validator.iter_errors(right))


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("scenarios",), ["single_stream", {"server": {}}]),
        (("scenarios",), ["single_stream", {"server": {"percentile": 99}}]),
        (("scenarios",), ["single_stream", {"server": {"latency": 1, "percentile": 42}}]),
        (("scenarios",), ["single_stream", {"server": 1, "latency": 1}]),
        (("scenarios",), ["single_stream", {"multi_stream": {"samples": [4, 8]}}]),
        (("scenarios",), ["single_stream", {"multi_stream": [4, 8]}]),
        (("scenarios",), ["single_stream", {"multi_stream": 0}]),
        (("scenarios",), ["single_stream", {"multi_stream": 8, "sample": 1}]),
        (("scenarios",), [{"single_stream": {"samples": 1}}]),
        (("scenarios",), [{"single_stream": 1}]),
        (("scenarios",), ["single_stream", {"offline": {}, "multi_stream": {}}]),
        (("scenarios",), "single_stream"),
        (("scenarios",), ["single_stream", 1]),
        (("scenarios",), []),
        (("workload", "end_to_end"), "true"),
        (("workload", "end_to_end"), 1),
        (("workload", "batch_size"), "8"),
        (("workload", "batch_size"), True),
        (("target",), {"device": "gpu"}),
        (("target",), {"price": 1}),
        (("target",), {"price_per_hour": 0}),
        (("target",), {"price_per_hour": "dear"}),
        (("target",), {"power": [65]}),
        (("target",), ["cpu"]),
        (("target",), None),
        (("measure",), {"again": -1}),
        (("measure",), {"again": 11}),
        (("measure",), {"precison": 0.1}),
        (("spead",), 1),
        (("workload", "batchsize"), 1),
        (("profiles", "one", "weights"), {"latency_p9O": 1}),
        (("profiles", "one", "range"), {"acuracy": ["90 %", "99 %"]}),
        (("models", 0), {"timn": "resnet18"}),
        (("models", 0), {"timm": "resnet18", "pretraned": True}),
        (("models", 0), "timm"),
        (("runtimes", 0), {"onnxruntime": {"thread": 1}}),
        (("runtimes", 0), {"onnxruntime": {"optimization": "most"}}),
        (("runtimes", 0), "tensorrt"),
        (("passes",), [[{"prune": {"ratio": 0.5, "granularty": "channel"}}]]),
        (("passes",), [["prun"]]),
        (("passes",), [{"prune": {"ratio": 0.5}}]),
        (("passes",), [["distill"]]),
        (("passes",), [[{"distill": {"timm": "test_resnet"}}]]),
        (("passes",), [[{"distill": {"student": {"timn": "test_resnet"}}}]]),
        (("passes",), [[{"distill": {"student": {"timm": "test_resnet", "imagesize": 32}}}]]),
        (("passes",), [[{"distill": {"student": "test_resnet"}}]]),
        (("scenarios",), ["server"]),
        (("profiles", "one", "weight"), {}),
        (("profiles",), []),
        (("profiles",), ["realtme"]),
        (("profiles",), [{"like": "edge"}]),
        (("profiles", "one"), {}),
        (("profiles", "one"), {"like": "realtme"}),
        (("profiles", "one"), {"like": "edge", "weights": {}}),
        (("profiles", "one", "weights", "accuracy"), "2"),
        (("profiles", "one", "guard"), -1),
        (("profiles", "one", "guard"), "2"),
        (("profiles", "one", "range", "accuracy"), ["90 %"]),
        (("profiles", "one", "range", "accuracy"), 0.9),
        (("profiles", "one", "range", "accuracy"), {"worst": 0.9}),
        (("profiles", "one", "range", "accuracy"), {"worst": 0.9, "best": 0.99, "target": 0.99}),
        (("profiles", "one", "range", "accuracy"), {"worst": 0.9, "best": 0.99, "scale": "logarithmic"}),
        (("profiles", "one", "range", "accuracy"), {"worst": 0.9, "best": 0.99, "ideal": 1}),
        (("search",), {"minuets": 1}),
        (("target",), "gpu"),
    ],
)
def test_what_the_reader_refuses_is_refused(validator, small, mistakes_in, path, value):
    wrong = _with(small, path, value)
    assert list(validator.iter_errors(wrong))
    assert mistakes_in(wrong)


def _with(values, path, value):
    changed = copy.deepcopy(values)
    inner = changed
    for step in path[:-1]:
        inner = inner[step]
    inner[path[-1]] = value
    return changed
