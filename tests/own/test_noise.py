"""Noise in place of data and random weights in place of trained ones: speed and size are measured, and accuracy is not."""

from __future__ import annotations

from pathlib import Path

import pytest
import timm
import torch
import yaml

from harness.errors import SuiteError
from harness.models import untrained
from harness.registry import Registry
from harness.suitefile import loads

from .driving import SUITE, Told, run

NOISE = {"dataset": {"random": {"shape": [3, 32, 32], "classes": 5}}}
RANGES = {"latency_p50": ["0.01 ms", "1 s"], "size": ["1 kB", "100 MB"]}
SPEED = {"fast": {"weights": {"latency_p50": 1, "size": 1}, "range": RANGES}}
RANDOM = {"timm": "test_resnet", "weights": "random"}


@pytest.fixture(scope="module")
def noisy(tmp_path_factory: pytest.TempPathFactory) -> Told:
    folder = tmp_path_factory.mktemp("noisy")
    return run(
        folder,
        folder / "results",
        workload=NOISE,
        models=[RANDOM, {"timm": "test_vit", "image_size": 32}],
        passes=[
            [],
            [{"prune": {"ratio": 0.5, "finetune_epochs": 1}}, "fuse", "quantize"],
            [{"distill": {"student": {"timm": "test_efficientnet"}}}],
        ],
        runtimes=["torch", "onnxruntime"],
        profiles=SPEED,
    )


@pytest.fixture(scope="module")
def mixed(tmp_path_factory: pytest.TempPathFactory) -> Told:
    folder = tmp_path_factory.mktemp("mixed")
    return run(
        folder,
        folder / "results",
        workload={"dataset": "digits"},
        models=[RANDOM, {"timm": "test_resnet", "train": {"steps": 5}}],
        passes=[[]],
        runtimes=["onnxruntime"],
    )


def test_chains_come_through_on_noise(noisy: Told) -> None:
    assert {label: one.failure for label, one in noisy.evaluations.items() if one.failure} == {}
    assert len(noisy.evaluations) == 2 * 5
    for one in noisy.evaluations.values():
        assert {"latency_p50", "throughput", "size", "macs"} <= one.facts.keys()


def test_no_accuracy_of_noise_is_measured_and_the_answer_says_why(noisy: Told) -> None:
    assert all("accuracy" not in one.facts for one in noisy.evaluations.values())
    assert {one["withheld"]["accuracy"]["why"] for one in noisy.answer["candidates"]} == {"not measured: the samples are noise"}


def test_nothing_is_trained_on_noise(noisy: Told) -> None:
    for label in noisy.evaluations:
        notes = noisy.notes(label)
        assert "training" not in notes
        if "prune" in label:
            assert notes["prune"]["finetuning"]["skipped"] == "the samples are noise"
        if "distill" in label:
            assert notes["distill"]["student"] == "test_efficientnet"
            assert not {"steps", "last_loss"} & notes["distill"].keys()


def test_random_weights_are_not_scored_beside_trained_ones_that_are(mixed: Told) -> None:
    label = "test_resnet:weights=random@onnxruntime/b1"
    assert "accuracy" not in mixed.evaluations[label].facts
    assert mixed.value("test_resnet@onnxruntime/b1", "accuracy") >= 0
    (one,) = [each for each in mixed.answer["candidates"] if each["candidate"] == label]
    assert one["withheld"]["accuracy"]["why"] == "not measured: the weights are random"
    assert mixed.notes(label)["untrained"]["norms"] == 15


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"workload": NOISE}, "profiles.only.weights.accuracy (line 1): accuracy needs labels, and 'random' is noise"),
        ({"workload": {"dataset": "digits"}}, "accuracy needs trained weights, and all of these are random"),
        (
            {"workload": NOISE, "passes": [[{"quantize": {"accuracy_aware": {"max_drop": 0.01}}}]], "profiles": SPEED},
            "goes by accuracy, and there is none: the samples are noise",
        ),
        (
            {"workload": NOISE, "models": [{"timm": "test_resnet", "weights": "random", "train": {"steps": 3}}]},
            "weights: random and train exclude each other",
        ),
        ({"workload": {"dataset": {"random": {"shape": [32, 32, 3]}}}}, "images have 1 or 3 channels, got 32"),
    ],
)
def test_what_noise_cannot_tell_is_a_mistake(tmp_path: Path, changes: dict[str, object], words: str) -> None:
    suite = {**SUITE, "models": [RANDOM], "passes": [[]], "runtimes": ["onnxruntime"], **changes}
    with pytest.raises(SuiteError) as caught:
        loads(yaml.safe_dump(suite, default_flow_style=True, width=10_000), Registry.load(), tmp_path)
    assert any(words in str(mistake) for mistake in caught.value.mistakes), caught.value.mistakes


@pytest.mark.parametrize("name", ["test_resnet", "test_convnext", "test_vit"])
def test_random_weights_let_everything_through_and_no_two_of_them_are_equal(name: str) -> None:
    torch.manual_seed(0)
    model = timm.create_model(name, num_classes=5, **({"img_size": 32} if name == "test_vit" else {}))
    samples = torch.randn(16, 3, 32, 32)
    untrained.liven(model, samples)
    known = [parameter.numpy().tobytes() for parameter in model.state_dict().values() if parameter.numel() > 1]
    assert len(set(known)) == len(known)
    with torch.no_grad():
        scores = model(samples)
    assert float(scores.mean(0).abs().max()) < 1e-3
    assert float((scores.std(0) - 1).abs().max()) < 1e-3


def test_a_branch_that_starts_at_nothing_is_opened() -> None:
    model = timm.create_model("resnet18", num_classes=5)
    closed = [name for name, one in model.named_parameters() if name.endswith("bn2.weight") and not one.any()]
    notes = untrained.liven(model, torch.randn(8, 3, 32, 32))
    assert notes["opened"] == len(closed) == 8
    assert all(float(model.get_parameter(name).min()) > 0.5 for name in closed)
