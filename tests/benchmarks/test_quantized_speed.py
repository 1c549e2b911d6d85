"""int8 beside float32 on this machine, by each runtime's own tool: `pytest tests/benchmarks/test_quantized_speed.py -s`.

Sessions with one thread are timed in turn, in one process, by processor time, so that other programs disturb all alike.
Weights are random: speed does not depend on them. Nothing is asserted on time.
"""

from __future__ import annotations

import logging
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
import timm
import torch

from harness.bench import Bench, Samples, Split, Work
from harness.interfaces import Array, Runtime
from harness.passes import quantize_half_program as half
from harness.prepare import export
from harness.record import Preprocess
from harness.registry import Registry, open_door

SIDE = 224
ROUNDS = 7
SECONDS = 0.2
RUNTIMES = ("openvino", "onnxruntime", "torch_compile")
FORMS = {"onnx": "onnx", "torch": "program"}
FILES = {"onnx": "model.onnx", "torch": "model.pt2"}


def bench() -> Bench:
    """Return a bench of noise: 96 training samples, with labels of no meaning."""
    noise = np.random.default_rng(0).normal(size=(96, 3, SIDE, SIDE)).astype(np.float32)
    split = Split(noise, np.arange(96) % 10)
    data = Samples(tuple("0123456789"), split, split, None)
    return Bench(
        data=data,
        seed=0,
        folder=Path(),
        say=lambda _: None,
        inputs=lambda _, __, at_most: (noise[:at_most], split.labels[:at_most]),
        fit=lambda *_: {},
        keep=lambda _, make: make(),
    )


def network() -> Work:
    """Return resnet18 with random weights, no branch of them zero, and statistics of its own activations."""
    torch.manual_seed(0)
    model = timm.create_model("resnet18", num_classes=10, zero_init_last=False).train()
    with torch.no_grad():
        for _ in range(3):
            model(torch.randn(8, 3, SIDE, SIDE))
    logging.getLogger("torch.onnx").setLevel(logging.ERROR)
    return Work("torch", model.eval(), Preprocess(), (3, SIDE, SIDE))


def sessions(model: Work) -> dict[str, Callable[[Array], Array]]:
    """Return what answers, by name: float32 and int8 in each runtime, and bfloat16 as PyTorch's compiler has it."""
    registry, found = Registry.load(), {}
    exported = {format_: export.apply(model, {"target": target}, bench()) for format_, target in FORMS.items()}
    for name in RUNTIMES:
        runtime = registry.runtimes[name]
        plain = exported[runtime.format]
        (tool,) = registry.passes["quantize"].tools(runtime, {})
        small = open_door(tool.door)(plain, {"calibration_samples": 32}, bench())
        found[f"{name} float32"] = answering(runtime, plain)
        found[f"{name} int8 ({tool.name})"] = answering(runtime, small)
    found["torch_compile bf16 autocast"] = answering(runtime, plain, precision="bf16")
    found["torch_compile bf16 cast"] = answering(runtime, half.apply(plain, {"method": "bf16"}, bench()))
    return found


def answering(runtime: Runtime, work: Work, **options: Any) -> Callable[[Array], Array]:
    """Return what answers with one thread."""
    place = Path(tempfile.mkdtemp(), FILES[runtime.format])
    (onnx if runtime.format == "onnx" else torch.export).save(work.model, place)
    run: Callable[[Array], Array] = open_door(runtime.door)(place.parent, {"threads": 1, **options}, "cpu").run
    return run


def took(run: Callable[[Array], Array], batch: Array) -> float:
    """Return the processor seconds of one answer."""
    began, count = time.process_time(), 0
    while time.process_time() - began < SECONDS:
        run(batch)
        count += 1
    return (time.process_time() - began) / count


@pytest.mark.filterwarnings("ignore:To copy construct from a tensor:UserWarning")  # inductor, of itself
def test_int8_beside_float32(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TORCHINDUCTOR_CACHE_DIR", tempfile.mkdtemp())
    timed = sessions(network())
    lines = [f"resnet18 at {SIDE} pixels, one thread, median of {ROUNDS} interleaved rounds"]
    for size in (1, 8):
        batch = np.random.default_rng(1).normal(size=(size, 3, SIDE, SIDE)).astype(np.float32)
        for run in timed.values():
            run(batch)
        rounds = [{name: took(run, batch) for name, run in timed.items()} for _ in range(ROUNDS)]
        for name in timed:
            own = f"{name.partition(' ')[0]} float32"
            ratios = sorted(one[own] / one[name] for one in rounds)
            middle = statistics.median(one[name] for one in rounds)
            lines.append(
                f"batch {size}  {name:31} {middle * 1e3:8.2f} ms   {statistics.median(ratios):5.2f} × float32"
                f"   ({ratios[0]:.2f}-{ratios[-1]:.2f})"
            )
    with capsys.disabled():
        print("\n" + "\n".join(lines))
    assert len(timed) == 8
