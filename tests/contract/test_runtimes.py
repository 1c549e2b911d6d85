import numpy as np
import psutil
import pytest
import torch

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

    def test_half_precision_is_finer_than_bfloat16(self, part, artifact):
        batch = reference_batch(8)
        exact, half, rough = (self.session(part, artifact, precision=name).run(batch) for name in ("f32", "f16", "bf16"))
        assert 1e-6 < np.abs(half - exact).max() < np.abs(rough - exact).max()

    @pytest.mark.parametrize("last", [True, False])
    def test_channels_last_is_how_images_and_kernels_lie_in_memory_and_no_other_scores(self, part, convolutions, last):
        session = self.session(part, convolutions, channels_last=last)
        seen = []
        first = session.answering
        session.answering = lambda batch: (seen.append(batch.stride()), first(batch))[1]
        batch = np.random.default_rng(0).normal(size=(3, 3, 8, 8)).astype(np.float32)
        np.testing.assert_allclose(session.run(batch), self.session(part, convolutions).run(batch), atol=1e-5)
        (kernel,) = (weight for weight in first.parameters() if weight.ndim == 4)
        assert kernel.is_contiguous(memory_format=torch.channels_last) is last
        assert seen == [(192, 1, 24, 3) if last else (192, 64, 8, 1)]
        assert session.settings["channels_last"] is last


@pytest.fixture(scope="module")
def convolutions(tmp_path_factory):
    """A folder with one convolution and what follows it, exported."""
    torch.manual_seed(0)
    model = torch.nn.Sequential(torch.nn.Conv2d(3, 4, 3), torch.nn.ReLU(), torch.nn.Flatten(), torch.nn.Linear(144, 4)).eval()
    program = torch.export.export(model, (torch.zeros(2, 3, 8, 8),), dynamic_shapes=({0: torch.export.Dim("batch", min=1)},))
    folder = tmp_path_factory.mktemp("convolutions")
    torch.export.save(program, str(folder / "model.pt2"))
    return folder


@pytest.fixture(scope="module")
def code(tmp_path_factory):
    """What is compiled is kept for all tests together: they ask for the same again and again."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(RUNTIMES["torch_compile"].code_variable, str(tmp_path_factory.mktemp("code")))
        yield


@pytest.mark.usefixtures("code")
class TestTorchCompile(RuntimeContract):
    @pytest.fixture
    def part(self):
        return RUNTIMES["torch_compile"]

    @pytest.fixture
    def artifact(self, torch_artifact):
        return torch_artifact

    def test_bfloat16_changes_the_numbers_and_says_so(self, part, artifact):
        batch = reference_batch(8)
        rough, exact = self.session(part, artifact, precision="bf16"), self.session(part, artifact)
        assert (rough.settings["precision"], exact.settings["precision"]) == ("bf16", "f32")
        assert 1e-5 < np.abs(rough.run(batch) - exact.run(batch)).max() < 0.1

    def test_the_first_query_of_each_shape_compiles_and_no_other(self, part, artifact):
        session = self.session(part, artifact)
        compiled = []
        for count in (2, 2, 4, 2, 4):
            torch._dynamo.utils.counters.clear()
            session.run(reference_batch(count))
            compiled.append(torch._dynamo.utils.counters["stats"]["unique_graphs"])
        assert compiled == [1, 0, 1, 0, 0]

    def test_the_mode_that_tries_kernels_is_in_effect(self, part, artifact):
        from torch._inductor import config

        for mode, tries in (("max-autotune", True), ("default", False)):
            assert self.session(part, artifact, mode=mode).settings["mode"] == mode
            assert config.max_autotune is tries

    def test_it_starts_no_compilers_of_its_own_that_go_on(self, part, artifact):
        self.session(part, artifact).run(reference_batch(5))
        assert psutil.Process().children() == []

    def test_without_a_compiler_it_says_what_to_install(self, part, artifact, monkeypatch):
        from torch._inductor import config

        monkeypatch.setattr(config.cpp, "cxx", (None, "no-such-compiler"))
        with pytest.raises(UnavailableError, match="needs a C\\+\\+ compiler") as caught:
            open_door(part.door)(artifact, {}, "cpu")
        assert caught.value.hint == "apt-get install g++"

    def test_a_gpu_that_is_not_there_is_unavailable(self, part, artifact):
        if torch.cuda.is_available():
            pytest.skip("this machine has a GPU")
        with pytest.raises(UnavailableError, match="cuda:0"):
            open_door(part.door)(artifact, {}, "cuda:0")


def test_every_runtime_is_under_contract():
    assert set(RUNTIMES) == {"onnxruntime", "openvino", "torch", "torch_compile"}
