"""The merge gate over files that pytest-benchmark wrote."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from harness.cli.opening import AsJson, telling_errors

SIDE = "a file of pytest-benchmark, or a folder of them, one a process"


def compare(
    before: Annotated[Path, typer.Argument(metavar="BEFORE", help=SIDE)],
    after: Annotated[Path, typer.Argument(metavar="AFTER", help=SIDE)],
    json: AsJson = False,
) -> None:
    """Judge what pytest-benchmark measured, as far as its files support a verdict.

    One process a side does not: then the changes are shown, and what would support a verdict. Folders of as many files do, where
    both sides were measured by turns: pairs of files are blocks.

    Exit status: 0 pass or improved, 1 regressed or missing, 2 wrong question, 3 inconclusive.
    """
    from dataclasses import asdict

    from harness.cli import pytest_files, show
    from harness.gate.decide import decide
    from harness.pytest_gate.files import compared

    with telling_errors():
        found = compared(before, after)
        verdict = decide(found.samples)
    if json:
        show.json({**verdict.model_dump(mode="json"), "why": found.why, "shown": [asdict(one) for one in found.shown]})
    else:
        pytest_files.show(verdict, found)
    raise typer.Exit(verdict.exit_status)
