"""How the cost of a query looks in a terminal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from rich.table import Table
from rich.text import Text

from harness import units
from harness.cli.show import columns, out

KINDS: Final = 12
OPERATORS: Final = 8
BAR: Final = 18
"""Characters of a bar that is the whole of a query."""
EIGHTHS: Final = " ▏▎▍▌▋▊▉"
NAME: Final = 30
KERNEL: Final = 36
VERDICTS: Final = {
    "faster": "Faster than its parent.",
    "slower": "Slower than its parent.",
    "even": "No faster than its parent, inside the noise.",
}


def show(told: Mapping[str, Any]) -> None:
    """Print where the time of a query goes, beside the parent's, and why it is not less."""
    console = out()
    profile, parent = told["profile"], (told["parent"] or {}).get("profile")
    console.print(Text(told["candidate"], style="bold"))
    console.print(_total(profile, told["facts"]))
    if told["parent"]:
        console.print(Text.assemble("parent ", told["parent"]["candidate"], style="dim"))
        absent = told["parent"]["absent"] or "it has no profile"
        console.print(_total(parent, told["parent"]["facts"]) if parent else Text(f"  {absent}", style="yellow"))
    if any(one and one["quality"] != "clean" for one in (profile, parent)):
        console.print(Text("  the machine was busy while operators were timed: mind shares, not seconds", style="yellow"))
    console.print()
    console.print(_kinds(profile, parent))
    console.print()
    console.print(_slowest(profile))
    console.print()
    console.print(_why(told))


def _total(profile: Mapping[str, Any], facts: Mapping[str, Any]) -> Text:
    latency = facts.get("latency_p50")
    measured = f", {_time(latency['value'])} without (latency p50)" if latency else ", latency not measured"
    outside = f"; {_time(profile['uncovered'])} of it outside operators" if profile["uncovered"] > 0 else ""
    operators = len(profile["operators"])
    return Text(
        f"  {operators} operators on {profile['runtime']}: {_time(profile['seconds'])} a query with the profiler"
        f"{measured}{outside}",
        style="dim",
    )


def _kinds(profile: Mapping[str, Any], parent: Mapping[str, Any] | None) -> Table:
    before = {one["kind"]: one for one in parent["kinds"]} if parent else {}
    table = columns("kind", "number", "a query", "share", *(["parent"] if parent else []))
    table.add_column("", no_wrap=True)
    rows = profile["kinds"]
    gone = [one for one in before.values() if one["kind"] not in {row["kind"] for row in rows}]
    for one in rows[:KINDS]:
        other = [_time(before[one["kind"]]["seconds"]) if one["kind"] in before else "–"] if parent else []
        cells = (f"{one['count']}", _time(one["seconds"]), f"{100 * one['share']:.0f} %", *other)
        table.add_row(_short(one["kind"]), *cells, Text(bar(one["share"]), style="cyan"))
    rest = rows[KINDS:]
    if rest:
        seconds, share = (sum(one[name] for one in rest) for name in ("seconds", "share"))
        other = [""] if parent else []
        count = sum(one["count"] for one in rest)
        table.add_row(f"{len(rest)} more kinds", f"{count}", _time(seconds), f"{100 * share:.0f} %", *other, "")
    for one in gone[:KINDS]:
        table.add_row(Text(_short(one["kind"]), style="dim"), "–", "–", "", Text(_time(one["seconds"]), style="dim"), "")
    return table


def _slowest(profile: Mapping[str, Any]) -> Table:
    table = columns("slowest operators", "a query")
    table.add_column("kernel", no_wrap=True)
    for one in sorted(profile["operators"], key=lambda one: -one["seconds"])[:OPERATORS]:
        table.add_row(_short(one["name"]), _time(one["seconds"]), Text(_short(_kernel(one), KERNEL), style="dim"))
    return table


def _kernel(one: Mapping[str, Any]) -> str:
    """Return what executed an operator; its precision is said once."""
    kernel = one["kernel"].removesuffix("ExecutionProvider")
    precision = "" if kernel.lower().endswith(one["precision"].replace("int8", "i8")) else one["precision"]
    return " ".join(filter(None, (one["kind"], kernel, precision)))


def _why(told: Mapping[str, Any]) -> Table:
    """Return the verdict with the reasons, each with what to do about it."""
    table = Table.grid(padding=(0, 1))
    table.add_column(width=1)
    table.add_column()
    if not told["parent"]:
        table.add_row("", Text("It is not compressed, so there is nothing to compare it with.", style="dim"))
        return table
    verdict = (told["lineage"] or {}).get("verdict")
    table.add_row("", Text(VERDICTS.get(verdict or "", "Not yet measured against its parent."), style="bold"))
    if verdict == "faster" and told["why"]:
        table.add_row("", "What still costs time in it:")
    for reason in told["why"]:
        table.add_row("•", reason["text"])
        table.add_row("", Text(f"→ {reason['advice']}", style="cyan"))
    if not told["why"]:
        table.add_row("", Text("No rule finds a cost in it that its parent does not have.", style="dim"))
    return table


def bar(share: float) -> str:
    """Return a bar of ``BAR`` characters at most, in eighths."""
    whole, part = divmod(round(min(1.0, share) * BAR * 8), 8)
    return ("█" * whole + EIGHTHS[part]).rstrip()


def _short(name: str, most: int = NAME) -> str:
    return name if len(name) <= most else f"{name[: most - 1]}…"


def _time(seconds: float) -> str:
    return units.show(seconds, units.SECOND)
