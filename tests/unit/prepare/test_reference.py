"""The reference scores of an artifact: what its own file answers, by the plainest executor of its format."""

import numpy as np
import pytest

from harness.outputs import DIFFERENT, REFERENCE_SAMPLES, compare
from harness.prepare.reference import answers
from harness.record import Preprocess
from harness.registry import Registry, open_door
from harness.testing import REFERENCE_CLASSES, REFERENCE_SHAPE, reference_scores, write_reference

AS_IS = Preprocess(layout="as_is", scale=1.0)


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """The reference network in both formats, and as ONNX files with fixed batches."""
    place = tmp_path_factory.mktemp("files")
    write_reference(place, "onnx")
    write_reference(place, "torch")
    for fixed in (1, 5, 64):
        write_reference(place / str(fixed), "onnx", fixed=fixed)
    return place


@pytest.fixture(scope="module")
def raw():
    return np.random.default_rng(0).normal(0, 1, (100, *REFERENCE_SHAPE)).astype(np.float32)


@pytest.fixture
def inputs(tmp_path):
    """Write samples where a dataset's inputs are."""

    def written(samples):
        np.save(tmp_path / "samples.npy", samples)
        return tmp_path

    return written


@pytest.mark.parametrize(("format_", "name"), [("onnx", "model.onnx"), ("torch", "model.pt2")])
def test_the_first_samples_are_answered_as_the_network_does(files, raw, inputs, format_, name):
    told = answers(files / name, format_, inputs(raw), AS_IS, None)
    assert (told.shape, str(told.dtype)) == ((REFERENCE_SAMPLES, REFERENCE_CLASSES), "float32")
    np.testing.assert_allclose(told, reference_scores(raw[:REFERENCE_SAMPLES]), atol=1e-5)


def test_samples_are_preprocessed_first(files, raw, inputs):
    how = Preprocess(layout="as_is", scale=0.5, mean=(0.1,), std=(2.0,))
    told = answers(files / "model.onnx", "onnx", inputs(raw), how, None)
    np.testing.assert_allclose(told, reference_scores((raw[:REFERENCE_SAMPLES] * 0.5 - 0.1) / 2), atol=1e-5)


@pytest.mark.parametrize("fixed", [1, 5, 64])
@pytest.mark.parametrize("count", [3, 12, 100])
def test_a_fixed_batch_is_filled_up_and_its_filling_left_out(files, raw, inputs, fixed, count):
    told = answers(files / str(fixed) / "model.onnx", "onnx", inputs(raw[:count]), AS_IS, fixed)
    np.testing.assert_allclose(told, reference_scores(raw[: min(count, REFERENCE_SAMPLES)]), atol=1e-5)


def test_a_file_that_cannot_be_run_here_has_no_reference(raw, inputs, tmp_path):
    (tmp_path / "model.onnx").write_bytes(b"not a model")
    for format_ in ("onnx", "torch"):
        assert answers(tmp_path / "model.onnx", format_, inputs(raw), AS_IS, None).shape == (0, 0)


def test_samples_that_do_not_fit_leave_no_reference(files, inputs):
    assert answers(files / "model.onnx", "onnx", inputs(np.zeros((8, 3), np.float32)), AS_IS, None).shape == (0, 0)


def test_scores_that_are_not_finite_are_no_reference(files, raw, inputs):
    assert answers(files / "model.onnx", "onnx", inputs(np.full_like(raw, np.nan)), AS_IS, None).shape == (0, 0)


@pytest.mark.parametrize("runtime", ["onnxruntime", "openvino", "torch"])
@pytest.mark.parametrize("batch", [1, 8, 64])
def test_every_runtime_comes_near_the_reference_of_its_artifact(files, raw, inputs, runtime, batch):
    part = Registry.load().runtimes[runtime]
    name = "model.onnx" if part.format == "onnx" else "model.pt2"
    reference = answers(files / name, part.format, inputs(raw), AS_IS, None)
    wish = {"fixed_batch": None, "batch_size": batch, "preprocess": AS_IS.model_dump(), "classes": REFERENCE_CLASSES}
    session = open_door(part.door)(files, {"threads": 1}, "cpu")
    assert compare(session, raw, wish, reference) < 1e-4
    with pytest.raises(Exception, match="differ"):
        compare(session, raw[::-1], wish, reference)


def test_bfloat16_is_near_enough(files, raw, inputs):
    reference = answers(files / "model.pt2", "torch", inputs(raw), AS_IS, None)
    wish = {"fixed_batch": None, "batch_size": 8, "preprocess": AS_IS.model_dump(), "classes": REFERENCE_CLASSES}
    session = open_door(Registry.load().runtimes["torch"].door)(files, {"precision": "bf16"}, "cpu")
    assert 1e-4 < compare(session, raw, wish, reference) < DIFFERENT / 5
