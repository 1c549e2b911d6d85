"""How the search for a culprit looks in a terminal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from rich.console import Console
from rich.table import Table
from rich.text import Text

from harness.cli.paragraphs import paragraph, printable
from harness.cli.show import columns, out
from harness.gate import telling
from harness.gate.verdict import Judgement
from harness.report import wording

STYLES: Final = {"worse": "red", "fine": "green", "unknown": "yellow"}
SHORT: Final = 8
DAY: Final = 10
"""Digits of a commit's name, and of a day."""


def show(told: Mapping[str, Any]) -> None:
    """Print what was found, then every commit that was asked for, in the order in which it was."""
    console = out()
    _answer(console, told)
    console.print()
    console.print(_steps(told))


def _answer(console: Console, told: Mapping[str, Any]) -> None:
    metric, good, suspects = wording.metric(told["metric"]), told["good"]["revision"][:SHORT], told["suspects"]
    if not suspects:
        last = told["steps"][0]
        said = "is not worse" if last["answer"] == "fine" else f"cannot be told: {printable(last['why'])}"
        paragraph(console, Text(f"not found: {metric} of {told['candidate']} at {told['bad']['revision'][:SHORT]} {said}"))
        return
    if len(suspects) == 1:
        paragraph(console, Text.assemble((suspects[0]["revision"], "bold red")))
    else:
        paragraph(
            console, Text.assemble((f"one of {len(suspects)} commits", "bold yellow"), ", as not all of them could be measured")
        )
    for one in suspects:
        name = "" if len(suspects) == 1 else f"{one['revision'][:SHORT]}  "
        paragraph(console, Text(f"  {name}{one['authored'][:DAY]}  {printable(one['subject'])}"))
    sure = "for certain, as it is counted" if not told["wrong"] else f"wrong at most {100 * told['wrong']:.2g} times in 100"
    paragraph(console, Text(f"  first to be worse than {good} in {metric} of {told['candidate']}; {sure}", style="dim"))


def _steps(told: Mapping[str, Any]) -> Table:
    table = columns("asked", "change")
    table.add_column("answer", no_wrap=True)
    table.add_column("commit", no_wrap=True, overflow="ellipsis", ratio=1)
    table.expand = True
    for step in told["steps"]:
        judged = Judgement.model_validate(step["judgement"]) if step["judgement"] else None
        commit = step["commit"]
        table.add_row(
            commit["revision"][:SHORT],
            telling.change(judged) if judged else "–",
            Text(step["answer"], style=STYLES[step["answer"]]),
            printable(commit["subject"] if step["answer"] != "unknown" else step["why"]),
        )
    return table
