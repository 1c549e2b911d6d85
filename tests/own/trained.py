"""A bench with the 28×28 digits, and a small residual network trained on them; made once for all tests of passes."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime as ort
import torch
from torch import nn

from harness.bench import Bench, Teacher, Work
from harness.datasets import shipped
from harness.models import timm_source
from harness.prepare import export, training
from harness.prepare.data import Store
from harness.record import Preprocess


def _made(name: str, make: Callable[[], np.ndarray]) -> np.ndarray:
    return make()


@cache
def bench() -> Bench:
    samples = shipped.mnist5k({}, Path())
    store = Store(samples, "mnist5k", Path(tempfile.mkdtemp()))

    def fit(
        model: nn.Module, preprocess: Preprocess, settings: Mapping[str, Any], teacher: Teacher | None = None
    ) -> Mapping[str, Any]:
        return training.fit(model, *store.inputs(preprocess, "train"), settings, 0, lambda _: None, teacher)

    return Bench(data=samples, seed=0, folder=Path(), say=lambda _: None, inputs=store.inputs, fit=fit, keep=_made)


@cache
def resnet() -> Work:
    """Return timm's test_resnet, 0.4 M weights, at some 97 %."""
    return timm_source.build({"name": "test_resnet", "train": {"steps": 150}}, bench())


@cache
def graph() -> Work:
    """Return the same network, exported."""
    return export.apply(resnet(), {"target": "onnx"}, bench())


def scores(work: Work, at_most: int | None = None) -> np.ndarray:
    inputs, _ = bench().inputs(work.preprocess, "test", at_most)
    return on(work, inputs)


def on(work: Work, inputs: np.ndarray) -> np.ndarray:
    if work.form == "torch":
        with torch.no_grad():
            return work.model.eval()(torch.from_numpy(inputs)).numpy()
    session = ort.InferenceSession(work.model.SerializeToString(), providers=["CPUExecutionProvider"])
    return session.run(None, {session.get_inputs()[0].name: inputs})[0]


def accuracy(work: Work) -> float:
    _, labels = bench().inputs(work.preprocess, "test", None)
    return float((scores(work).argmax(1) == labels).mean())


def size(work: Work, folder: Path) -> int:
    """Return the bytes of a graph's file."""
    onnx.save(work.model, folder / "model.onnx")
    return (folder / "model.onnx").stat().st_size


def plain(model: nn.Module, *shape: int) -> Work:
    """Return a module on the bench, for samples of that shape (default: a grey image of 28×28)."""
    return Work("torch", model.eval(), Preprocess(), shape or (1, 28, 28))
