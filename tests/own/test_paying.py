"""Whether compression paid, for real: operators timed after a run, lineages in the answer, and reasons that are true."""

import numpy as np
import pytest

from harness import cost, pipeline
from harness.errors import InputError, JobError
from harness.registry import Registry
from harness.store import Store
from harness.suitefile import loads
from tests.own import driving
from tests.own.driving import run

NETWORK = """
import torch
from torch import nn


def mobile(width=16):
    torch.manual_seed(0)
    layers = [nn.Conv2d(1, width, 3, padding=1), nn.Hardswish()]
    for _ in range(3):
        layers += [nn.Conv2d(width, width, 3, padding=1, groups=width), nn.Hardswish()]
        layers += [nn.Conv2d(width, width, 1), nn.Hardswish()]
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(width, 10))
"""
PASSES = {
    "static": [{"quantize": "static"}],
    "dynamic": [{"quantize": "dynamic"}],
    "half": [{"quantize": "fp16"}],
    "zeros": [{"prune": {"granularity": "weight", "ratio": 0.9, "finetune_epochs": 0}}],
    "cluster": [{"cluster": {"bits": 4, "correct": False}}],
}
MODEL = "mobile"


def label(runtime="onnxruntime"):
    return f"{MODEL}@{runtime}:threads=1/b1"


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    folder = tmp_path_factory.mktemp("paying")
    (folder / "mine.py").write_text(NETWORK)
    return folder


@pytest.fixture(scope="module")
def suite():
    threads = {"threads": 1}
    return {
        "workload": {"dataset": "digits", "batch_size": 1},
        "models": [{"python": "mine:mobile", "train": {"steps": 60, "batch_size": 32, "lr": 0.02}}],
        "passes": [[], *PASSES.values()],
        "runtimes": [{"onnxruntime": threads}],
        "profiles": {
            "small": {"weights": {"size": 1}, "range": {"size": ["1 B", "1 MB"]}},
            "fast": {"weights": {"latency_p50": 1}, "range": {"latency_p50": ["1 us", "100 ms"]}},
        },
    }


@pytest.fixture(scope="module")
def told(place, suite):
    return run(place, place / "results", **suite)


@pytest.fixture(scope="module")
def lineages(told):
    return {one["candidate"]: one["parent"] for one in told.answer["candidates"]}


@pytest.fixture(scope="module")
def explain(place, suite, told):
    """Explain the cost of a candidate of the suite that was run, or of one like it."""

    def made(name, **changes):
        registry, said = Registry.load(), []
        settled = loads(driving.yaml.safe_dump({**driving.SUITE, **suite, **changes}), registry, place)
        with Store(f"sqlite:///{place / 'results'}/harness.db") as store:
            setting = pipeline.settle(settled, registry, store, place / "results")
            return cost.explain(setting, name, lambda *words: said.append(words)), said

    return made


def rules(told):
    return {reason["rule"]: reason["figures"] for reason in told["why"]}


def test_what_is_recommended_has_its_operators_timed_and_so_has_its_parent(told, lineages):
    for one in told.answer["profiles"].values():
        chosen = one["candidate"]
        assert chosen in told.answer["operators"]
        if lineages[chosen]:
            assert lineages[chosen]["candidate"] in told.answer["operators"]


def test_every_compressed_candidate_has_its_parent_and_no_other_has(lineages):
    for name, lineage in lineages.items():
        model, _, served = name.partition("@")
        assert (lineage is None) == (model == MODEL)
        if lineage:
            assert lineage["candidate"] == f"{MODEL}@{served}"
            assert lineage["absent"] is None
            assert lineage["verdict"] in ("faster", "slower", "even")


def test_size_and_accuracy_are_those_of_the_facts(told, lineages):
    name = next(name for name in lineages if "quantize:static@onnx" in name)
    changes = lineages[name]["changes"]
    parent = label()
    assert changes["size"]["ratio"] == pytest.approx(told.value(name, "size") / told.value(parent, "size"))
    assert changes["accuracy"]["difference"] == pytest.approx(told.value(name, "accuracy") - told.value(parent, "accuracy"))


def test_flips_are_the_predictions_that_differ(told, lineages, place):
    name = next(name for name in lineages if "prune" in name and "@onnx" in name)
    known = {one["candidate"]: one for one in told.answer["candidates"]}
    with Store(f"sqlite:///{place / 'results'}/harness.db") as store:
        runs = [[store.samples(number) for number in known[one]["runs"]] for one in (name, label())]
    mine, theirs = (next(s["predictions"] for s in several if "predictions" in s).argmax(axis=1) for several in runs)
    assert lineages[name]["flips"]["value"] == pytest.approx(float(np.mean(mine != theirs)))
    assert lineages[name]["flips"]["value"] > 0.1


@pytest.mark.parametrize(
    ("part", "rule"),
    [
        ("+prune:weight", "zeros"),
        ("+cluster:4", "expanded_weights"),
        ("+quantize:fp16", "half_weights"),
        ("+quantize:dynamic", "float_layers"),
        ("+quantize:static", "float_between"),
    ],
)
def test_the_true_reason_is_among_those_found(explain, lineages, part, rule):
    name = next(name for name in lineages if part in name and "@onnxruntime" in name)
    found, _ = explain(name)
    assert rule in rules(found)


OPENVINO = {"runtimes": [{"openvino": {"threads": 1}}]}


def test_what_was_not_measured_is_explained_too(explain):
    name = f"{MODEL}+prune:weight,ratio=0.9,finetune_epochs=0@openvino:threads=1/b1"
    found, said = explain(name, **OPENVINO)
    assert [text for _, text in said if text == "profiling"] == ["profiling"] * 2
    assert rules(found)["zeros"]["zeros"] == pytest.approx(0.9, abs=0.01)
    assert (found["facts"].keys(), found["lineage"]["verdict"]) == ({"size"}, None)
    assert explain(name, **OPENVINO) == (found, [])  # it is taken once


@pytest.mark.parametrize(("runtime", "changes"), [("onnxruntime", {}), ("openvino", OPENVINO)])
def test_every_runtime_tells_its_convolutions(explain, runtime, changes):
    found, _ = explain(label(runtime=runtime), **changes)
    assert found["parent"] is None
    assert found["why"] == []
    kinds = {one["kind"]: one["count"] for one in found["profile"]["kinds"]}
    assert sum(count for kind, count in kinds.items() if "conv" in kind.lower()) == 7


def test_a_label_that_is_not_there_is_told_with_those_near_it(explain):
    with pytest.raises(InputError) as caught:
        explain(f"{MODEL}+quantize:statc@onnxruntime:threads=1/b1")
    assert "quantize:static@onnxruntime" in (caught.value.hint or "")


def test_a_profile_that_cannot_be_taken_is_told_and_stops_nothing(place, suite, told, monkeypatch):
    def fail(*about):
        raise JobError("crashed", "measure", "planted")

    monkeypatch.setattr("harness.evaluate.Evaluator.profile", fail)
    again = run(place, place / "results", **suite)
    assert "not profiled: planted" in [text for _, text in again.stages]
    assert {name for name, one in again.answer["profiles"].items() if one["candidate"]} == {"small", "fast"}
