"""How an export looks in a terminal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.text import Text

from harness.cli.show import out


def exported(told: Mapping[str, Any]) -> None:
    """Say what was written where, and what to do with it."""
    console = out()
    console.print(Text.assemble((told["candidate"], "bold green"), " is in ", (told["folder"], "bold")), soft_wrap=True)
    console.print(Text(f"  {', '.join(told['files'])}", style="dim"), soft_wrap=True)
    console.print("Check it: python -m pip install -r requirements.txt && python load.py, in that folder", soft_wrap=True)
