"""Models that a function of the user's returns: a torch module or a scikit-learn classifier."""

from __future__ import annotations

import random
from collections.abc import Mapping
from importlib import import_module
from typing import Any

import numpy as np
import torch
from sklearn.base import BaseEstimator, is_classifier, is_regressor

from harness.bench import Bench, Work
from harness.errors import InputError
from harness.models import sklearn_source
from harness.models.declared import PythonOptions
from harness.models.importable import importable, told
from harness.models.onnx_source import sample_shape
from harness.models.pixels import statistics
from harness.record import Preprocess


def build(options: Mapping[str, Any], bench: Bench) -> Work:
    """Call the function and return what it made, on the bench."""
    wish = PythonOptions.model_validate(dict(options))
    torch.manual_seed(bench.seed)
    np.random.seed(bench.seed)
    random.seed(bench.seed)
    model = _call(wish, bench)
    if wish.kind == "sklearn":
        if not (isinstance(model, BaseEstimator) and (is_classifier(model) or is_regressor(model))):
            what = "a scikit-learn classifier or regressor"
            raise InputError(f"{wish.function} returned {_what(model)}, not {what}", "or is it kind: torch?")
        return sklearn_source.export(model, bench)
    if not isinstance(model, torch.nn.Module):
        raise InputError(f"{wish.function} returned {_what(model)}, not a torch.nn.Module", "or is it kind: sklearn?")
    if bench.data.inputs and wish.preprocess:
        raise InputError(f"{wish.function} takes {', '.join(bench.data.inputs)} as they are", "leave out preprocess")
    preprocess = wish.preprocess or _default(bench)
    notes: dict[str, Any] = {}
    if wish.train:
        notes["training"] = dict(bench.fit(model, preprocess, wish.train.model_dump()))
    return Work("torch", model.eval(), preprocess, () if bench.data.inputs else sample_shape(preprocess, (), bench.data), notes)


def _what(thing: Any) -> str:
    return f"the class {thing.__name__} itself" if isinstance(thing, type) else f"a value of type {type(thing).__name__}"


def _call(wish: PythonOptions, bench: Bench) -> Any:
    module, _, name = wish.function.partition(":")
    with importable(bench.folder):
        try:
            function = getattr(import_module(module), name)
        except ModuleNotFoundError as error:
            where = f"looked in {bench.folder} and in what is installed"
            raise InputError(f"{wish.function}: no module {error.name!r}", where) from error
        except AttributeError:
            raise InputError(f"{module} has no {name!r}", "the form is package.module:function") from None
        except Exception as error:
            raise InputError(f"importing {module} failed: {told(error)}", "mend the module") from error
        try:
            return function(**wish.args)
        except Exception as error:
            raise InputError(f"{wish.function} failed: {told(error)}", "what args: holds is passed to it as keywords") from error


def _default(bench: Bench) -> Preprocess:
    shape = bench.data.shape
    if bench.data.inputs:
        kinds = bench.data.test.samples.dtype
        return Preprocess(layout="as_is", scale=1.0, inputs={name: kinds[name].base.name for name in bench.data.inputs})
    if shape is not None and len(shape) == 1:
        return Preprocess(layout="as_is", scale=1.0)
    channels = int(shape[2]) if shape else 3
    mean, std = statistics(bench.data, channels)
    return Preprocess(channels=channels, mean=mean, std=std)
