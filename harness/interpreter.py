"""The command that starts a module of the harness in a process of its own: by this Python, or by that of another environment.

Another environment need not have the harness: it is lent this one, and has all other packages of its own.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

LENT: Final = """
import importlib.util, runpy, sys
folder, module, *words = sys.argv[1:]
found = importlib.util.spec_from_file_location("harness", folder + "/__init__.py", submodule_search_locations=[folder])
sys.modules["harness"] = importlib.util.module_from_spec(found)
found.loader.exec_module(sys.modules["harness"])
sys.argv = [module, *words]
runpy.run_module(module, run_name="__main__", alter_sys=True)
"""


def command(module: str, words: Sequence[str], python: str | None = None) -> list[str]:
    """Return the command that runs a ``module`` of this harness with ``words``; by ``python``, if that is named."""
    if python is None:
        return [sys.executable, "-P", "-m", module, *words]
    return [python, "-P", "-c", LENT, str(Path(__file__).parent), module, *words]
