"""Making an artifact, with a model that takes no time: what its folder holds, and what is made only once."""

from pathlib import Path

import numpy as np
import pytest

from harness.prepare import stages
from harness.prepare.plan import Planner
from harness.record import REFERENCE
from harness.space import expand


@pytest.fixture(scope="module")
def plan(suite, registry):
    candidates = expand(suite, registry).candidates
    chosen = next(one for one in candidates if one.label.startswith("decision_tree@onnxruntime"))
    return Planner(suite, registry).plan(chosen)


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    return tmp_path_factory.mktemp("results")


@pytest.fixture
def make(plan, root):
    """Make the artifact again; return it with the stages that were done for it."""

    def made():
        began = []
        return stages.Maker(root, lambda text: None, began.append).make(plan), began

    return made


@pytest.fixture
def asked(monkeypatch):
    """Count how often a reference is made."""
    calls, answers = [], stages.reference.answers
    monkeypatch.setattr(stages.reference, "answers", lambda *about: [calls.append(about), answers(*about)][1])
    return calls


def test_an_artifact_holds_its_file_the_reference_of_its_first_samples_and_what_is_known_of_it(make):
    artifact, _ = make()
    place = Path(artifact.folder)
    assert {path.name for path in place.iterdir()} == {"model.onnx", REFERENCE, "artifact.json"}
    assert np.load(place / REFERENCE).shape == (32, artifact.classes)
    assert artifact.size == (place / "model.onnx").stat().st_size


def test_its_inputs_and_originals_are_of_the_same_samples(make):
    artifact, _ = make()
    inputs, originals = np.load(Path(artifact.inputs) / "samples.npy"), np.load(Path(artifact.originals) / "originals.npy")
    assert artifact.samples == len(inputs)
    assert len(originals) == 64
    assert np.array_equal(inputs[:64].reshape(64, -1), originals.reshape(64, -1))


def test_the_reference_is_what_the_model_says_of_its_inputs(make):
    """A decision tree gives each class its share of the training samples in a leaf: most of them are right."""
    artifact, _ = make()
    reference, labels = np.load(Path(artifact.folder) / REFERENCE), np.load(Path(artifact.inputs) / "labels.npy")
    np.testing.assert_allclose(reference.sum(axis=1), 1, atol=1e-5)
    assert (reference.argmax(axis=1) == labels[:32]).mean() > 0.5


def test_the_same_artifact_is_not_made_again(make, asked):
    first, _ = make()
    asked.clear()
    again, began = make()
    assert again == first
    assert (asked, began) == ([], [])


def test_an_artifact_from_before_there_were_references_gets_one(make, asked):
    artifact, _ = make()
    asked.clear()
    (Path(artifact.folder) / REFERENCE).unlink()
    again, began = make()
    assert again == artifact
    assert (Path(artifact.folder) / REFERENCE).exists()
    assert (len(asked), began) == (1, [])
