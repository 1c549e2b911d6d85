"""The built-in model sources, declared: names, options, traits, files. Their doors are in the modules beside this one."""

from __future__ import annotations

import importlib.util
import re
from collections.abc import Mapping
from difflib import get_close_matches
from functools import lru_cache
from glob import escape
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field, JsonValue, field_validator, model_validator

from harness.errors import InputError
from harness.record import Preprocess
from harness.sources import FUNCTION, sources
from harness.spec import Minutes, Value


class Train(Value):
    """How weights are trained on the workload's training split: AdamW with a one-cycle schedule (Smith 2018).

    The budget is in steps or epochs. With ``minutes`` it depends on the machine, too, so that seeds compare less well.
    """

    steps: int = Field(200, ge=1, le=1_000_000, description="optimizer steps")
    epochs: int | None = Field(None, ge=1, le=10_000, description="passes over the training split, in place of steps")
    minutes: Annotated[Minutes, Field(gt=0)] | None = Field(None, description="no more minutes than this; the cycle goes faster")
    batch_size: int = Field(64, ge=2, description="samples per step")
    lr: float = Field(4e-3, gt=0, description="highest learning rate of the cycle")
    weight_decay: float = Field(0.01, ge=0, description="of AdamW")

    @model_validator(mode="after")
    def _one_budget(self) -> Train:
        if self.epochs is not None and "steps" in self.model_fields_set:
            raise ValueError("give steps or epochs, not both")
        return self


class TimmOptions(Value):
    """A network of the timm library. Without ``pretrained`` or ``checkpoint`` it is trained on the training split."""

    name: str = Field(description="a timm architecture, with or without a tag: resnet18, resnet18.a1_in1k")
    pretrained: bool = Field(False, description="published weights, downloaded by timm (needs a network once)")
    checkpoint: str | None = Field(None, description="your weights: .pth, .pt or .safetensors, from the suite's folder")
    weights: Literal["random"] | None = Field(None, description="random: never trained, and no accuracy is measured")
    image_size: int | None = Field(None, ge=8, le=4096, description="side of the input, pixels; default: fits the dataset")
    channels: Literal[1, 3] | None = Field(None, description="input channels; default: the dataset's or the checkpoint's")
    train: Train | None = Field(None, description="train (or fine-tune) with these settings")

    @field_validator("name")
    @classmethod
    def _known(cls, name: str) -> str:
        if name.startswith(("hf-hub:", "hf_hub:", "local-dir:")):
            return name
        known = timm_names()
        if known and name.partition(".")[0] not in known:
            near = get_close_matches(name.partition(".")[0], known, n=1)
            raise ValueError(f"unknown timm architecture {name!r}" + (f"; did you mean {near[0]!r}?" if near else ""))
        return name

    @model_validator(mode="after")
    def _one_source(self) -> TimmOptions:
        if self.pretrained and self.checkpoint:
            raise ValueError("pretrained and checkpoint exclude each other")
        other = next((name for name in ("pretrained", "checkpoint", "train") if getattr(self, name)), None)
        if self.weights and other:
            raise ValueError(f"weights: {self.weights} and {other} exclude each other")
        return self


class OnnxOptions(Value):
    """An ONNX file with scores as its first output of floats; its inputs are samples, or a record's arrays by name."""

    file: str = Field(description="path of the .onnx file, from the suite's folder")
    preprocess: Preprocess | None = Field(None, description="default: pixels / 255, layout by the shape of its input")


class PythonOptions(Value):
    """A function of yours that returns a torch module (N, C, H, W → N, classes) or a scikit-learn classifier."""

    function: str = Field(pattern=FUNCTION, description="package.module:function")
    args: dict[str, JsonValue] = Field({}, description="keyword arguments of the call")
    kind: Literal["torch", "sklearn"] = Field("torch", description="what the function returns")
    train: Train | None = Field(None, description="torch: train on the training split; default: the weights as returned")
    preprocess: Preprocess | None = Field(None, description="default: pixels / 255, mean and std of the training split")


class SklearnOptions(Value):
    """A scikit-learn classifier, or in a regression a regressor, fitted on the training split."""

    estimator: Literal[
        "decision_tree",
        "random_forest",
        "extra_trees",
        "gradient_boosting",
        "hist_gradient_boosting",
        "logistic_regression",
        "ridge",
        "linear_svc",
        "linear_svr",
        "svc",
        "svr",
        "knn",
        "mlp",
    ] = Field(description="which one; in a regression, the regressor of that name")
    params: dict[str, JsonValue] = Field({}, description="arguments of the estimator's constructor")


class Timm:
    """Networks of the timm library."""

    name = "timm"
    summary = "a network of the timm library: {timm: resnet18}, trained here, pretrained or from your checkpoint"
    subject = "name"
    options: type[BaseModel] = TimmOptions
    packages = ("timm", "torch")
    version = 1
    door = "harness.models.timm_source:build"
    outline_door = "harness.models.timm_outline:outline"

    def traits(self, options: Mapping[str, Any]) -> frozenset[str]:
        """Return the traits of a PyTorch network, and whether its weights are random."""
        return frozenset({"torch", "layers", *(["untrained"] if options.get("weights") == "random" else [])})

    def files(self, options: Mapping[str, Any], folder: Path) -> tuple[Path, ...]:
        """Return the checkpoint, if one is given."""
        return (_file(folder, str(options["checkpoint"])),) if options.get("checkpoint") else ()


class Onnx:
    """ONNX files of the user's."""

    name = "onnx"
    summary = "an ONNX file of yours: {onnx: model.onnx, preprocess: {…}}"
    subject = "file"
    options: type[BaseModel] = OnnxOptions
    packages = ("onnx",)
    version = 1
    door = "harness.models.onnx_source:build"
    outline_door = ""
    several = True

    def traits(self, options: Mapping[str, Any]) -> frozenset[str]:
        """Return the traits of a graph that nothing is known about."""
        return frozenset({"layers"})

    def files(self, options: Mapping[str, Any], folder: Path) -> tuple[Path, ...]:
        """Return the file, and the files of weights beside it that carry its name."""
        path = _file(folder, str(options["file"]))
        return (path, *sorted(p for p in path.parent.glob(f"{escape(path.name)}?data") if p.is_file()))


class Python:
    """Models that a function of the user's returns."""

    name = "python"
    summary = "what a function of yours returns: {python: 'package.module:function'}"
    subject = "function"
    options: type[BaseModel] = PythonOptions
    packages = ("torch", "scikit-learn", "skl2onnx")
    version = 2
    door = "harness.models.python_source:build"
    outline_door = ""
    several = True

    def traits(self, options: Mapping[str, Any]) -> frozenset[str]:
        """Return the traits of a network, or of a graph that nothing is known about: a classifier is not made to ask it."""
        return frozenset({"torch", "layers"}) if options.get("kind", "torch") == "torch" else frozenset({"layers"})

    def files(self, options: Mapping[str, Any], folder: Path) -> tuple[Path, ...]:
        """Return the sources of the function's package, found without running any of it."""
        return sources(str(options["function"]), folder)


class Sklearn:
    """scikit-learn's classifiers and regressors."""

    name = "sklearn"
    summary = "a scikit-learn classifier or regressor: {sklearn: random_forest, params: {n_estimators: 50}}"
    subject = "estimator"
    options: type[BaseModel] = SklearnOptions
    packages = ("scikit-learn", "skl2onnx")
    version = 2
    door = "harness.models.sklearn_source:build"
    outline_door = ""

    def traits(self, options: Mapping[str, Any]) -> frozenset[str]:
        """Return whether it is made of trees, of layers or of stored samples, and whether it takes operators of ai.onnx.ml."""
        estimator, params = str(options["estimator"]), options.get("params") or {}
        if estimator in TREES:
            return frozenset({"trees"})
        if estimator in ("svc", "svr", "knn"):
            return frozenset({"samples"} | ({"ml_operators"} if _left_to_library(params) else set()))
        return frozenset({"layers"})

    def files(self, options: Mapping[str, Any], folder: Path) -> tuple[Path, ...]:
        """Return nothing: it is fitted here."""
        return ()


TREES = frozenset({"decision_tree", "random_forest", "extra_trees", "gradient_boosting", "hist_gradient_boosting"})


def _left_to_library(params: Mapping[str, Any]) -> bool:
    """Whether params of svc or knn ask for what only skl2onnx writes: other distances than Euclid's, and probabilities of svc."""
    distance = params.get("metric", "minkowski"), params.get("p", 2)
    return bool(params.get("probability")) or distance not in {("minkowski", 2), ("euclidean", distance[1])}


def _file(folder: Path, name: str) -> Path:
    path = folder / name
    if not path.is_file():
        raise InputError(f"no file at {path}", "the path starts at the suite file's folder")
    return path


@lru_cache(maxsize=1)
def timm_names() -> frozenset[str]:
    """Return timm's architectures, read off its sources: importing it takes seconds, and a suite is checked often."""
    spec = importlib.util.find_spec("timm")
    places = list(spec.submodule_search_locations or ()) if spec else []
    sources = (path.read_text(encoding="utf-8") for place in places for path in Path(place, "models").glob("*.py"))
    return frozenset(name for text in sources for name in re.findall(r"^@register_model\s+def (\w+)\(", text, re.MULTILINE))


TIMM, ONNX, PYTHON, SKLEARN = Timm(), Onnx(), Python(), Sklearn()
