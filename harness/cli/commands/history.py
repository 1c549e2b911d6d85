"""What jobs on the main branch measured, over its commits."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from harness.cli.opening import LABEL, AsJson, Reports, Results, StoreUrl, SuiteFile, opened, telling_errors

NOT_MEASURED = 5

Stored = Annotated[
    Path | None,
    typer.Option("--stored", metavar="FILE", help="a stored baseline; default: baselines/SUITE.json in the results folder"),
]


def baseline(
    suite: SuiteFile,
    candidate: Annotated[
        list[str] | None,
        typer.Option(metavar="LABEL", help="what to store; default: all of a few candidates, else what is recommended"),
    ] = None,
    output: Annotated[
        Path | None, typer.Option(metavar="FILE", help="default: baselines/SUITE.json in the results folder")
    ] = None,
    results: Results = Path("results"),
    store: StoreUrl = None,
    json: AsJson = False,
) -> None:
    """Measure a suite's candidates as they are now, and store them as a baseline beside what earlier jobs measured.

    `harness gate SUITE --stored FILE` compares with it, and `harness history SUITE` shows it.

    Exit status: 0 stored, 2 wrong question, 5 not measured.
    """
    from harness.cli import gate, show
    from harness.cli import history as printing
    from harness.errors import HarnessError
    from harness.gate import baselines, telling
    from harness.gate.samples import Plan
    from harness.gating import alone, asked

    with opened(suite, results, store, measures=True) as setting, gate.progress() as say:
        file = output or baselines.place(results, setting.suite.name)
        earlier = baselines.kept(file)
        found = asked.alone_now(setting, suite, asked.to_store(setting, candidate or ()), Plan(), say)
        if found.samples.broken:
            show.error(HarnessError(f"not measured: {telling.failure(found.samples.broken[0])}", "nothing is stored"))
            raise typer.Exit(NOT_MEASURED)
        stored = alone.stored(found, earlier)
        baselines.write(stored, file)
    if json:
        show.json(stored.history.jobs[-1].model_dump(mode="json"))
    else:
        printing.stored(stored, found.samples, file)


def history(
    suite: SuiteFile,
    metrics: Annotated[list[str] | None, typer.Argument(metavar="METRIC", help="only these; default: all")] = None,
    candidate: Annotated[list[str] | None, typer.Option(metavar="LABEL", help=f"only this one: {LABEL}")] = None,
    stored: Stored = None,
    results: Results = Path("results"),
    reports: Reports = Path("reports"),
    json: AsJson = False,
) -> None:
    """Show what every job of `harness baseline` measured, commit after commit, and where it changed.

    Writes reports/SUITE/history.html. It informs: the exit status is 0, whatever changed.
    """
    from harness import suitefile
    from harness.cli import history as printing
    from harness.cli import show
    from harness.gate import baselines
    from harness.history import page, telling
    from harness.registry import Registry

    with telling_errors():
        name = suitefile.load(suite, Registry.load()).name
        file = stored or baselines.place(results, name)
        known = baselines.read(file.read_bytes(), str(file)).history if stored else baselines.kept(file)
        told = telling.tell(name, known, candidate or (), metrics or ())
        written = page.write(told, reports / name / "history.html") if told["jobs"] else None
    if json:
        show.json({**told, "report": str(written) if written else None})
        return
    printing.show(told)
    if written:
        show.written(written)
