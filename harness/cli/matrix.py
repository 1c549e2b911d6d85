"""How the matrix of a suite looks in a terminal: a block per model, chains down, runtimes across, reasons below."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from rich.table import Table
from rich.text import Text

from harness.cli.show import out
from harness.report.matrix import counted, reasons, times

STYLES: Final = {"measured": "green", "ruled_out": "dim", "failed": "red", "not_tried": "yellow"}


def show(told: Mapping[str, Any]) -> None:
    """Print what became of every combination."""
    console = out()
    numbers = reasons(told["cells"])
    cells = {(cell["model"], cell["chain"], cell["runtime"]): cell for cell in told["cells"]}
    for model in told["models"]:
        console.print(Text(model, style="bold"))
        table = Table(box=None, padding=(0, 2), header_style="dim")
        for title in ("", *told["runtimes"]):
            table.add_column(title, overflow="fold")
        for chain in told["chains"]:
            table.add_row(f"  {chain}", *(_cell(cells[model, chain, runtime], numbers) for runtime in told["runtimes"]))
        console.print(table)
        console.print()
    for why, number in numbers.items():
        console.print(Text(f"{number:>3}  {why}", style="dim"), soft_wrap=True)
    console.print(", ".join(f"{count} {what}" for what, count in counted(told["cells"]).items() if count))


def _cell(cell: Mapping[str, Any], numbers: Mapping[str, int]) -> Text:
    outcome = cell["outcome"]
    said = times(cell["speed"]) if cell.get("speed") else "measured" if outcome == "measured" else outcome.replace("_", " ")
    return Text(f"{said} {numbers.get(cell['why'], '')}".rstrip(), style=STYLES[outcome])
