"""A folder of images and a checkpoint of the user's, through every runtime and every family of passes."""

from __future__ import annotations

import pickle
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import timm
import timm.data
import torch
from PIL import Image
from safetensors.torch import save_file
from torch import nn

from harness.datasets import image_folder
from harness.prepare.data import Store
from harness.record import Preprocess

from . import pictures
from .driving import Told, run

SIDE = 64
OWN = f"test_resnet:checkpoint=plain.pth,image_size={SIDE}"
QUANTIZE = {"quantize": {"method": "static", "calibration_samples": 32}}
PRUNE = {"prune": {"granularity": "channel", "ratio": 0.25, "finetune_epochs": 8}}
FACTORIZE = {"factorize": {"energy": 0.9}}
LABELS = {
    "quantize": "quantize:static,calibration_samples=32",
    "prune": "prune:channel,ratio=0.25,finetune_epochs=8",
    "factorize": "factorize:energy=0.9",
}


def transform(model: nn.Module) -> object:
    """timm's own evaluation transform, the reference for ours."""
    return timm.data.create_transform(**{**timm.data.resolve_model_data_config(model), "input_size": (3, SIDE, SIDE)})


def batch(root: Path, model: nn.Module) -> tuple[torch.Tensor, torch.Tensor]:
    """The images under ``root`` as timm gives them to the model, in the order of their classes and names."""
    how = transform(model)
    paths = [(path, label) for label, name in enumerate(pictures.CLASSES) for path in sorted((root / name).iterdir())]
    images = torch.stack([how(Image.open(path).convert("RGB")) for path, _ in paths])
    return images, torch.tensor([label for _, label in paths])


def trained(root: Path) -> nn.Module:
    """A small network that a user has trained on the images with timm alone."""
    torch.manual_seed(0)
    model = timm.create_model("test_resnet", num_classes=3)
    images, labels = batch(root, model)
    optimizer = torch.optim.AdamW(model.parameters(), lr=3e-3)
    for _ in range(15):
        optimizer.zero_grad()
        nn.functional.cross_entropy(model(images), labels).backward()
        optimizer.step()
    return model.eval()


class Harmful:
    """Makes a file when it is unpickled."""

    def __init__(self, victim: Path) -> None:
        self.victim = victim

    def __reduce__(self) -> object:
        return Path.touch, (self.victim,)


@pytest.fixture(scope="module")
def network(ground: Path) -> nn.Module:
    model = timm.create_model("test_resnet", num_classes=3)
    model.load_state_dict(torch.load(ground / "plain.pth", weights_only=True))
    return model.eval()


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A suite's folder: images in two splits, and checkpoints, good and bad."""
    root = tmp_path_factory.mktemp("own")
    pictures.write(root / "photos/train", 20)
    pictures.write(root / "photos/val", 12, first=20)
    pictures.write(root / "single", 14)
    model = trained(root / "photos/train")
    state = model.state_dict()
    torch.save(state, root / "plain.pth")
    torch.save({"epoch": 3, "state_dict": {f"module.{k}": v for k, v in state.items()}}, root / "nested.pth")
    save_file(state, root / "plain.safetensors")
    torch.save(timm.create_model("test_resnet", num_classes=7).state_dict(), root / "seven.pth")
    torch.save({k: v for k, v in state.items() if not k.startswith("layer4")}, root / "torn.pth")
    torch.save(model, root / "module.pth")
    (root / "harmful.pth").write_bytes(pickle.dumps({"state_dict": Harmful(root / "harmed")}))
    (root / "corrupt.pth").write_bytes((root / "plain.pth").read_bytes()[:5000])
    (root / "corrupt.safetensors").write_bytes(b"no tensors in here")
    return root


@pytest.fixture(scope="module")
def swept(ground: Path) -> Told:
    return run(
        ground,
        ground / "results",
        workload={"dataset": {"image_folder": "photos", "transform": "timm"}},
        models=[{"timm": "test_resnet", "checkpoint": "plain.pth", "image_size": SIDE}],
        passes=[[], [QUANTIZE], [PRUNE], [FACTORIZE]],
        runtimes=["torch", "onnxruntime", "openvino"],
    )


BAD = ("seven.pth", "torn.pth", "module.pth", "harmful.pth", "corrupt.pth", "corrupt.safetensors")


@pytest.fixture(scope="module")
def mistaken(ground: Path) -> Told:
    """Good and bad checkpoints side by side, on images that are split here."""
    files = ["plain.pth", "nested.pth", "plain.safetensors", *BAD]
    fine_tuned = {"timm": "test_resnet", "checkpoint": "seven.pth", "image_size": SIDE, "train": {"steps": 3, "batch_size": 8}}
    published = {"timm": {"name": ["resnet10t", "test_vit"], "pretrained": True}}
    return run(
        ground,
        ground / "mistaken",
        workload={"dataset": {"image_folder": "single"}},
        models=[*({"timm": "test_resnet", "checkpoint": file, "image_size": SIDE} for file in files), fine_tuned, published],
        runtimes=["onnxruntime"],
    )


def of(file: str) -> str:
    return f"test_resnet:checkpoint={file},image_size={SIDE}@onnxruntime/b1"


def test_every_chain_is_measured_in_every_runtime_that_takes_it(swept: Told) -> None:
    assert {label for label, one in swept.evaluations.items() if one.failure} == set()
    assert len(swept.evaluations) == 11
    assert all(one.facts["accuracy"].n == 36 for one in swept.evaluations.values())


def test_the_accuracy_is_the_one_that_timm_itself_finds(swept: Told, ground: Path, network: nn.Module) -> None:
    images, labels = batch(ground / "photos/val", network)
    with torch.no_grad():
        right = float((network(images).argmax(1) == labels).float().mean())
    assert right > 0.6, "the checkpoint must have learned something, or this test could not fail"
    for runtime in ("torch", "onnxruntime", "openvino"):
        assert swept.value(f"{OWN}@{runtime}/b1", "accuracy") == pytest.approx(right)


def test_images_come_to_the_model_as_timm_transforms_them(ground: Path, network: nn.Module, tmp_path: Path) -> None:
    samples = image_folder.load({"folder": "photos"}, ground)
    config = timm.data.resolve_model_data_config(network)
    how = Preprocess(
        resize=int(SIDE / config["crop_pct"]),
        crop=SIDE,
        interpolation=config["interpolation"],
        channels=3,
        mean=config["mean"],
        std=config["std"],
    )
    ours, labels = Store(samples, "photos", tmp_path).inputs(how, "test")
    theirs, wanted = batch(ground / "photos/val", network)
    assert labels.tolist() == wanted.tolist()
    np.testing.assert_allclose(ours, theirs.numpy(), atol=1e-5)


@pytest.mark.parametrize("name", ["quantize", "prune", "factorize"])
def test_a_compressed_network_is_smaller_and_still_classifies(swept: Told, name: str) -> None:
    plain, small = f"{OWN}@onnxruntime/b1", f"{OWN}+{LABELS[name]}@onnxruntime/b1"
    assert swept.value(small, "size") < swept.value(plain, "size")
    assert swept.value(small, "accuracy") > 0.5


def test_runtimes_agree_on_the_same_artifact(swept: Told) -> None:
    for chain in ("", f"+{LABELS['prune']}", f"+{LABELS['factorize']}"):
        found = [swept.value(f"{OWN}{chain}@{runtime}/b1", "accuracy") for runtime in ("torch", "onnxruntime", "openvino")]
        assert max(found) - min(found) <= 1 / 36 + 1e-9


def test_an_artifact_tells_nothing_of_the_machine_it_was_made_on(swept: Told, ground: Path) -> None:
    files = list((ground / "results/artifacts").glob("*/model.*"))
    assert sorted(file.name for file in files) == ["model.onnx"] * 5 + ["model.pt2"] * 3  # each runtime has its own quantizer
    for file in files:
        assert b"site-packages" not in file.read_bytes()


def test_checkpoints_of_every_format_give_the_same_facts(mistaken: Told) -> None:
    found = {mistaken.value(of(file), "accuracy") for file in ("plain.pth", "nested.pth", "plain.safetensors")}
    assert len(found) == 1
    assert len({mistaken.value(of(file), "size") for file in ("plain.pth", "nested.pth", "plain.safetensors")}) == 1


def test_images_without_split_folders_are_split_by_class(mistaken: Told) -> None:
    assert mistaken.evaluations[of("plain.pth")].facts["accuracy"].n == 3 * 4


@pytest.mark.parametrize(
    ("file", "words"),
    [
        ("seven.pth", ("seven.pth knows 7 classes, the dataset has 3", "train")),
        ("torn.pth", ("torn.pth does not fit", "tensors are missing (layer4")),
        ("module.pth", ("module.pth holds more than weights", "state_dict")),
        ("harmful.pth", ("harmful.pth holds more than weights", "state_dict")),
        ("corrupt.pth", ("cannot read weights from", "corrupt.pth")),
        ("corrupt.safetensors", ("cannot read weights from", "corrupt.safetensors")),
    ],
)
def test_a_checkpoint_that_does_not_fit_is_told_in_one_line(mistaken: Told, file: str, words: tuple[str, ...]) -> None:
    failure = mistaken.failure(of(file))
    assert (failure.kind, failure.stage) == ("bad_input", "prepare")
    assert all(word in failure.message for word in words), failure.message


def test_no_code_in_a_checkpoint_is_run(mistaken: Told, ground: Path) -> None:
    assert of("harmful.pth") in mistaken.evaluations
    assert not (ground / "harmed").exists()
    with (ground / "harmful.pth").open("rb") as file:
        pickle.load(file)
    assert (ground / "harmed").exists(), "the file was harmless, so it proved nothing"


def test_a_checkpoint_of_other_classes_can_be_fine_tuned(mistaken: Told) -> None:
    label = next(name for name in mistaken.evaluations if name.startswith(f"test_resnet:checkpoint=seven.pth,image_size={SIDE}~"))
    assert mistaken.notes(label)["training"]["steps"] == 3


@pytest.mark.parametrize("name", ["resnet10t", "test_vit"])
def test_published_weights_that_cannot_be_had_are_one_line_with_a_hint(mistaken: Told, name: str) -> None:
    failure = mistaken.failure(f"{name}:pretrained=True@onnxruntime/b1")
    assert failure.kind == "missing_package"
    assert f"the published weights of {name} could not be loaded" in failure.message
    assert "checkpoint: FILE" in failure.message


def test_loading_a_program_is_not_charged_for_what_pytorch_imports(swept: Told, ground: Path) -> None:
    program = next((ground / "results/artifacts").glob("*/model.pt2")).parent
    code = (
        "import sys; from pathlib import Path; from harness.runtimes.torch_runtime import load; before = set(sys.modules);"
        "load(Path(sys.argv[1]), {}, 'cpu'); print(len(set(sys.modules) - before))"
    )
    done = subprocess.run([sys.executable, "-c", code, str(program)], capture_output=True, text=True, check=True)
    assert int(done.stdout) < 100  # 1,301 modules where nothing is imported before


def test_end_to_end_every_part_of_the_path_is_timed_and_the_answers_are_the_same(ground: Path, swept: Told) -> None:
    whole = run(
        ground,
        ground / "results",
        workload={"dataset": {"image_folder": "photos", "transform": "timm"}, "end_to_end": True},
        models=[{"timm": "test_resnet", "checkpoint": "plain.pth", "image_size": SIDE}],
        runtimes=["onnxruntime"],
        scenarios=["single_stream", {"multi_stream": {"samples": 3}}, "offline"],
    )
    label = f"{OWN}@onnxruntime/b1"
    facts = whole.evaluations[label].facts
    parts = [facts[f"time_{name}"].value for name in ("decode", "resize", "normalize", "model", "postprocess")]
    assert min(parts) > 0
    assert facts["multi_stream_p50"].value > facts["latency_p50"].value > max(parts)
    assert facts["accuracy"].key == swept.evaluations[label].facts["accuracy"].key, "known already: measured once"
    assert facts["latency_p50"].key != swept.evaluations[label].facts["latency_p50"].key
