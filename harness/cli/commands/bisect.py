"""Which commit made a metric worse."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from harness.cli.opening import LABEL, UNKNOWN, YES, AsJson, Reports, Results, StoreUrl, SuiteFile, opened


def bisect(
    suite: SuiteFile,
    metric: Annotated[str, typer.Argument(metavar="METRIC", help="a metric that the gate has, such as latency or size")],
    good: Annotated[str, typer.Option(metavar="REF", help="an earlier revision, at which it was as it should be")],
    bad: Annotated[str, typer.Option(metavar="REF", help="a later one, at which it is worse")] = "HEAD",
    candidate: Annotated[str | None, typer.Option(metavar="LABEL", help=f"of this candidate: {LABEL}")] = None,
    max_blocks: Annotated[int, typer.Option(min=1, max=130, help="blocks of a gate; one that they do not decide gets more")] = 40,
    seed: Annotated[int, typer.Option(min=0, help="of the order in which the arms come")] = 0,
    results: Results = Path("results"),
    reports: Reports = Path("reports"),
    store: StoreUrl = None,
    json: AsJson = False,
) -> None:
    """Find the first commit between two that made a metric worse, by gating as few of them as can be.

    Each is gated against the earlier revision; what was measured is kept in reports/SUITE/bisect, so that a search that was
    interrupted goes on. A commit that cannot be measured or decided is left out.

    Exit status: 0 found, 2 wrong question, 3 not found for sure.
    """
    from harness.cli import bisect as printing
    from harness.cli import gate, show
    from harness.gating.bisecting import Question, bisected

    question = Question(metric, candidate, good, bad, max_blocks, seed)
    with opened(suite, results, store, measures=True) as setting, gate.progress() as say:
        told = bisected(setting, suite, question, reports / setting.suite.name / "bisect", say)
    if json:
        show.json(told)
    else:
        printing.show(told)
    raise typer.Exit(YES if len(told["suspects"]) == 1 else UNKNOWN)
