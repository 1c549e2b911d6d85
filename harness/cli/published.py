"""How imported tables look in a terminal: what was new in each, what was left out, and what joins with what."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from rich.table import Table
from rich.text import Text

from harness.cli.show import columns, out

SHOWN: Final = 3
"""Rows that were left out, of each table: the others are counted."""


def imported(told: Mapping[str, Any]) -> None:
    """Print what an import did."""
    console = out()
    console.print(_tables(told))
    for one in told["tables"]:
        for line in _left_out(one):
            console.print(line, soft_wrap=True)
    if not any(one["facts"]["new"] for one in told["tables"]):
        console.print(Text("nothing new: the store had all of it", style="yellow"))
    console.print()
    console.print(_joins(told) if told["joins"] else Text(_lacking(told), style="dim"))


def _tables(told: Mapping[str, Any]) -> Table:
    table = _table("table", "kind", "rows", "facts new", "known")
    table.columns[1].justify = "left"
    for one in told["tables"]:
        facts = one["facts"]
        table.add_row(Text(one["file"]), one["kind"], f"{one['rows']:,}", f"{facts['new']:,}", f"{facts['known']:,}")
    return table


def _left_out(one: Mapping[str, Any]) -> list[Text]:
    rows = one["left_out"]
    if not rows:
        return []
    lines = [Text(f"{one['file']}: {len(rows):,} {'row' if len(rows) == 1 else 'rows'} left out", style="yellow")]
    lines += [Text(f"  line {row['line']}: {row['why']}", style="dim") for row in rows[:SHOWN]]
    return lines + ([Text(f"  and {len(rows) - SHOWN:,} more (--json tells all)", style="dim")] if len(rows) > SHOWN else [])


def _joins(told: Mapping[str, Any]) -> Table:
    table = _table("joined on architecture and image size", "rows")
    for accuracy in dict.fromkeys(one["accuracy"] for one in told["joins"]):
        table.add_row(Text(accuracy), "")
        for one in told["joins"]:
            if one["accuracy"] == accuracy:
                table.add_row(Text(f"  × {one['benchmark']}"), f"{one['rows']:,}")
    return table


def _lacking(told: Mapping[str, Any]) -> str:
    other = "a benchmark" if told["tables"][0]["kind"] == "accuracy" else "an accuracy table"
    return f"nothing to join yet: import {other} too"


def _table(first: str, *others: str) -> Table:
    """Return a table whose first column, names of files, goes on in the next line where it is long."""
    table = columns(first, *others)
    table.columns[0].no_wrap, table.columns[0].overflow = False, "fold"
    return table
