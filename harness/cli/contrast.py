"""How two candidates look side by side in a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from rich.table import Table
from rich.text import Text

from harness.cli.paragraphs import paragraph, whole
from harness.cli.show import columns, out
from harness.metrics import METRICS
from harness.report import wording
from harness.report.comparison import Comparison, compare
from harness.report.payoff import flips_told

MARKS: Final = {"one": ("▲", "green"), "other": ("▼", "red"), None: ("", "")}
"""Who is better by more than the noise."""


def show(told: Mapping[str, Any]) -> None:
    """Print how the first differs from the second."""
    console = out()
    for name, who in (("A", "one"), ("B", "other")):
        whole(console, Text.assemble((name, "bold cyan"), "  ", (told[who]["candidate"], "bold")))
    console.print()
    console.print(_metrics(told))
    console.print()
    for line in (*_beyond(told), *_detail(told)):
        paragraph(console, line, hanging=2)
    console.print()
    console.print(_profiles(told))


def _metrics(told: Mapping[str, Any]) -> Table:
    table = _side_by_side("metric", "A is", "95 % interval")
    for name, each in told["metrics"].items():
        words = _compared(told, name, each)
        mark, style = MARKS[each["better"]]
        table.add_row(
            Text(mark, style=style),
            name,
            *(_figure(told[who]["facts"][name]) for who in ("one", "other")),
            Text(_short(words), style=style or "dim"),
            Text(words.ends, style="dim"),
        )
    for name in sorted(told["one"]["facts"].keys() ^ told["other"]["facts"].keys(), key=list(METRICS).index):
        table.add_row("", name, *(_of_one(told[who], name) for who in ("one", "other")), "", "")
    return table


def _side_by_side(what: str, *about: str) -> Table:
    """Return a table with a column for marks, for what is compared, for A, for B, and for what is said ``about`` them."""
    table = columns("", what, "A", "B")
    table.columns[1].justify = "left"
    for title in about:
        table.add_column(title, no_wrap=True)
    return table


def _compared(told: Mapping[str, Any], name: str, each: Mapping[str, Any]) -> Comparison:
    """Return the difference in words; of a fact that both share there is none."""
    one, other = told["one"]["facts"][name], told["other"]["facts"][name]
    if each["shared"]:
        one = other = one | {"low": one["value"], "high": one["value"]}
    return compare(name, METRICS[name].higher, one, other, each["paired"])


def _short(words: Comparison) -> str:
    """Return a change without what its row says already: ``1.3× less`` of less memory while loading."""
    number, times, what = words.change.removesuffix(f" {words.label}").partition("× ")
    return number + times + what.partition(" ")[0]


def _figure(fact: Mapping[str, Any]) -> str:
    return wording.about(wording.figure(fact["value"], fact["unit"]), fact)


def _of_one(one: Mapping[str, Any], name: str) -> str:
    return _figure(one["facts"][name]) if name in one["facts"] else "–"


def _beyond(told: Mapping[str, Any]) -> Iterator[Text]:
    """Return which differences are beyond noise."""
    for title, names, style in (("better in", told["better"], "green"), ("worse in", told["worse"], "red")):
        if names:
            yield Text.assemble("beyond noise, A is ", (title, style), f" {', '.join(names)}")
    if not told["better"] and not told["worse"]:
        yield Text("no difference is beyond noise", style="dim")


def _detail(told: Mapping[str, Any]) -> Iterator[Text]:
    """Return what comparisons on the same samples saw."""
    for name, each in told["metrics"].items():
        if each["paired"]:
            yield Text(f"{name} on the same samples: {_compared(told, name, each).detail}", style="dim")
    if told["flips"]:
        yield Text(f"from B to A, {flips_told(told['flips'])}", style="dim")


def _profiles(told: Mapping[str, Any]) -> Table:
    table = _side_by_side("utility", "difference")
    for name, each in told["profiles"].items():
        mark, style = MARKS[each["better"]]
        tied = ", tied" if each["better"] is None else ""
        table.add_row(
            Text(mark, style=style),
            Text(name),
            *(_utility(each[who]) for who in ("one", "other")),
            Text(f"{wording.signed(each['difference'], 3)}{tied}", style=style or "dim"),
        )
    return table


def _utility(score: Mapping[str, Any]) -> Text:
    shown = wording.plus_minus(score["utility"], score["half_width"])
    return Text.assemble(*([("infeasible ", "red")] if score["violations"] else []), shown)
