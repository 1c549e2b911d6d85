"""What a suite spans: a look before a run, what became of every combination."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from harness.cli.opening import AsJson, Results, StoreUrl, SuiteFile, opened


def check(suite: SuiteFile, results: Results = Path("results"), store: StoreUrl = None, json: AsJson = False) -> None:
    """Validate a suite and show its space: axes, combinations, distinct facts, a time estimate."""
    from harness import outlook
    from harness.cli import outlook as printing
    from harness.cli import show

    with opened(suite, results, store) as setting:
        found = outlook.look(setting)
    if json:
        show.json(found)
    else:
        printing.show(found)


def matrix(
    suite: SuiteFile,
    markdown: Annotated[Path | None, typer.Option(help="write it into this file, as Markdown tables")] = None,
    results: Results = Path("results"),
    store: StoreUrl = None,
    json: AsJson = False,
) -> None:
    """Tell what became of every model with every chain on every runtime: measured, ruled out, or failed, and why."""
    from harness import matrix as combinations
    from harness.cli import matrix as printing
    from harness.cli import show

    with opened(suite, results, store) as setting:
        found = combinations.matrix(setting)
        if markdown:
            from harness.report.matrix import render

            markdown.write_text(render(found), encoding="utf-8")
    if json:
        show.json(found)
    elif not markdown:
        printing.show(found)
