"""Providers that this machine does not have, with a stand-in for onnxruntime: what is asked for, and what is told."""

from types import SimpleNamespace

import pytest

from harness.errors import JobError, UnavailableError
from harness.runtimes import onnx_providers as providers

NAMES = {"cuda": "CUDAExecutionProvider", "tensorrt": "TensorrtExecutionProvider"}


class Settings:
    """Session options that remember what was asked of them."""

    intra_op_num_threads = 2

    def __init__(self):
        self.entries, self.providers = {}, []

    def add_session_config_entry(self, name, value):
        self.entries[name] = value

    def add_provider(self, name, options):
        self.providers.append((name, options))


def session(*parts, started=None):
    """Return a session whose ``parts`` are provider and operators; ``started`` are the providers it has."""
    told = [
        SimpleNamespace(ep_name=name, get_nodes=lambda kinds=kinds: [SimpleNamespace(op_type=kind) for kind in kinds])
        for name, kinds in parts
    ]
    names = started or [*dict.fromkeys(name for name, _ in parts), "CPUExecutionProvider"]
    return SimpleNamespace(get_providers=lambda: names, get_provider_graph_assignment_info=lambda: told)


@pytest.fixture
def gpu(monkeypatch):
    """An onnxruntime that was built for GPUs."""
    monkeypatch.setattr(providers.ort, "get_available_providers", lambda: [*NAMES.values(), "CPUExecutionProvider"])


def asked(options, device):
    settings = Settings()
    provider = providers.chosen(options, device)
    providers.ask(provider, settings, options, device)
    return provider, settings


@pytest.mark.parametrize(
    ("options", "device", "wanted"),
    [
        ({}, "cuda:1", [("CUDAExecutionProvider", {"device_id": "1", "use_tf32": "0"})]),
        ({"provider": "cuda"}, "cuda", [("CUDAExecutionProvider", {"device_id": "0", "use_tf32": "0"})]),
        ({"provider": "tensorrt"}, "cuda:2", [("TensorrtExecutionProvider", {"device_id": "2"})]),
        (
            {"provider": "tensorrt", "allow_fallback": True},
            "cuda:0",
            [("TensorrtExecutionProvider", {"device_id": "0"}), ("CUDAExecutionProvider", {"device_id": "0", "use_tf32": "0"})],
        ),
    ],
)
def test_a_gpu_gets_the_provider_that_is_asked_for_in_full_precision(gpu, options, device, wanted):
    _, settings = asked(options, device)
    assert settings.providers == wanted
    assert settings.entries == {"session.record_ep_graph_assignment_info": "1"}


def test_on_the_cpu_nothing_is_recorded_since_nothing_can_fall_back():
    _, settings = asked({}, "cpu")
    assert settings.providers == [("CPUExecutionProvider", {})]
    assert settings.entries == {}


@pytest.mark.parametrize(("provider", "shown"), [("cuda", "CUDA"), ("tensorrt", "TensorRT")])
def test_a_provider_that_this_onnxruntime_does_not_have_is_told_with_its_package(monkeypatch, provider, shown):
    monkeypatch.setattr(providers.ort, "get_available_providers", lambda: ["CPUExecutionProvider"])
    with pytest.raises(UnavailableError, match=f"no {shown} provider for cuda:0") as caught:
        providers.chosen({"provider": provider}, "cuda:0")
    assert caught.value.hint == "pip install onnxruntime-gpu"


@pytest.mark.parametrize("allowed", [True, False])
def test_a_provider_that_did_not_start_is_never_measured_by_the_cpu(allowed):
    fallen = session(("CPUExecutionProvider", ["Conv"]), started=["CPUExecutionProvider"])
    with pytest.raises(UnavailableError, match="could not start its cuda provider, and would have used CPUExecutionProvider"):
        providers.elsewhere(providers.CUDA, fallen, allowed)


def test_operators_that_fall_back_are_counted_by_kind_and_refused_unless_allowed():
    mixed = session(
        ("CUDAExecutionProvider", ["Conv", "Conv", "Relu"]), ("CPUExecutionProvider", ["Shape", "Gather"]), ("Other", ["Gather"])
    )
    assert providers.elsewhere(providers.CUDA, mixed, allowed=True) == {"Gather": 2, "Shape": 1}
    with pytest.raises(JobError, match="cuda provider leaves 3 of 6 operators to another: 2 Gather, 1 Shape") as caught:
        providers.elsewhere(providers.CUDA, mixed, allowed=False)
    assert (caught.value.kind, caught.value.stage) == ("unsupported", "load")


def test_nothing_is_told_where_nothing_falls_back():
    whole = session(("CUDAExecutionProvider", ["Conv", "Relu"]))
    assert providers.elsewhere(providers.CUDA, whole, allowed=False) == {}


def test_a_provider_that_runs_nothing_is_refused_even_where_others_may_help():
    none = session(("CPUExecutionProvider", ["Conv"]), started=["CUDAExecutionProvider", "CPUExecutionProvider"])
    with pytest.raises(JobError, match="runs none of the 1 operators of this graph: 1 Conv"):
        providers.elsewhere(providers.CUDA, none, allowed=True)
