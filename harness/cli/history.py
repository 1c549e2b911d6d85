"""How a job and a history look in a terminal: figures; the changes by commit, and a line of blocks for each metric."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from rich.table import Table
from rich.text import Text

from harness.cli.paragraphs import printable
from harness.cli.show import columns, out
from harness.gate.baselines import Baseline
from harness.gate.samples import Case, Samples
from harness.gate.stored import JOBS
from harness.gate.timed import figures
from harness.history import telling
from harness.history.series import about
from harness.report import wording

BLOCKS: Final = "▁▂▃▄▅▆▇█"
WIDEST: Final = 40
"""Jobs in a line of blocks: the latest ones."""
LEAST_SPAN: Final = 0.1
"""What a line of blocks reaches over at least, as a logarithm, so that noise looks small."""


def stored(baseline: Baseline, samples: Samples, file: Path) -> None:
    """Print what a job measured and stored, and how many jobs there are now to compare timings with."""
    console = out()
    console.print(Text.assemble(("stored", "bold green"), f": {baseline.arm.label} in {file}"), soft_wrap=True)
    values = baseline.history.jobs[-1].values
    for case in samples.cases:
        console.print()
        console.print(Text(case.name, style="bold"), soft_wrap=True)
        console.print(_measured(case, values[case.name]))
    console.print()
    jobs = sum(job.environment == samples.environment.id for job in baseline.history.jobs)
    more = f"; timings are compared from {JOBS} on" if jobs < JOBS else ""
    console.print(Text(f"{wording.count(jobs, 'job')} in this environment{more}", style="dim"), soft_wrap=True)


def _measured(case: Case, values: Mapping[str, float]) -> Table:
    """Return a job's figures, each with the standard deviation of its blocks as a share."""
    table = columns("  metric", "median", "blocks differ by")
    timed = {metric.name: metric for metric in case.metrics}
    for name, value in values.items():
        spread = f"{100 * float(figures(case, timed[name], 'candidate').std(ddof=1)):.1f} %" if name in timed else ""
        table.add_row(f"  {wording.metric(name)}", wording.figure(value, about(name)[0]), spread)
    return table


def show(told: Mapping[str, Any]) -> None:
    """Print a history."""
    console = out()
    console.print(Text.assemble((told["suite"], "bold"), f": {telling.headline(told)}"), soft_wrap=True)
    for at in telling.at_commits(told):
        console.print()
        subject = f"  {printable(at.job['subject'])}" if at.job["subject"] else ""
        head = Text.assemble((telling.commit(at.job), "bold"), (f"  {telling.day(at.job)}", "dim"), subject)
        console.print(head, no_wrap=True, overflow="ellipsis")
        for case in dict.fromkeys(one["case"] for one, _ in at.changes):
            console.print(Text(f"  {case}", style="dim"), soft_wrap=True)
            console.print(_changes([(one, each) for one, each in at.changes if one["case"] == case]))
    for case, found in telling.latest(told):
        console.print()
        console.print(Text(case, style="bold"), soft_wrap=True)
        console.print(_lines(found, console.width))
    if (others := len(told["environments"]) - 1) > 0:
        places = wording.count(others, "other environment")
        console.print(Text(f"Lines are of the latest job's environment; {places} on the page.", style="dim"), soft_wrap=True)


def _changes(found: Sequence[telling.Found]) -> Table:
    table = columns("metric", "before", "after", "change")
    table.show_header = False
    for one, each in found:
        change = Text(telling.change(one, each), style="red" if each["worse"] else "green")
        table.add_row(f"    {wording.metric(one['metric'])}", *telling.figures(one, each), change)
    return table


def _lines(found: Sequence[Mapping[str, Any]], width: int) -> Table:
    room = min(WIDEST, max(10, width - 40))
    jobs = max(len(one["points"]) for one in found)
    table = columns("  metric", "now")
    table.add_column(f"the latest {room} of {jobs:,} jobs" if jobs > room else wording.count(jobs, "job"), no_wrap=True)
    for one in found:
        values = [point["value"] for point in one["points"]]
        now = wording.figure(values[-1], one["unit"])
        drawn = Text("unchanged", style="dim") if min(values) == max(values) else Text(line(values[-room:]), style="cyan")
        table.add_row(f"  {wording.metric(one['metric'])}", now, drawn)
    return table


def line(values: Sequence[float]) -> str:
    """Return a line of blocks, the lowest for the smallest value; small differences look small."""
    logs = [math.log(value) for value in values]
    low, high = min(logs), max(logs)
    span = max(high - low, LEAST_SPAN)
    bottom = (low + high - span) / 2
    return "".join(BLOCKS[min(len(BLOCKS) - 1, int((log - bottom) / span * len(BLOCKS)))] for log in logs)
