"""How it looks in a terminal. What was asked for and JSON go to standard output, errors to standard error."""

from __future__ import annotations

import json as json_text
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from harness.errors import HarnessError, SuiteError


class _Answers(Console):
    """The console of answers; nobody has to read to the end (``harness … | head``)."""

    def on_broken_pipe(self) -> None:
        """Go on without being read."""
        _unread()


def out() -> Console:
    """Return the console of answers."""
    return _Answers(highlight=False, soft_wrap=False)


def _unread() -> None:
    """Let what is still printed go nowhere, so that a closed pipe ends nothing and changes no exit status."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def columns(first: str, *others: str) -> Table:
    """Return a table without lines and rows: its first column to the left, the others, which hold figures, to the right."""
    table = Table(box=None, padding=(0, 1), pad_edge=False, header_style="dim")
    table.add_column(first, no_wrap=True)
    for title in others:
        table.add_column(title, justify="right", no_wrap=True)
    return table


def _err() -> Console:
    return Console(stderr=True, highlight=False, soft_wrap=True)


def json(value: Any) -> None:
    """Print a value as JSON."""
    try:
        sys.stdout.write(json_text.dumps(value, indent=2, allow_nan=False) + "\n")
        sys.stdout.flush()
    except BrokenPipeError:
        _unread()


def mistakes(error: SuiteError) -> None:
    """Print what is wrong with a suite file, a line each."""
    console = _err()
    console.print(Text(error.message, style="bold red"))
    for mistake in error.mistakes:
        where = f"line {mistake.line}, " if mistake.line else ""
        text = Text.assemble("  ", (f"{where}{mistake.place}", "bold"), f": {mistake.message}")
        console.print(text.append(f" — {mistake.hint}", style="cyan") if mistake.hint else text)


def error(problem: HarnessError) -> None:
    """Print an error in one line, with its hint."""
    text = Text.assemble(("error: ", "bold red"), problem.message)
    _err().print(text.append(f" — {problem.hint}", style="cyan") if problem.hint else text)


def doing(candidate: str, text: str) -> None:
    """Say what is being done for a candidate."""
    _err().print(Text(f"{candidate}: {text}", style="dim"))


def no_store(file: Path) -> None:
    """Say that nothing is known, since there is no store."""
    _err().print(Text(f"no store at {file}; harness run makes one", style="yellow"))


def interrupted() -> None:
    """Say that nothing is lost."""
    _err().print(Text("interrupted: what was measured is kept, the same command goes on from here", style="yellow"))


def written(page: Path, also: Sequence[Path] = ()) -> None:
    """Say where the report is, and what was written beside it."""
    out().print(Text.assemble("Report: ", (str(page), "bold")))
    for path in also:
        out().print(Text(f"        {path}"))
