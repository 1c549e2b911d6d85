"""How a suite's space looks in a terminal before a run: axes, what is left out and why, facts, and the time it would take."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.console import Console
from rich.text import Text

from harness import units
from harness.cli.paragraphs import pairs, paragraph
from harness.cli.show import out
from harness.report.wording import count


def show(found: Mapping[str, Any]) -> None:
    """Print what a run would do."""
    console = out()
    console.print(Text.assemble((found["suite"], "bold"), " is a valid suite"))
    pairs(console, ((f"{axis} ({len(values)})", ", ".join(values)) for axis, values in found["axes"].items()))
    left_out = sum(one["count"] for one in found["excluded"])
    console.print()
    combinations = count(found["combinations"], "combination")
    left = f", {left_out} of them left out" if left_out else ""
    console.print(Text.assemble(f"{combinations}{left}: ", (count(found["candidates"], "candidate"), "bold")))
    pairs(console, ((f"{one['count']:>4} ×", Text(one["rule"], style="dim")) for one in found["excluded"]))
    console.print()
    _facts(console, found)
    console.print()
    _search(console, found)


def _facts(console: Console, found: Mapping[str, Any]) -> None:
    """Print how many facts there are of which metrics, those together of which there are as many."""
    facts, known = found["distinct_facts"], found["known"]
    alike: dict[int, list[str]] = {}
    for metric, number in facts.items():
        alike.setdefault(number, []).append(metric)
    console.print(f"{count(sum(facts.values()), 'distinct fact')} on {count(found['artifacts'], 'artifact')}")
    pairs(console, ((f"{number:>4} ×", Text(", ".join(metrics), style="dim")) for number, metrics in alike.items()))
    failed = f" ({known['failed']} failed)" if known["failed"] else ""
    done = f"{count(known['candidates'], 'candidate')} {'is' if known['candidates'] == 1 else 'are'} complete{failed}"
    paragraph(console, Text(f"{count(known['facts'], 'fact')} known, {done}"), hanging=2)


def _search(console: Console, found: Mapping[str, Any]) -> None:
    search, estimate = found["search"], found["estimate"]
    limit = f", cut at {search['minutes']:g} min" if estimate["limited"] else ""
    parts = f"{units.show_duration(estimate['prepare'])} to prepare, {units.show_duration(estimate['measure'])} to measure{limit}"
    about = f"about {units.show_duration(estimate['seconds'])}" if estimate["seconds"] else "nothing is left to measure"
    paragraph(
        console,
        Text.assemble(f"{search['algorithm']} search, {search['trials']} candidates at most: ", (about, "bold")),
        hanging=2,
    )
    if estimate["seconds"]:
        paragraph(console, Text(f"{parts}; rests on {estimate['rests_on']}", style="dim"), indent=2, hanging=2)
