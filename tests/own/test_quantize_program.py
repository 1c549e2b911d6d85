"""Quantization of exported PyTorch programs, as PyTorch's runtimes run them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn
from torchao.quantization.pt2e.quantize_pt2e import prepare_pt2e

from harness.bench import Work
from harness.errors import JobError
from harness.interfaces import Tool
from harness.passes import quantize_program as programs
from harness.passes import quantize_pt2e as pt2e
from harness.passes.declared import QuantizeOptions
from harness.passes.quantize_job import job
from harness.prepare import export
from harness.prepare.plan import Planner
from harness.prepare.stages import Maker
from harness.record import Preprocess
from harness.registry import Registry, open_door
from harness.space import expand
from harness.suitefile import loads

from . import trained
from .test_quantize import fine_tuned, uneven

REGISTRY = Registry.load()
QUANTIZE = REGISTRY.passes["quantize"]


@pytest.fixture(scope="module", autouse=True)
def one_thread() -> Iterator[None]:
    """Networks this small are trained several times faster by one thread than by two that wait for each other."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@cache
def network(name: str) -> Work:
    """Return a trained network as a program: a residual one, one that was fine-tuned, or plain convolutions."""
    works = {"resnet": trained.resnet, "tuned": fine_tuned, "uneven": lambda: trained.plain(uneven(), 1, 28, 28)}
    return export.apply(works[name](), {"target": "program"}, trained.bench())


def tools(runtime: str, wish: Mapping[str, Any]) -> tuple[Tool, ...]:
    found = QUANTIZE.tools(REGISTRY.runtimes[runtime], wish)
    assert not isinstance(found, str), found
    return found


@cache
def _made(name: str, options: str, runtime: str) -> Work:
    wish = json.loads(options)
    done: Work = open_door(tools(runtime, wish)[-1].door)(network(name), wish, trained.bench())
    return done


def made(name: str, runtime: str = "torch_compile", **options: Any) -> Work:
    """Return a program quantized as a suite that says ``options`` has it."""
    return _made(name, json.dumps(options), runtime)


def notes(work: Work) -> Mapping[str, Any]:
    told: Mapping[str, Any] = work.notes["quantize"]
    return told


def answers(work: Work, inputs: np.ndarray) -> np.ndarray:
    """Return the scores of a program, run as it is."""
    with torch.inference_mode():
        return work.model.module()(torch.from_numpy(inputs)).numpy()


def accuracy(work: Work) -> float:
    inputs, labels = trained.bench().inputs(work.preprocess, "test", None)
    return float((answers(work, inputs).argmax(1) == labels).mean())


def size(work: Work, folder: Path) -> int:
    torch.export.save(work.model, folder / "model.pt2")
    return (folder / "model.pt2").stat().st_size


WAYS = [
    ("torch_compile", {}, "torchao", 0.36),
    ("torch_compile", {"per_channel": False}, "torchao", 0.36),
    ("torch_compile", {"method": "dynamic"}, "torchao", 0.38),
    ("torch_compile", {"method": "qat"}, "torchao", 0.36),
    ("torch_compile", {"method": "bf16"}, "torch", 0.6),
    ("torch_compile", {"method": "fp16"}, "torch", 0.6),
    ("torch", {"method": "bf16"}, "torch", 0.6),
    ("torch", {"method": "fp16"}, "torch", 0.6),
]
"""Runtime, options, the tool that the notes name, and the file's size beside the float one's: operators are a tenth of both."""


@pytest.mark.parametrize(("runtime", "options", "tool", "share"), WAYS)
def test_a_small_residual_network_loses_less_than_half_a_point(
    runtime: str, options: dict[str, Any], tool: str, share: float, tmp_path: Path
) -> None:
    name = "tuned" if options.get("method") == "qat" else "resnet"
    done, plain = made(name, runtime, **options), network(name)
    told = notes(done)
    assert (told["method"], told["tool"]) == (options.get("method", "static"), tool)
    assert size(done, tmp_path) < share * size(plain, tmp_path)
    assert accuracy(plain) - accuracy(done) < 0.005
    assert told["agreement"] > 0.95
    assert told["cosine"] > 0.99
    narrow = "16" if options.get("method") in ("bf16", "fp16") else "8"
    assert set(told["weights"]) == {narrow}
    assert (told["quantizers"] > 0) is (narrow == "8")


def test_a_program_can_be_saved_and_read_and_answers_the_same(tmp_path: Path) -> None:
    inputs, _ = trained.bench().inputs(network("resnet").preprocess, "test", 5)
    for done in (made("resnet"), made("resnet", method="bf16")):
        torch.export.save(done.model, tmp_path / "model.pt2")
        read = torch.export.load(tmp_path / "model.pt2").module()
        with torch.inference_mode():
            scores = read(torch.from_numpy(inputs))
        assert scores.dtype == torch.float32
        np.testing.assert_array_equal(scores.numpy(), answers(done, inputs))


def test_no_trace_of_this_machine_is_in_the_file(tmp_path: Path) -> None:
    torch.export.save(made("resnet").model, tmp_path / "model.pt2")
    assert str(Path(torch.__file__).parent).encode() not in (tmp_path / "model.pt2").read_bytes()


def test_the_operators_alone_tell_the_quantizer_as_much_as_the_sources_do() -> None:
    """The exported file holds no modules: what they were is told again, and the quantizer watches the same places."""
    model, shape = trained.resnet().model.eval(), trained.resnet().sample_shape
    asked = job(network("resnet"), QuantizeOptions(), trained.bench(), programs.PROGRAM)
    whole = torch.export.export(model, (torch.zeros(2, *shape),)).module()
    watched = []
    for module in (whole, pt2e._described(programs.exported(model, np.zeros((2, *shape), np.float32)).module())):
        watching = prepare_pt2e(module, pt2e._quantizer(asked, frozenset()))
        observers = [node for node in watching.graph.nodes if "activation_post_process" in str(node.target)]
        watched.append([str(node.all_input_nodes[0].target) for node in observers])
    assert watched[0] == watched[1]
    assert len(watched[0]) > 20


def test_layers_are_named_by_the_modules_that_hold_their_weights() -> None:
    names = programs.layers(programs.graph_module(network("resnet").model))
    modules = dict(trained.resnet().model.named_modules())
    assert len(names) > 10
    assert all(type(modules[name]) in (nn.Conv2d, nn.Linear) for name in names)


def test_a_layer_that_stays_in_float_is_the_only_one() -> None:
    asked = job(network("uneven"), QuantizeOptions(), trained.bench(), programs.PROGRAM)
    first, *rest = programs.layers(programs.graph_module(network("uneven").model))
    make = pt2e._maker(asked)
    wide = {name: [] for name in ("all", "but one")}
    for name, keep in (("all", frozenset()), ("but one", frozenset({first}))):
        tensors = make(keep).state_dict.items()
        wide[name] = [stored for stored, tensor in tensors if tensor.ndim > 1 and tensor.dtype == torch.float32]
    assert wide == {"all": [], "but one": [f"{first}.weight"]}
    assert rest


def test_an_accuracy_is_held_by_the_layers_that_were_made_sensitive() -> None:
    with pytest.raises(JobError, match="the quantized graph answers as the float one does for"):
        made("uneven", per_channel=False)
    held = made("uneven", per_channel=False, accuracy_aware={"max_drop": 0.01})
    names = programs.layers(programs.graph_module(network("uneven").model))
    assert accuracy(network("uneven")) - accuracy(held) < 0.03
    assert set(names[:2]) & set(notes(held)["kept_float"])
    assert len(notes(held)["kept_float"]) < len(names)
    assert notes(held)["drop"] <= 0.01


def test_more_samples_give_wider_ranges() -> None:
    def scales(count: int) -> float:
        nodes = made("uneven", calibration_samples=count).model.graph.nodes
        return sum(float(node.args[1]) for node in nodes if ".quantize_per_tensor" in str(node.target))

    assert scales(400) > scales(4) > 0


def test_what_is_quantized_already_is_refused() -> None:
    for first in ({}, {"method": "bf16"}):
        for second in ({}, {"method": "fp16"}):
            door = open_door(tools("torch_compile", second)[-1].door)
            with pytest.raises(JobError, match="this program is quantized already") as caught:
                door(made("uneven", **first), second, trained.bench())
            assert caught.value.kind == "unsupported"


def test_a_program_without_layers_has_nothing_to_quantize() -> None:
    image = np.zeros((2, 1, 28, 28), np.float32)
    flat = Work("program", programs.exported(nn.Sequential(nn.Flatten(), nn.ReLU()), image), Preprocess(), (1, 28, 28))
    with pytest.raises(JobError, match="no layer with a stored weight") as caught:
        open_door(tools("torch_compile", {})[0].door)(flat, {}, trained.bench())
    assert caught.value.kind == "unsupported"


def test_the_float_program_is_as_it_was() -> None:
    inputs, _ = trained.bench().inputs(Preprocess(), "test", 5)
    before = answers(network("uneven"), inputs)
    made("uneven")
    made("uneven", method="bf16")
    np.testing.assert_array_equal(answers(network("uneven"), inputs), before)


SUITE = """
name: programs
workload: {dataset: digits}
models: [{timm: test_resnet, train: {steps: 30}}]
passes: [[], [{quantize: {method: [static, bf16]}}]]
runtimes: [torch, torch_compile]
profiles: {one: {weights: {accuracy: 1}, range: {accuracy: [10 %, 99 %]}}}
"""


def test_one_suite_gets_a_program_for_each_runtime_and_the_stages_can_be_read_again(tmp_path: Path) -> None:
    suite = loads(SUITE, REGISTRY, tmp_path)
    space = expand(suite, REGISTRY)
    assert [rule.rule for rule in space.excluded] == [
        "torch has no int8 kernels for a program; torch_compile makes them",
    ]
    planner = Planner(suite, REGISTRY)
    first, again = (Maker(tmp_path, lambda _: None, lambda _: None) for _ in range(2))
    artifacts = {one.label: first.make(planner.plan(one)) for one in space.candidates}
    by = {label.partition("/")[0].removeprefix("test_resnet"): one for label, one in artifacts.items()}
    assert {label: one.notes.get("quantize", {}).get("tool") for label, one in by.items()} == {
        "@torch": None,
        "@torch_compile": None,
        "+quantize:bf16@torch": "torch",
        "+quantize:bf16@torch_compile": "torch",
        "+quantize:static@torch_compile": "torchao",
    }
    assert by["@torch"].digest == by["@torch_compile"].digest
    assert by["+quantize:bf16@torch"].digest == by["+quantize:bf16@torch_compile"].digest
    small = by["+quantize:static@torch_compile"]
    assert small.format == "torch"
    assert len(np.load(Path(small.folder) / "reference.npy")) == 32
    assert {one.label: again.make(planner.plan(one)).digest for one in space.candidates} == {
        label: one.digest for label, one in artifacts.items()
    }
