"""The merge gate: measures two revisions, or derives a verdict again from what was measured."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final

import typer
from typer.core import TyperGroup

from harness.cli.commands import pytest_files
from harness.cli.commands.self_test import self_test
from harness.cli.opening import AsJson, Reports, Results, StoreUrl, SuiteFile, opened, telling_errors

MEASURE: Final = "measure"
BY_CI: Final = "CI"
"""The variable that services for continuous integration set."""


class SuiteFirst(TyperGroup):
    """A group in which ``gate SUITE`` means ``gate measure SUITE``."""

    def parse_args(self, ctx: typer.Context, args: list[str]) -> list[str]:  # type: ignore[override]
        """Put the command that is meant where none is named."""
        named = not args or args[0] in self.commands or args[0] == "--help"
        return super().parse_args(ctx, args if named else [MEASURE, *args])


app = typer.Typer(help="Stop merges that make what is deployed worse.", no_args_is_help=True, cls=SuiteFirst)


@app.command(MEASURE, short_help="measure a suite at two revisions; `gate SUITE` is the same")
def measure(
    context: typer.Context,
    suite: SuiteFile,
    baseline: Annotated[
        str | None, typer.Option(metavar="REF", help="git revision to compare with; default: where the main branch parted")
    ] = None,
    baseline_artifact: Annotated[
        Path | None, typer.Option(metavar="FILE", help="compare with this ONNX file instead of a revision")
    ] = None,
    baseline_suite: Annotated[
        Path | None, typer.Option(metavar="FILE", help="compare with another suite, its candidates paired by label")
    ] = None,
    baseline_python: Annotated[
        Path | None, typer.Option(metavar="PYTHON", help="compare with another environment, such as venv/bin/python")
    ] = None,
    stored: Annotated[
        Path | None, typer.Option(metavar="FILE", help="compare with what harness baseline stored, measuring one arm alone")
    ] = None,
    candidate: Annotated[
        list[str] | None,
        typer.Option(metavar="LABEL", help="what to gate; default: all of a few candidates, else what is recommended"),
    ] = None,
    control: Annotated[
        bool | None, typer.Option("--control/--no-control", help="measure a copy of the baseline, too; default: where CI is set")
    ] = None,
    max_blocks: Annotated[int, typer.Option(min=1, max=400, help="blocks after which what is open is inconclusive")] = 40,
    strict: Annotated[bool, typer.Option("--strict", help="inconclusive is exit status 3 instead of 0")] = False,
    seed: Annotated[int, typer.Option(min=0, help="of the order in which the arms come")] = 0,
    results: Results = Path("results"),
    reports: Reports = Path("reports"),
    store: StoreUrl = None,
    json: AsJson = False,
) -> None:
    """Measure a suite's candidates at two revisions, in interleaved blocks, and say whether anything became worse.

    The candidate is the suite as it is; the baseline its files at another revision, another suite, what another Python has
    installed, or what is stored of an earlier job. Writes gate.json, junit.xml, gate.md and index.html into reports/SUITE/gate.

    Exit status: 0 pass or improved (inconclusive, too, unless --strict), 1 regressed or missing, 2 wrong question, 3 void or not
    decided, 4 nothing to compare with, 5 not measured.
    """
    import os

    from harness.cli import gate, repeating, show
    from harness.gate.looks import planned
    from harness.gate.writing import write
    from harness.gating import asked
    from harness.gating.running import Wish

    controlled = bool(os.environ.get(BY_CI)) if control is None else control
    wish = Wish(planned(max_blocks, "fail" if strict else "warn"), controlled, seed)
    with telling_errors():
        if stored:
            _one_arm_only(context)
    with opened(suite, results, store, measures=True) as setting, gate.answering(), gate.progress() as say:
        against = asked.Against(baseline, baseline_artifact, stored, baseline_suite, baseline_python)
        measured = asked.measured(setting, suite, against, candidate or (), wish, say)
        settled = {} if stored else {"control": controlled, "baseline": measured.arms.baseline.about.get("revision")}
        again = repeating.command("harness gate", context, settled, without=("store", "json"))
        samples = measured.model_copy(update={"reproduce": again})
        folder = reports / setting.suite.name / "gate"
        verdict = write(samples, folder)
    if json:
        show.json(verdict.model_dump(mode="json"))
    else:
        gate.show(verdict, samples)
        show.written(folder / "index.html")
    raise typer.Exit(verdict.exit_status)


def _one_arm_only(context: typer.Context) -> None:
    """Raise InputError for options of two arms: what is stored is held against one, which is measured in ten blocks."""
    from harness.errors import InputError

    for name in ("control", "max_blocks", "seed"):
        source = context.get_parameter_source(name)
        if source is not None and source.name == "COMMANDLINE":
            option = f"--{name.replace('_', '-')}"
            raise InputError(f"{option} is about two arms; against a stored baseline one is measured", f"leave {option} out")


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
    with telling_errors(), gate.answering():
        verdict = write(samples, reports) if reports else verdict_on(samples)
    if json:
        show.json(verdict.model_dump(mode="json"))
    else:
        gate.show(verdict, samples)
        if reports:
            show.written(reports / "index.html")
    raise typer.Exit(verdict.exit_status)


app.command("self-test", short_help="what can be told on this machine: something against itself")(self_test)
app.command("pytest", short_help="judge files that pytest-benchmark wrote")(pytest_files.compare)
