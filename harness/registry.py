"""Names to parts, through entry points: ours and other packages' alike. Doors are opened by ``open_door`` only."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import entry_points
from typing import Any, Final, Protocol, cast

from harness.errors import InputError, UnavailableError
from harness.interfaces import Dataset, Explainer, ModelSource, Part, Pass, Runtime, Scenario

KINDS: Final = ("datasets", "models", "passes", "runtimes", "scenarios", "explainers")

DISTRIBUTIONS: Final[Mapping[str, str]] = {
    "sklearn": "scikit-learn",
    "interpret": "interpret-core",
    "torch_pruning": "torch-pruning",
    "PIL": "pillow",
}
"""Import names whose distribution is called otherwise."""


class _Named(Protocol):
    @property
    def name(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Registry:
    """Every declared part, by kind and name."""

    datasets: Mapping[str, Dataset]
    models: Mapping[str, ModelSource]
    passes: Mapping[str, Pass]
    runtimes: Mapping[str, Runtime]
    scenarios: Mapping[str, Scenario]
    explainers: Mapping[str, Explainer]

    @classmethod
    def load(cls) -> Registry:
        """Return the parts that the installed packages declare."""
        return cls(**{kind: _declared(kind) for kind in KINDS})

    def of(self, kind: str) -> Mapping[str, Part]:
        """Return the parts of one of ``KINDS``."""
        return cast("Mapping[str, Part]", getattr(self, kind))


def _declared(kind: str) -> dict[str, Any]:
    points = sorted(entry_points(group=f"harness.{kind}"), key=lambda point: point.name)
    parts: dict[str, _Named] = {}
    for point in points:
        part = point.load()
        if part.name != point.name:
            raise InputError(f"entry point {point.name!r} of harness.{kind} declares a part named {part.name!r}")
        parts[point.name] = part
    return parts


def open_door(door: str) -> Callable[..., Any]:
    """Import ``"module:function"``; a package that is not installed ends in the command that installs it."""
    module, _, name = door.partition(":")
    try:
        return cast("Callable[..., Any]", getattr(import_module(module), name))
    except ModuleNotFoundError as error:
        missing = (error.name or module).partition(".")[0]
        if missing == "harness":
            raise
        package = DISTRIBUTIONS.get(missing, missing)
        raise UnavailableError(f"the package {package!r} is not installed", f"pip install {package}") from error
