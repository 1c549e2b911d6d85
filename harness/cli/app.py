"""The command line: which commands there are, in the order of their help, and how it ends.

Exit status: 0 yes, 1 no, 2 wrong question, 3 not known, 130 interrupted; of a gate also 4 and 5 (docs/gate.md).
"""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from harness.cli.commands import about, answering, bisect, candidates, gate, history, known, spaces
from harness.cli.opening import INTERRUPTED

app = typer.Typer(
    name="harness",
    help="Benchmark model architectures and compression on this hardware, and choose the one to deploy.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

app.command(short_help="search, measure, recommend and report; resumes by itself")(answering.run)
app.command(short_help="validate a suite; show its space and what it would cost")(spaces.check)
app.command(short_help="tell what to deploy, from what is stored")(answering.recommend)
app.command(short_help="tell everything about one candidate")(candidates.show)
app.command(short_help="show two candidates side by side")(candidates.compare)
app.command(short_help="write what is to be deployed into a folder")(candidates.export)
app.command("explain-cost", short_help="time each operator of a candidate and its parent")(candidates.explain_cost)
app.command(short_help="write the report of what is stored")(answering.report)
app.command(short_help="tell what became of every combination, and why")(spaces.matrix)
app.command("list", short_help="list what a suite can name, with its options")(about.list_parts)
app.command("import", short_help="read tables that others published")(known.import_tables)
app.command(short_help="run searches over facts that are known")(known.replay)
app.add_typer(gate.app, name="gate", short_help="stop merges that make what is deployed worse")
app.command(short_help="find the commit that made a metric worse")(bisect.bisect)
app.command(short_help="measure what is now, to compare with later")(history.baseline)
app.command(short_help="show what each commit measured, and where it changed")(history.history)
app.command(short_help="show this machine, and what disturbs its timings")(about.env)
app.command(short_help="print the JSON schema of a suite, or of facts.json")(about.schema)


@app.callback(invoke_without_command=True)
def _main(
    context: typer.Context, version: Annotated[bool, typer.Option("--version", help="print the version and exit")] = False
) -> None:
    if version:
        from harness import __version__

        typer.echo(__version__)
        raise typer.Exit


def main() -> None:
    """Run the command line."""
    try:
        app()
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
