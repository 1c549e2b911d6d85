"""How an export looks in a terminal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.console import Console
from rich.text import Text


def exported(told: Mapping[str, Any]) -> None:
    """Say what was written where, and what to do with it."""
    console = Console(highlight=False, soft_wrap=True)
    console.print(Text.assemble((told["candidate"], "bold green"), " is in ", (told["folder"], "bold")))
    console.print(Text(f"  {', '.join(told['files'])}", style="dim"))
    console.print("Check it: python -m pip install -r requirements.txt && python load.py, in that folder")
