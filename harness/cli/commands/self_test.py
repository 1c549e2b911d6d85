"""What the merge gate can tell on this machine."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated

import typer

from harness.cli.opening import AsJson, Results, StoreUrl, opened


def self_test(
    suite: Annotated[
        Path | None, typer.Argument(metavar="[SUITE]", help="a suite file; default: a small model", show_default=False)
    ] = None,
    candidate: Annotated[list[str] | None, typer.Option(metavar="LABEL", help="what of it; default: its first candidate")] = None,
    max_blocks: Annotated[int, typer.Option(min=1, max=400, help="blocks after which a run ends")] = 40,
    seed: Annotated[int, typer.Option(min=0, help="of the order in which the arms come")] = 0,
    results: Results = Path("results"),
    store: StoreUrl = None,
    json: AsJson = False,
) -> None:
    """Gate something against itself, with a control: tells what would be caught on this machine, and how long that takes.

    Exit status: 0 nothing is called regressed, 1 something is, 2 wrong question, 3 arms are not treated alike, 5 not measured.
    """
    from harness.cli import gate, show
    from harness.cli import self_test as printing
    from harness.gate.decide import decide
    from harness.gate.looks import planned
    from harness.gate.power import powers
    from harness.gating import self_test as testing
    from harness.gating.running import Wish

    began = time.monotonic()
    with opened(suite or testing.suite(), results, store, measures=True) as setting, gate.answering(), gate.progress() as say:
        samples = testing.against_itself(setting, candidate or (), Wish(planned(max_blocks, "warn"), True, seed), say)
        verdict, found = decide(samples), powers(samples)
    seconds = time.monotonic() - began
    if json:
        show.json(printing.plain(verdict, found, seconds))
    else:
        printing.show(verdict, samples, found, seconds)
    raise typer.Exit(verdict.exit_status)
