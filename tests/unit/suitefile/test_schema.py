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
        (("spead",), 1),
        (("workload", "batchsize"), 1),
        (("models", 0), {"timn": "resnet18"}),
        (("models", 0), {"timm": "resnet18", "pretraned": True}),
        (("models", 0), "timm"),
        (("runtimes", 0), {"onnxruntime": {"thread": 1}}),
        (("runtimes", 0), {"onnxruntime": {"optimization": "most"}}),
        (("runtimes", 0), "tensorrt"),
        (("passes",), [[{"prune": {"ratio": 0.5, "granularty": "channel"}}]]),
        (("passes",), [["prune"]]),
        (("scenarios",), ["server"]),
        (("profiles", "one", "weight"), {}),
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
