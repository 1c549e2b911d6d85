"""How everything about one candidate looks in a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from rich.console import Console
from rich.table import Table
from rich.text import Text

from harness import units
from harness.cli import behaving, making
from harness.cli.paragraphs import paragraph, printable, whole
from harness.cli.show import columns, out
from harness.decide.recommend import TOLD_GAP
from harness.report import wording

LOG_LINES: Final = 12
OUTCOMES: Final = {
    "recommended": ("recommended", "bold green"),
    "nearest": ("nothing is feasible, this is the nearest", "red"),
    "tied": ("tied with the recommended", "yellow"),
    "below": ("not recommended", ""),
    "infeasible": ("infeasible", "red"),
    "outside": ("not in the space: it is a baseline only", "dim"),
}


def show(told: Mapping[str, Any]) -> None:
    """Print what is known of a candidate."""
    console = out()
    whole(console, Text(told["candidate"], style="bold"))
    paragraph(console, Text(wording.deploy(told)), indent=2, hanging=2)
    for line in _state(told):
        paragraph(console, line, indent=2, hanging=2)
    if told["facts"]:
        console.print()
        console.print(_facts(told["facts"]))
    for name, why in told["withheld"].items():
        paragraph(console, Text(f"{name}: {wording.absence(why)}", style="dim"), indent=2)
    if told["explanation"]:
        style = "dim" if told["explanation"]["versus_random"]["beats"] else "yellow"
        paragraph(console, Text(wording.explained(told["explanation"]), style=style), indent=2, hanging=2)
    for name, one in told["profiles"].items():
        console.print()
        _profile(console, name, one, told)
    if told["behaviour"]:
        behaving.show(console, told["behaviour"])
    making.show(console, told)


def _state(told: Mapping[str, Any]) -> Iterator[Text]:
    """Return what became of a candidate, a line each."""
    if told["failure"]:
        yield from _failure(told["failure"])
    elif told["screened"]:
        yield Text(f"ended by a quick look: {told['screened']['why']}", style="yellow")
    elif told["state"] != "measured":
        yield Text("not measured yet — harness run measures it", style="yellow")
    elif told["front"]:
        yield Text(f"on the Pareto front over {', '.join(told['objectives'])}", style="cyan")
    else:
        near = ["could be on the front, within the noise"] if told["near_front"] else []
        above = [f"dominated by {told['dominated_by']}"] if told["dominated_by"] else []
        yield Text("; ".join([*near, *above]) or "not on the Pareto front", style="dim")


def _failure(failure: Mapping[str, Any]) -> Iterator[Text]:
    kind = f"failed ({failure['kind'].replace('_', ' ')}) at {failure['stage'].replace('_', ' ')}: "
    yield Text.assemble((kind, "bold red"), printable(failure["message"]))
    log = printable(failure["log"]).strip().splitlines()
    if log:
        yield Text("\n".join(["the end of what its process said:", *(f"│ {line}" for line in log[-LOG_LINES:])]), style="dim")


def _facts(facts: Mapping[str, Any]) -> Table:
    table = columns("facts", "value", "95 % interval", "n")
    table.add_column("")
    for name, fact in facts.items():
        shown = wording.about(wording.figure(fact["value"], fact["unit"]), fact)
        number = f"{fact['n']:,}" if fact["n"] > 1 else ""
        table.add_row(f"  {name}", shown, wording.interval(fact) or "exact", number, Text(_remarks(fact), style="dim"))
    return table


def _remarks(fact: Mapping[str, Any]) -> str:
    """Return what else is to be known of a figure."""
    return ", ".join(
        [
            *([f"{fact['processes']} processes"] if fact["processes"] > 1 else []),
            *([fact["quality"]] if fact["quality"] != "clean" else []),
            *([f"taken {fact['tries']} times"] if fact["tries"] > 1 else []),
            *([fact["provenance"]] if fact["provenance"] != "measured" else []),
        ]
    )


def _profile(console: Console, name: str, one: Mapping[str, Any], told: Mapping[str, Any]) -> None:
    outcome, style = OUTCOMES[one["outcome"]]
    place = f", place {one['place']['place']} of {one['place']['of']}" if one["place"] else ""
    utility = f"  utility {wording.plus_minus(one['utility'], one['half_width'])}{place}"
    paragraph(console, Text.assemble((name, "bold"), ": ", (outcome, style), utility), hanging=2)
    console.print(_terms(one["terms"], told["facts"]))
    for constraint in one["constraints"]:
        paragraph(console, _constraint(constraint, told["facts"]), indent=2)
    if one["against"] and one["outcome"] in ("tied", "below"):
        paragraph(console, _against(one, told["facts"]), indent=2)


def _terms(terms: Sequence[Mapping[str, Any]], facts: Mapping[str, Any]) -> Table:
    table = columns("", "value", "worst to best", "utility", "weight", "adds")
    for term in terms:
        fact = facts.get(term["metric"])
        unit = fact["unit"] if fact else ""
        ends = f"{wording.figure(term['worst'], unit)} to {wording.figure(term['best'], unit)}" if "worst" in term else "open"
        table.add_row(
            f"  {term['metric']}",
            wording.figure(term["value"], unit),
            ends + (", log" if term["scale"] == "log" else ""),
            f"{term['utility']:.2f}",
            f"{term['weight']:g}",
            f"{term['contribution']:.3f}",
        )
    return table


def _constraint(one: Mapping[str, Any], facts: Mapping[str, Any]) -> Text:
    """Return a constraint with how far inside of its bound the value is, and whether that is beyond the guard band."""
    if one["margin"] is None:
        return Text(f"✗ {one['constraint']}: not known", style="yellow")
    unit = facts[one["metric"]]["unit"]
    bound, slack = wording.figure(one["bound"], unit), _distance(abs(one["slack"]), unit)
    if one["slack"] < 0:
        return Text(f"✗ {one['constraint']}: {slack} beyond {bound}", style="red")
    guard = f", guard band {_distance(one['guard'], unit)}" if one["guard"] else ""
    if one["holds"]:
        return Text.assemble(("✓ ", "green"), one["constraint"], (f": {slack} inside of {bound}{guard}", "dim"))
    return Text(f"✗ {one['constraint']}: only {slack} inside of {bound}{guard}", style="yellow")


def _distance(value: float, unit: str) -> str:
    return f"{100 * value:.2g} pp" if unit == units.SHARE else wording.figure(value, unit)


def _against(one: Mapping[str, Any], facts: Mapping[str, Any]) -> Text:
    """Return what the recommended candidate has over this one."""
    against = one["against"]
    parts = [
        f"{gap['metric']} {_figure(gap['value'], gap['metric'], facts)} against {_figure(gap['theirs'], gap['metric'], facts)}"
        f" (−{gap['gap']:.3f})"
        for gap in against["terms"]
        if gap["gap"] >= TOLD_GAP
    ]
    noise = ", inside the noise" if one["outcome"] == "tied" else ""
    why = f"\n{'; '.join(parts)}" if parts else ""
    gap = f"{against['gap']:.3f} below" if against["gap"] >= TOLD_GAP else "level with"
    return Text(f"{gap} {against['candidate']}{noise}{why}", style="dim")


def _figure(value: float | None, metric: str, facts: Mapping[str, Any]) -> str:
    return wording.figure(value, facts[metric]["unit"]) if metric in facts else "not known"
