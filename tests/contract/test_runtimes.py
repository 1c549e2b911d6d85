import sys
from importlib.util import find_spec

import numpy as np
import onnx
import openvino as ov
import psutil
import pytest
import torch
from pydantic import ValidationError
from skl2onnx import to_onnx
from sklearn.tree import DecisionTreeClassifier

from harness.errors import JobError, UnavailableError
from harness.registry import Registry, open_door
from harness.testing import RuntimeContract, reference_batch, write_reference
from harness.testing.reference import reference_scores

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

    def test_the_cpu_provider_is_the_one_that_the_cpu_gets(self, part, artifact):
        for options in ({}, {"provider": "auto"}, {"provider": "cpu"}):
            assert self.session(part, artifact, **options).settings["provider"] == "CPUExecutionProvider"

    @pytest.mark.parametrize(
        ("provider", "device", "words", "hint"),
        [
            ("cuda", "cpu", "cuda provider runs on a GPU, not on cpu", "target: cuda:0"),
            ("tensorrt", "cpu", "tensorrt provider runs on a GPU, not on cpu", "target: cuda:0"),
            ("openvino", "cuda:0", "openvino provider runs on the CPU, not on cuda:0", "target: cpu"),
            ("cpu", "cuda:0", "cpu provider runs on the CPU, not on cuda:0", "target: cpu"),
        ],
    )
    def test_a_provider_of_another_device_is_unavailable(self, part, artifact, provider, device, words, hint):
        with pytest.raises(UnavailableError, match=words) as caught:
            open_door(part.door)(artifact, {"provider": provider}, device)
        assert caught.value.hint == hint

    def test_a_precision_is_for_the_openvino_provider_alone(self, part):
        assert part.options(provider="openvino", precision="bf16").precision == "bf16"
        with pytest.raises(ValidationError, match="precision: bf16 is for provider: openvino"):
            part.options(precision="bf16")

    def test_a_provider_that_is_not_installed_is_told_with_its_package(self, part, artifact, monkeypatch):
        from harness.runtimes import onnx_providers

        monkeypatch.setattr(onnx_providers.ort, "get_ep_devices", list)
        monkeypatch.setitem(sys.modules, "onnxruntime_ep_openvino", None)
        with pytest.raises(UnavailableError, match="openvino provider is not installed") as caught:
            open_door(part.door)(artifact, {"provider": "openvino"}, "cpu")
        assert caught.value.hint == "pip install onnxruntime-ep-openvino"


@pytest.mark.skipif(find_spec("onnxruntime_ep_openvino") is None, reason="the provider is a package of its own")
class TestOnnxRuntimeByOpenVino(RuntimeContract):
    @pytest.fixture
    def part(self):
        return RUNTIMES["onnxruntime"]

    @pytest.fixture
    def artifact(self, onnx_artifact):
        return onnx_artifact

    def session(self, part, artifact, **options):
        return super().session(part, artifact, provider="openvino", **options)

    def test_all_of_it_runs_there(self, part, artifact):
        settings = self.session(part, artifact).settings
        assert settings["provider"] == "OpenVINOExecutionProvider"
        assert "elsewhere" not in settings

    def test_a_precision_changes_the_numbers_and_says_so(self, part, artifact):
        batch = reference_batch(8)
        exact = self.session(part, artifact)
        np.testing.assert_allclose(exact.run(batch), reference_scores(batch), atol=1e-5)
        assert exact.settings["precision"] == "f32"
        if "BF16" not in ov.Core().get_property("CPU", "OPTIMIZATION_CAPABILITIES"):
            pytest.skip("this processor has no bfloat16")
        rough = self.session(part, artifact, precision="bf16")
        assert rough.settings["precision"] == "bf16"
        assert 1e-4 < np.abs(rough.run(batch) - exact.run(batch)).max() < 0.1

    def test_what_it_cannot_run_is_not_measured_as_its_own(self, part, tmp_path):
        onnx.save(trees(), tmp_path / "model.onnx")
        with pytest.raises(JobError, match="runs none of the 1 operators of this graph: 1 TreeEnsembleClassifier") as caught:
            self.session(part, tmp_path, allow_fallback=True)
        assert (caught.value.kind, caught.value.stage) == ("unsupported", "load")

    def test_a_part_that_falls_back_is_told_and_measured_only_if_that_is_allowed(self, part, tmp_path):
        onnx.save(trees(first=True), tmp_path / "model.onnx")
        words = "leaves 1 of 2 operators to another: 1 TreeEnsembleClassifier .allow_fallback: true measures it so."
        with pytest.raises(JobError, match=words) as caught:
            self.session(part, tmp_path)
        assert caught.value.kind == "unsupported"
        settings = self.session(part, tmp_path, allow_fallback=True).settings
        assert settings["elsewhere"] == {"TreeEnsembleClassifier": 1}
        assert settings["allow_fallback"] is True


def trees(first=False):
    """Return a graph of one decision tree; with ``first``, behind an operator that every provider has."""
    x = np.random.default_rng(0).normal(size=(60, 4)).astype(np.float32)
    tree = to_onnx(DecisionTreeClassifier(max_depth=3).fit(x, x[:, 0] > 0), x[:1], options={"zipmap": False}, target_opset=17)
    del tree.graph.output[0]
    del tree.graph.node[1:]
    if first:
        given = tree.graph.input[0].name
        tree.graph.node[0].input[0] = "larger"
        tree.graph.node.insert(0, onnx.helper.make_node("MatMul", [given, "factor"], ["larger"]))
        tree.graph.initializer.append(onnx.numpy_helper.from_array(np.eye(4, dtype=np.float32), "factor"))
    return tree


class Watched:
    """An inference request that tells how many samples it was started with."""

    def __init__(self, request, started):
        self.request, self.started = request, started

    def start_async(self, inputs, share_inputs):
        self.started.append(len(inputs[0]))
        self.request.start_async(inputs, share_inputs=share_inputs)

    def __getattr__(self, name):
        return getattr(self.request, name)


class TestOpenVino(RuntimeContract):
    @pytest.fixture
    def part(self):
        return RUNTIMES["openvino"]

    @pytest.fixture
    def artifact(self, onnx_artifact):
        return onnx_artifact

    def test_a_hint_of_throughput_shares_a_batch_among_streams(self, part, artifact):
        one, several = (self.session(part, artifact, threads=2, hint=hint) for hint in ("latency", "throughput"))
        assert (one.settings["hint"], one.settings["streams"]) == ("latency", 1)
        assert (several.settings["hint"], several.settings["streams"]) == ("throughput", 2)
        started = []
        for number, request in enumerate(several.requests):
            several.requests[number] = Watched(request, started)
        for count, shares in ((1, []), (2, [1, 1]), (7, [4, 3])):
            started.clear()
            batch = reference_batch(count)
            np.testing.assert_allclose(several.run(batch), one.run(batch), atol=1e-5)
            assert started == shares

    def test_a_graph_of_one_batch_size_is_not_shared_out(self, part, tmp_path):
        write_reference(tmp_path, "onnx", fixed=4)
        batch = reference_batch(4)
        session = self.session(part, tmp_path, threads=2, hint="throughput")
        np.testing.assert_allclose(session.run(batch), reference_scores(batch), atol=1e-4)

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
