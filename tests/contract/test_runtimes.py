import numpy as np
import pytest

from harness.errors import UnavailableError
from harness.registry import Registry, open_door
from harness.testing import RuntimeContract, reference_batch, write_reference

RUNTIMES = Registry.load().runtimes


@pytest.fixture(scope="module")
def onnx_artifact(tmp_path_factory):
    folder = tmp_path_factory.mktemp("onnx")
    write_reference(folder, "onnx")
    return folder


@pytest.fixture(scope="module")
def torch_artifact(tmp_path_factory):
    folder = tmp_path_factory.mktemp("torch")
    write_reference(folder, "torch")
    return folder


class TestOnnxRuntime(RuntimeContract):
    @pytest.fixture
    def part(self):
        return RUNTIMES["onnxruntime"]

    @pytest.fixture
    def artifact(self, onnx_artifact):
        return onnx_artifact

    @pytest.mark.parametrize("level", ["all", "extended", "basic", "none"])
    def test_each_level_of_optimization_is_in_effect(self, part, artifact, level):
        assert self.session(part, artifact, optimization=level).settings["optimization"] == level

    def test_a_gpu_that_is_not_there_is_unavailable(self, part, artifact):
        import onnxruntime

        if "CUDAExecutionProvider" in onnxruntime.get_available_providers():
            pytest.skip("this onnxruntime has a CUDA provider")
        with pytest.raises(UnavailableError, match="cuda:0"):
            open_door(part.door)(artifact, {}, "cuda:0")


class TestOpenVino(RuntimeContract):
    @pytest.fixture
    def part(self):
        return RUNTIMES["openvino"]

    @pytest.fixture
    def artifact(self, onnx_artifact):
        return onnx_artifact

    def test_it_computes_in_f32_unless_told_otherwise(self, part, artifact):
        assert self.session(part, artifact).settings["precision"] == "f32"

    def test_a_gpu_is_refused(self, part, artifact):
        with pytest.raises(UnavailableError, match="cuda:0"):
            open_door(part.door)(artifact, {}, "cuda:0")


class TestTorch(RuntimeContract):
    @pytest.fixture
    def part(self):
        return RUNTIMES["torch"]

    @pytest.fixture
    def artifact(self, torch_artifact):
        return torch_artifact

    def test_bfloat16_changes_the_numbers_and_says_so(self, part, artifact):
        batch = reference_batch(8)
        rough, exact = self.session(part, artifact, precision="bf16"), self.session(part, artifact)
        assert (rough.settings["precision"], exact.settings["precision"]) == ("bf16", "f32")
        difference = np.abs(rough.run(batch) - exact.run(batch)).max()
        assert 1e-5 < difference < 0.1


def test_every_runtime_is_under_contract():
    assert set(RUNTIMES) == {"onnxruntime", "openvino", "torch"}
