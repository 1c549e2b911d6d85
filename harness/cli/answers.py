"""How an answer looks in a terminal: the recommendation per profile, how sure it is, the trade-off, and what the run did."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from harness import units
from harness.cli import front
from harness.cli.paragraphs import paragraph, whole
from harness.cli.show import columns, out
from harness.metrics import QUALITIES
from harness.report import certainty, wording

TIED_ROWS = 3
PAID = {"faster": "faster than uncompressed", "slower": "slower than uncompressed", "even": "no faster than uncompressed"}


def show(told: Mapping[str, Any]) -> None:
    """Print the recommendation per profile, the front, and on a terminal the picture of the trade-off."""
    console = out()
    for name, one in told["profiles"].items():
        paragraph(console, _headline(name, one), hanging=2)
        if one["candidate"] is not None:
            console.print(_terms(one))
            _tied(console, one)
            for line in (
                *_beside(one),
                *_sure(one, told["metrics"]),
                *_open(name, told),
                *_remarks(one["candidate"], told),
                *_paid(one["candidate"], told),
            ):
                paragraph(console, line, indent=2)
        console.print()
    if told["front"]:
        front.show(console, told)
    paragraph(console, _closing(told), hanging=0)


def _headline(name: str, one: Mapping[str, Any]) -> Text:
    if one["candidate"] is None:
        return Text.assemble((name, "bold"), ": ", ("nothing measured yet", "yellow"), " — harness run measures it")
    if not one["feasible"]:
        return Text.assemble(
            (name, "bold"), ": ", ("nothing feasible", "bold red"), "; the nearest is ", (one["candidate"], "bold")
        )
    return Text.assemble((name, "bold"), ": deploy ", (one["candidate"], "bold green"), f"  utility {one['utility']:.3f}")


def _terms(one: Mapping[str, Any]) -> Table:
    table = columns("", "value", "95 % interval", "baseline", "utility", "adds")
    for term in one["terms"]:
        fact, reference = one["facts"].get(term["metric"]), one["baseline_facts"].get(term["metric"])
        table.add_row(
            f"  {term['metric']}",
            _shown(fact),
            (wording.interval(fact) or "exact") if fact else "",
            _shown(reference),
            f"{term['utility']:.2f}",
            f"{term['contribution']:.3f}",
        )
    return table


def _shown(fact: Mapping[str, Any] | None) -> str:
    return wording.about(wording.figure(fact["value"], fact["unit"]), fact) if fact else "unknown"


def _tied(console: Console, one: Mapping[str, Any]) -> None:
    if not one["tied"]:
        return
    console.print(Text("  tied with it:"))
    for label in one["tied"][:TIED_ROWS]:
        whole(console, Text(label), indent=4)
    if len(one["tied"]) > TIED_ROWS:
        console.print(Text(f"    and {len(one['tied']) - TIED_ROWS} more", style="dim"))


def _beside(one: Mapping[str, Any]) -> list[Text]:
    lines = [_violation(v, one["facts"]) for v in one["violations"]]
    if one["runner_up"]:
        runner = one["runner_up"]
        why = (f"\nutility {runner['utility']:.3f}, loses by {runner['why']}", "dim")
        lines.append(Text.assemble(f"next: {runner['candidate']}", why))
    if one["infeasible"]:
        lines.append(Text(f"{one['infeasible']} of {one['considered']} candidates break a constraint", style="dim"))
    return lines


def _open(name: str, told: Mapping[str, Any]) -> list[Text]:
    """Return a line for each weighted metric whose range the baseline does not settle."""
    priorities = told["priorities"].get(name, {})
    return [Text(f"{metric} adds nothing: {wording.NO_RANGE}", style="yellow") for metric in wording.open_ranges(priorities)]


def _remarks(label: str, told: Mapping[str, Any]) -> list[Text]:
    """Return why a recommended candidate has no figure of how right it is, and what was published of its model."""
    candidate: Mapping[str, Any] = next((one for one in told["candidates"] if one["candidate"] == label), {})
    absent, prior = candidate.get("withheld", {}), candidate.get("prior")
    lines = [Text(f"{name} {absent[name]['why']}", style="dim") for name in QUALITIES if name in absent]
    published = [] if prior is None else [Text(f"accuracy as published {units.show(prior, units.SHARE)}", style="dim")]
    return lines + published


def _paid(label: str, told: Mapping[str, Any]) -> list[Text]:
    lineage = next((one["parent"] for one in told["candidates"] if one["candidate"] == label), None)
    return [compression(lineage)] if lineage else []


def compression(lineage: Mapping[str, Any]) -> Text:
    """Return a line that says whether compression paid."""
    if lineage["absent"]:
        return Text(f"compression: {lineage['absent']}", style="dim")
    changes = lineage["changes"]
    parts = [PAID.get(lineage["verdict"] or "", "speed not measured")]
    parts += [f"size ÷ {wording.two_digits(1 / changes['size']['ratio'])}"] if "size" in changes else []
    parts += [f"accuracy {wording.signed(100 * changes['accuracy']['difference'], 1)} pp"] if "accuracy" in changes else []
    return Text(f"compression: {', '.join(parts)}", style="dim")


def _sure(one: Mapping[str, Any], metrics: Mapping[str, Any]) -> list[Text]:
    """Return how sure a recommendation is, and what would change it."""
    sure = certainty.how_sure(one)
    return [
        *([Text(f"sure: {sure}", style="dim")] if sure else []),
        *(Text(f"changes if {text}", style="dim") for text in certainty.changes(one, metrics)),
    ]


def _violation(violation: Mapping[str, Any], facts: Mapping[str, Any]) -> Text:
    within = violation.get("within_noise", False)
    does, style = ("is unsure of", "yellow") if within else ("misses", "red")
    return Text.assemble(f"{does} ", (violation["constraint"], "bold"), f": {_violated(violation, facts)}", style=style)


def _violated(violation: Mapping[str, Any], facts: Mapping[str, Any]) -> str:
    fact = facts.get(violation["metric"])
    if fact is None or violation["bound"] is None:
        return "not known"
    against = f"{_shown(fact)} against {wording.figure(violation['bound'], fact['unit'])}"
    return (
        f"{against}, kept only within its noise"
        if violation.get("within_noise")
        else f"{against}, off by {violation['miss']:.1%}"
    )


def _closing(told: Mapping[str, Any]) -> Text:
    counts, space, search = told["counts"], told["space"], told["run"]
    failed = f", {len(told['failures'])} failed (--retry-failed tries them again)" if told["failures"] else ""
    line = f"{space['evaluated']} of {space['candidates']} candidates known{failed}; "
    line += f"{counts['measured']} facts measured, {counts['reused']} reused"
    if "seconds" in search:
        line += f"; {units.show_duration(search['seconds'])}{_stages(search['seconds_by_stage'])}"
    if "stop_reason" in search:
        line += f"; {_why(search)}"
    return Text(line, style="dim")


def _stages(seconds: Mapping[str, float]) -> str:
    """Return what the time was spent on."""
    spent = [f"{name.replace('_', ' ')} {units.show_duration(took)}" for name, took in seconds.items() if took >= 1]
    return f" ({', '.join(spent)})" if spent else ""


def _why(search: Mapping[str, Any]) -> str:
    reasons = {
        "space": "the whole space is known",
        "trials": "all trials used",
        "minutes": "time used up (run again to go on)",
        "settled": "settled: no candidate left is expected to change the front or a recommendation",
    }
    return reasons.get(str(search["stop_reason"]), str(search["stop_reason"]))
