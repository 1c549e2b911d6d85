"""The merge gate: what it decided, derived again from what was measured."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from harness.cli.opening import AsJson, telling_errors

app = typer.Typer(help="Stop merges that make what is deployed worse.", no_args_is_help=True)


@app.command()
def decide(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="a gate.json")],
    reports: Annotated[
        Path | None, typer.Option(metavar="DIR", help="write gate.json, junit.xml, gate.md and index.html into this folder")
    ] = None,
    json: AsJson = False,
) -> None:
    """Derive the verdict again from the samples in a file.

    Exit status: 0 pass or improved (inconclusive, too, unless that is to fail), 1 regressed or missing, 2 wrong question,
    3 void or not decided, 4 nothing to compare with, 5 not measured.
    """
    from harness.cli import gate, show
    from harness.gate.decide import decide as verdict_on
    from harness.gate.file import read
    from harness.gate.writing import write

    with telling_errors():
        samples = read(file.read_bytes(), str(file))
        verdict = write(samples, reports) if reports else verdict_on(samples)
    if json:
        show.json(verdict.model_dump(mode="json"))
    else:
        gate.show(verdict, samples)
        if reports:
            show.written(reports / "index.html")
    raise typer.Exit(verdict.exit_status)
