"""Models that a function of the user's returns: a torch module or a scikit-learn classifier."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from importlib import import_module
from typing import Any

import torch

from harness.errors import InputError
from harness.interfaces import Bench, Work
from harness.models import sklearn_source
from harness.models.declared import PythonOptions
from harness.models.onnx_source import sample_shape
from harness.models.pixels import statistics
from harness.record import Preprocess


def build(options: Mapping[str, Any], bench: Bench) -> Work:
    """Call the function and return what it made, on the bench."""
    wish = PythonOptions.model_validate(dict(options))
    torch.manual_seed(bench.seed)
    model = _call(wish, bench)
    if wish.kind == "sklearn":
        return sklearn_source.export(model, bench)
    if not isinstance(model, torch.nn.Module):
        raise InputError(f"{wish.function} returned {type(model).__name__}, not a torch.nn.Module", "or set kind: sklearn")
    preprocess = wish.preprocess or _default(bench)
    notes: dict[str, Any] = {}
    if wish.train:
        notes["training"] = dict(bench.fit(model, preprocess, wish.train.model_dump()))
    return Work("torch", model.eval(), preprocess, sample_shape(preprocess, (), bench.data), notes)


def _call(wish: PythonOptions, bench: Bench) -> Any:
    module, _, name = wish.function.partition(":")
    sys.path.insert(0, str(bench.folder))
    try:
        return getattr(import_module(module), name)(**wish.args)
    except Exception as error:
        raise InputError(f"{wish.function} failed: {type(error).__name__}: {error}") from error
    finally:
        sys.path.remove(str(bench.folder))


def _default(bench: Bench) -> Preprocess:
    shape = bench.data.shape
    if shape is not None and len(shape) == 1:
        return Preprocess(layout="as_is", scale=1.0)
    channels = int(shape[2]) if shape else 3
    mean, std = statistics(bench.data, channels)
    return Preprocess(channels=channels, mean=mean, std=std)
