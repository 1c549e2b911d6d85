"""The source files of a Python module of the user's, found without running any of it."""

from __future__ import annotations

import sys
from importlib.machinery import PathFinder
from pathlib import Path
from typing import Final

from harness.errors import InputError

FUNCTION: Final = r"^[A-Za-z_][\w.]*:[A-Za-z_]\w*$"
"""How a function is named: ``package.module:function``."""


def sources(function: str, folder: Path) -> tuple[Path, ...]:
    """Return the sources of the package that ``package.module:function`` is in, beside the suite file or installed."""
    top = function.partition(":")[0].partition(".")[0]
    spec = PathFinder.find_spec(top, [str(folder), *sys.path])
    if spec is None:
        raise InputError(f"no Python module {top!r} beside the suite file or installed", f"looked in {folder}")
    if spec.submodule_search_locations:
        return tuple(sorted(path for root in spec.submodule_search_locations for path in Path(root).rglob("*.py")))
    return (Path(spec.origin),) if spec.origin else ()
