"""How the trade-off of an answer looks in a terminal: its picture, and a row of figures for the best of the front."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from rich.console import Console
from rich.text import Text

from harness.cli.paragraphs import paragraph, whole
from harness.cli.plot import MARKS, plot, ranks_of
from harness.report import wording

ROWS: Final = 6


def show(console: Console, told: Mapping[str, Any]) -> None:
    """Print the front: those first that some profile likes best; the picture only where there is a terminal to look at."""
    picture = plot(told, console.width) if console.is_terminal else []
    for line in (*picture, *([Text()] if picture else [])):
        whole(console, line)
    metrics, ranks = told["objectives"], ranks_of(told)
    paragraph(console, Text.assemble(("Pareto front", "bold"), f" over {', '.join(metrics)}"), hanging=2)
    labels = _best_first(told)[:ROWS]
    facts = {one["candidate"]: one["facts"] for one in told["candidates"]}
    rows = [metrics, *([_shown(facts[label].get(metric)) for metric in metrics] for label in labels)]
    head, *figures = _aligned(rows, console.width)
    console.print(Text(head, style="dim"))
    for label, figure in zip(labels, figures, strict=True):
        mark, style, _ = MARKS[ranks[label]]
        whole(console, Text.assemble((mark, style), f" {label}"), indent=2)
        console.print(Text(figure, style="dim"))
    more = len(told["front"]) - len(labels)
    if more > 0:
        console.print(Text(f"  and {more} more in the report", style="dim"))
    console.print()


def _best_first(told: Mapping[str, Any]) -> list[str]:
    """Return the front's labels by their best utility in any profile: what a reader may want comes first."""
    scores = {one["candidate"]: max(score["utility"] for score in one["scores"].values()) for one in told["candidates"]}
    return sorted(told["front"], key=lambda label: -scores[label])


def _shown(fact: Mapping[str, Any] | None) -> str:
    return wording.about(wording.figure(fact["value"], fact["unit"]), fact) if fact else "–"


def _aligned(rows: Sequence[Sequence[str]], width: int) -> list[str]:
    """Return each row as a line of columns, as many of them as fit."""
    lines = ["  "] * len(rows)
    for column in zip(*rows, strict=True):
        cell = max(map(len, column))
        if len(lines[0]) + cell + 2 > width:
            break
        lines = [f"{line}  {text:>{cell}}" for line, text in zip(lines, column, strict=True)]
    return lines
