"""What is handed over answers as what was measured, on every runtime, where this package cannot be imported."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from skl2onnx import to_onnx
from sklearn.datasets import load_wine
from sklearn.tree import DecisionTreeClassifier

from harness import derive, handover, launch, pipeline
from harness.errors import JobError
from harness.geometry import decoded, geometry
from harness.handover import Chosen
from harness.interfaces import Array, Batch
from harness.keys import artifact_digest, fact_key
from harness.metrics import METRICS
from harness.pipeline import Setting
from harness.preprocess import arithmetic
from harness.queries import keep_originals
from harness.record import MODEL_FILES, REFERENCE, Artifact, Fact, Preprocess
from harness.registry import Registry
from harness.spec import Candidate
from harness.store import Run, Store
from harness.suitefile import load
from harness.testing import reference as truth
from tests.handed_over import scores_of

from . import pictures
from .driving import SUITE

PROFILE = {"only": {"weights": {"latency_p50": 1}, "range": {"latency_p50": ["1 us", "1 s"]}}}
IMAGES = Preprocess(resize=10, crop=8, channels=3, mean=(0.4, 0.5, 0.6), std=(0.2, 0.3, 0.4))
ROWS = Preprocess(layout="as_is", scale=1, mean=(1.0,), std=(2.0,))
RECORDS = Preprocess(layout="as_is", scale=1, inputs={"ids": "int64", "mask": "bool", "table": "float32"})


@contextmanager
def opened(folder: Path, **suite: Any) -> Iterator[Setting]:
    """Give a suite, written into ``folder``, with its store."""
    (folder / "suite.yaml").write_text(yaml.safe_dump({**SUITE, "profiles": PROFILE, **suite}))
    registry, root = Registry.load(), folder / "results"
    with Store(f"sqlite:///{root}/harness.db") as store:
        yield pipeline.settle(load(folder / "suite.yaml", registry), registry, store, root)


def plant(setting: Setting, candidate: Candidate, samples: Array, wanted: Array, how: Preprocess, **more: Any) -> Artifact:
    """Keep what lies in ``planted`` as the artifact of a candidate, with a latency, as if it had been measured."""
    root, plan = setting.root, setting.ledger.plan(candidate)
    (root / "inputs").mkdir()
    np.save(root / "inputs/samples.npy", samples)
    np.save(root / "inputs/labels.npy", np.zeros(len(samples)))
    np.save(root / "planted" / REFERENCE, wanted)
    model = root / "planted" / MODEL_FILES[plan.format]
    artifact = Artifact(
        recipe=plan.recipe,
        digest=artifact_digest(model, how, root / "inputs"),
        format="onnx" if plan.format == "onnx" else "torch",
        folder=str(root / "planted"),
        inputs=str(root / "inputs"),
        originals=str(root / "originals"),
        sample_shape=arithmetic(samples[:1], how.model_dump())[0].shape[1:] if not how.inputs else (),
        classes=wanted.shape[1],
        preprocess=how,
        size=model.stat().st_size,
        notes={"census": {"layers": {"float": 2}}},
        **more,
    )
    subject = setting.ledger.subject(candidate, artifact)
    setting.store.add_artifact(artifact, derive.of_artifact(artifact, subject))
    about = subject(METRICS["latency_p50"])
    known = {"value": 0.01, "low": 0.009, "high": 0.011, "n": 100, "unit": "s"}
    fact = Fact(key=fact_key(about), metric="latency_p50", subject=about, **known)
    body = {"candidate": candidate.model_dump(mode="json"), "found": {"settings": {}}}
    done = tuple(setting.ledger.tasks(candidate, artifact).values())
    outputs = launch.packed({"predictions": np.eye(artifact.classes), "labels": np.arange(artifact.classes)})
    setting.store.add_run(Run(setting.environment, body, outputs, done, (fact,)))
    return artifact


def handed_over(setting: Setting, candidate: Candidate, place: Path) -> Chosen:
    """Export a candidate into ``place``."""
    chosen = handover.choose(setting, None, candidate.label)
    assert isinstance(chosen, Chosen), chosen
    handover.write(setting, chosen, Path(setting.suite.folder, "suite.yaml"), place)
    assert (place / chosen.model.name).read_bytes() == chosen.model.read_bytes()
    return chosen


def about(place: Path) -> Mapping[str, Any]:
    told: Mapping[str, Any] = json.loads((place / "preprocess.json").read_text())
    return told


def check(place: Path, samples: Array, wanted: Array, work: Path, tolerance: float) -> str:
    """Check that ``load.py`` gives the ``wanted`` scores, and those of the harness's own session; return what it printed."""
    scores, said = scores_of(place, samples, work)
    spread = float(np.linalg.norm(wanted - wanted.mean(axis=0)))
    assert np.linalg.norm(scores - wanted) <= tolerance * spread
    own = np.load(place / "example_scores.npy")
    assert np.linalg.norm(scores[: len(own)] - own) <= 1e-3 * spread
    assert f"self-check: the scores of {len(own)} samples differ by" in said
    return said


def written_images(folder: Path) -> tuple[list[bytes], Array]:
    """Return the bytes of photographs of four classes, and their pixels after the geometry."""
    pictures.write(folder / "photos", per_class=4)
    shutil.copytree(folder / "photos/one", folder / "photos/uno")
    files = sorted((folder / "photos").rglob("*.*"))
    how = IMAGES.model_dump()
    return [path.read_bytes() for path in files], np.stack([geometry(decoded(path), how) for path in files])


NETWORKS: list[tuple[Any, str, float]] = [
    ({"torch": {"threads": 1, "channels_last": True}}, "torch", 1e-4),
    ({"torch": {"precision": "bf16"}}, "torch", 0.1),
    ({"torch_compile": {"threads": 1}}, "torch", 1e-4),
    ({"onnxruntime": {"threads": 1, "optimization": "basic"}}, "onnx", 1e-4),
    ({"onnxruntime": {"provider": "cpu"}}, "onnx", 1e-4),
    ({"openvino": {"threads": 1}}, "onnx", 1e-4),
    ({"openvino": {"hint": "throughput"}}, "onnx", 1e-4),
]


@pytest.mark.parametrize(("runtime", "format_", "tolerance"), NETWORKS, ids=[json.dumps(one[0]) for one in NETWORKS])
def test_photographs_get_the_scores_that_were_measured(tmp_path: Path, runtime: Any, format_: str, tolerance: float) -> None:
    raw, samples = written_images(tmp_path)
    wanted = truth.reference_scores(arithmetic(samples, IMAGES.model_dump()))
    place = tmp_path / "out"
    with opened(
        tmp_path,
        workload={"dataset": {"image_folder": "photos", "transform": "timm"}, "batch_size": 3},
        models=[{"timm": "test_resnet", "weights": "random"}],
        runtimes=[runtime],
        baseline={"model": {"timm": "test_resnet", "weights": "random"}, "runtime": runtime},
    ) as setting:
        (candidate,) = setting.space.candidates
        truth.write_reference(setting.root / "planted", format_)
        (setting.root / "originals").mkdir()
        keep_originals(setting.root / "originals", raw)
        plant(setting, candidate, samples, wanted, IMAGES)
        handed_over(setting, candidate, place)
    said = check(place, samples, wanted, tmp_path, tolerance)
    assert f"class {wanted[0].argmax()}" in said
    told = about(place)
    assert told["classes"] == ["one", "seven", "uno", "zero"]
    assert told["sample"] == {"kind": "image", "shape": [8, 8, 3], "dtype": "uint8"}
    assert told["inputs"] == [{"name": "input", "dtype": "float32", "shape": ["batch", 3, 8, 8]}]
    assert told["fixed_batch"] == (3 if "torch_compile" in runtime else None)
    assert (place / "example_raw.png").read_bytes() == raw[0]
    needed = (place / "requirements.txt").read_text()
    assert "pillow==" in needed
    assert ("torch==" in needed) == (format_ == "torch")
    assert "harness" not in needed


def test_rows_of_a_table_are_taken_as_they_are(tmp_path: Path) -> None:
    table, labels = load_wine(return_X_y=True)
    rows = table.astype(np.float32)
    given: Batch = arithmetic(rows, ROWS.model_dump())
    tree = DecisionTreeClassifier(random_state=0).fit(given, labels)
    wanted = tree.predict_proba(given).astype(np.float32)
    place = tmp_path / "out"
    with opened(
        tmp_path, workload={"dataset": "wine"}, models=[{"sklearn": "decision_tree"}], runtimes=["onnxruntime"]
    ) as setting:
        (candidate,) = setting.space.candidates
        (setting.root / "planted").mkdir(parents=True)
        graph = to_onnx(tree, given[:1], options={"zipmap": False}, target_opset=17)
        del graph.graph.output[0]  # the class: scores come first
        (setting.root / "planted/model.onnx").write_bytes(graph.SerializeToString())
        (setting.root / "originals").mkdir()
        keep_originals(setting.root / "originals", list(rows[:2]))
        plant(setting, candidate, rows, wanted[:32], ROWS)
        handed_over(setting, candidate, place)
    check(place, rows[:32], wanted[:32], tmp_path, 1e-4)
    assert about(place)["sample"] == {"kind": "row", "shape": [13], "dtype": "float32"}
    assert about(place)["classes"] == ["class_0", "class_1", "class_2"]
    assert "pillow" not in (place / "requirements.txt").read_text()
    assert "PIL" not in (place / "load.py").read_text()


@pytest.mark.parametrize("runtime", ["torch", "onnxruntime", "openvino"])
def test_records_keep_the_types_of_their_inputs(tmp_path: Path, runtime: str) -> None:
    ids, mask, table = truth.several_batch(20)
    kinds = [("ids", "i8", (5,)), ("mask", "?", (5,)), ("table", "f4", (3,))]
    samples = np.zeros(20, dtype=kinds)
    samples["ids"], samples["mask"], samples["table"] = ids, mask, table
    wanted = truth.several_scores((ids, mask, table))
    np.savez(tmp_path / "records.npz", ids=ids, mask=mask, table=table, y=np.arange(20) % 5)
    (tmp_path / "mine.py").write_text("def make():\n    return None\n")
    place = tmp_path / "out"
    with opened(
        tmp_path,
        workload={"dataset": {"npz": "records.npz", "inputs": ["ids", "mask", "table"]}},
        models=[{"python": "mine:make"}],
        runtimes=[runtime],
    ) as setting:
        (candidate,) = setting.space.candidates
        truth.write_several(setting.root / "planted", "torch" if runtime == "torch" else "onnx")
        (setting.root / "originals").mkdir()
        keep_originals(setting.root / "originals", list(samples[:2]))
        plant(setting, candidate, samples, wanted, RECORDS)
        handed_over(setting, candidate, place)
    check(place, samples, wanted, tmp_path, 1e-4)
    assert about(place)["sample"]["dtype"] == {"ids": "int64", "mask": "bool", "table": "float32"}
    assert {one["name"]: one["dtype"] for one in about(place)["inputs"]} == RECORDS.inputs


def test_a_file_that_its_runtime_cannot_load_any_more_is_not_handed_over(tmp_path: Path) -> None:
    rows = np.zeros((4, 13), np.float32)
    with opened(
        tmp_path, workload={"dataset": "wine"}, models=[{"sklearn": "decision_tree"}], runtimes=["onnxruntime"]
    ) as setting:
        (candidate,) = setting.space.candidates
        (setting.root / "planted").mkdir(parents=True)
        (setting.root / "planted/model.onnx").write_bytes(b"no graph at all")
        (setting.root / "originals").mkdir()
        keep_originals(setting.root / "originals", list(rows))
        plant(setting, candidate, rows, np.zeros((4, 3), np.float32), ROWS)
        with pytest.raises(JobError):
            handed_over(setting, candidate, tmp_path / "out")
    assert not (tmp_path / "out").exists()
