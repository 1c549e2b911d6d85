"""``load.py``, which loads an artifact in its runtime without this package, and what it needs to be installed.

A runtime of another package's has no loader here: its ``load.py`` opens it by its door, and needs the harness.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import partial
from importlib.resources import files
from pprint import pformat
from types import MappingProxyType
from typing import Any, Final

from jinja2 import Environment, FunctionLoader, StrictUndefined, Template

from harness.handover.choosing import Chosen
from harness.handover.example import Example, batch
from harness.keys import versions
from harness.pipeline import Setting

OWN: Final = MappingProxyType(
    {"onnxruntime": "ONNX Runtime", "openvino": "OpenVINO", "torch": "PyTorch", "torch_compile": "PyTorch's compiler"}
)
"""Runtimes that have a loader, and what they are called."""

PROVIDERS: Final = MappingProxyType(
    {
        "cpu": ("onnxruntime",),
        "cuda": ("onnxruntime-gpu",),
        "tensorrt": ("onnxruntime-gpu",),
        "openvino": ("onnxruntime", "onnxruntime-ep-openvino"),
    }
)
"""ONNX Runtime's providers, and the distributions that bring them."""

SAME: Final = 0.01
NEAR: Final = 0.2
"""How far scores may be from those that were measured, as shares of what samples differ by: where all is computed in
float32, and where 8 or 16 bits make other kernels of another processor round otherwise (``outputs.DIFFERENT``)."""

INDEX: Final = "https://download.pytorch.org/whl/"


def provider(chosen: Chosen) -> str:
    """Return ONNX Runtime's provider for a candidate, never ``auto``."""
    candidate = chosen.known.candidate
    wish = str(candidate.runtime.options.get("provider", "auto"))
    return ("cpu" if candidate.device == "cpu" else "cuda") if wish == "auto" else wish


def requirements(setting: Setting, chosen: Chosen, kind: str) -> dict[str, str]:
    """Return the distributions that loading needs, with the versions that were measured."""
    candidate = chosen.known.candidate
    part = setting.ledger.registry.runtimes[candidate.runtime.part]
    names: tuple[str, ...] = part.packages
    if part.name == "onnxruntime":
        names = PROVIDERS[provider(chosen)]
    elif part.name == "torch_compile":
        names = ("torch", "torchao") if _is_integer(chosen) else ("torch",)
    elif part.name not in OWN:
        names = (*part.packages, *part.optional, "model-selection-harness")
    return versions(("numpy", *(("pillow",) if kind == "image" else ()), *names))


def requirements_text(needed: Mapping[str, str]) -> str:
    """Return ``requirements.txt``; a build of PyTorch's that is on its own index names that."""
    builds = {match.group(1) for version in needed.values() if (match := re.search(r"\+(cpu|cu\d+|rocm[\d.]+|xpu)$", version))}
    lines = [f"--extra-index-url {INDEX}{build}" for build in sorted(builds)]
    return "\n".join([*lines, *(f"{name}=={version}" for name, version in sorted(needed.items()))]) + "\n"


def loader(setting: Setting, chosen: Chosen, shown: Example) -> str:
    """Return ``load.py``."""
    candidate = chosen.known.candidate
    runtime = candidate.runtime.part
    options = setting.ledger.registry.runtimes[runtime].options.model_validate(candidate.runtime.options)
    exact = _is_exact(chosen) and getattr(options, "precision", "f32") == "f32"
    return template("load.py.jinja").render(
        runtime=runtime if runtime in OWN else "other",
        title=OWN.get(runtime, runtime),
        label=chosen.label,
        file=chosen.model.name,
        kind=shown.kind,
        original=shown.original[0] if shown.original else None,
        batch=candidate.batch_size,
        fixed=batch(setting, chosen),
        options=options.model_dump(mode="json"),
        threads=shown.settings.get("threads"),
        provider=provider(chosen),
        device=candidate.device,
        integer=_is_integer(chosen),
        door=setting.ledger.registry.runtimes[runtime].door,
        task=setting.suite.task,
        tolerance=SAME if exact else NEAR,
    )


def _is_integer(chosen: Chosen) -> bool:
    """Whether numbers become integers somewhere on the way through the artifact, or back."""
    census: Any = chosen.artifact.notes.get("census", {})
    return bool(census.get("quantize") or census.get("dequantize"))


def _is_exact(chosen: Chosen) -> bool:
    """Whether all of the artifact is in float32, as far as it was counted."""
    census: Any = chosen.artifact.notes.get("census", {})
    return not _is_integer(chosen) and not census.get("casts") and set(census.get("layers", {})) <= {"float"}


def template(name: str) -> Template:
    """Return one of this package's templates."""
    environment = Environment(  # noqa: S701 - what it makes is Python and Markdown, no markup of a browser's
        loader=FunctionLoader(_source),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["literal"] = partial(pformat, sort_dicts=False)
    return environment.get_template(name)


def _source(name: str) -> str:
    return files("harness.handover").joinpath("templates", name).read_text(encoding="utf-8")
