"""How it looks in a terminal. What was asked for and JSON go to standard output, errors to standard error."""

from __future__ import annotations

import json as json_text
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from harness import units
from harness.errors import HarnessError, SuiteError


def out() -> Console:
    """Return the console of answers."""
    return Console(highlight=False, soft_wrap=False)


def _err() -> Console:
    return Console(stderr=True, highlight=False, soft_wrap=True)


def json(value: Any) -> None:
    """Print a value as JSON."""
    sys.stdout.write(json_text.dumps(value, indent=2, allow_nan=False) + "\n")


def mistakes(error: SuiteError) -> None:
    """Print what is wrong with a suite file, a line each."""
    console = _err()
    console.print(Text(error.message, style="bold red"))
    for mistake in error.mistakes:
        where = f"line {mistake.line}, " if mistake.line else ""
        text = Text.assemble("  ", (f"{where}{mistake.place}", "bold"), f": {mistake.message}")
        console.print(text.append(f" — {mistake.hint}", style="cyan") if mistake.hint else text)


def error(problem: HarnessError) -> None:
    """Print an error in one line, with its hint."""
    text = Text.assemble(("error: ", "bold red"), problem.message)
    _err().print(text.append(f" — {problem.hint}", style="cyan") if problem.hint else text)


def doing(candidate: str, text: str) -> None:
    """Say what is being done for a candidate."""
    _err().print(Text(f"{candidate}: {text}", style="dim"))


def interrupted() -> None:
    """Say that nothing is lost."""
    _err().print(Text("interrupted: what was measured is kept, the same command goes on from here", style="yellow"))


def written(page: Path) -> None:
    """Say where the report is."""
    out().print(Text.assemble("Report: ", (str(page), "bold")))


def outlook(found: Mapping[str, Any]) -> None:
    """Print what a run would do."""
    console = out()
    console.print(Text.assemble((found["suite"], "bold"), " is a valid suite"))
    table = Table(box=None, padding=(0, 2), header_style="dim")
    table.add_column("axis")
    table.add_column("values")
    for axis, values in found["axes"].items():
        table.add_row(f"{axis} ({len(values)})", Text(", ".join(values)))
    console.print(table)
    left_out = sum(one["count"] for one in found["excluded"])
    console.print(f"\n{found['combinations']} combinations, {left_out} of them left out, {found['candidates']} candidates:")
    for one in found["excluded"]:
        console.print(Text(f"  {one['count']:>4} × {one['rule']}", style="dim"))
    _costs(console, found)


def _costs(console: Console, found: Mapping[str, Any]) -> None:
    facts = found["distinct_facts"]
    alike: dict[int, list[str]] = {}
    for metric, count in facts.items():
        alike.setdefault(count, []).append(metric)
    shown = "; ".join(f"{count} each of {', '.join(metrics)}" for count, metrics in alike.items())
    console.print(Text(f"\n{sum(facts.values())} distinct facts on {found['artifacts']} artifacts: {shown}"))
    known, search, estimate = found["known"], found["search"], found["estimate"]
    console.print(f"{known['facts']} of them are known, {known['candidates']} candidates are complete")
    limit = f", cut at {search['minutes']:g} min" if estimate["limited"] else ""
    console.print(
        f"search: {search['algorithm']}, {search['trials']} candidates at most; about {units.show_duration(estimate['seconds'])}"
        f" ({units.show_duration(estimate['prepare'])} to prepare, {units.show_duration(estimate['measure'])} to measure{limit};"
        f" rests on {estimate['rests_on']})"
    )


def catalogue(found: Mapping[str, Any]) -> None:
    """Print the parts a suite can name."""
    console = out()
    for kind, parts in found.items():
        console.print(Text(kind, style="bold"))
        for part in parts:
            {"metrics": _metric, "profiles": _profile}.get(kind, _part)(console, part)
        console.print()


def _metric(console: Console, metric: Mapping[str, Any]) -> None:
    needs = f" (scenario {metric['scenario']})" if metric["scenario"] else ""
    text = f"{metric['summary']}; in {metric['unit']}, {metric['better']} is better{needs}"
    console.print(_grid([(f"  {metric['name']}", text)]))


def _profile(console: Console, profile: Mapping[str, Any]) -> None:
    rows = [(f"  {profile['name']}", profile["summary"])]
    rows += [(f"    {metric}", f"weight {weight:g}, {_ends(profile, metric)}") for metric, weight in profile["weights"].items()]
    rows += [("    constraint", text) for text in profile["constraints"]]
    rows += [("    guard", f"{profile['guard']:g} standard errors")] if "guard" in profile else []
    console.print(_grid(rows))


def _ends(profile: Mapping[str, Any], metric: str) -> str:
    ends = profile["range"][metric]
    worst, best = ends if isinstance(ends, list) else (ends["worst"], ends["best"])
    return f"from {worst} to {best}" + (", log" if "scale" in ends else "")


def _part(console: Console, part: Mapping[str, Any]) -> None:
    missing = "" if part["installed"] else "  (not installed: pip install " + " ".join(part["packages"]) + ")"
    rows = [(f"  {part['name']}", part["summary"] + missing)]
    for option in part["options"]:
        default = "required" if option["required"] else f"default {option['default']}" if option["default"] is not None else ""
        values = " | ".join(map(str, option["values"])) if option["values"] else ""
        about = "; ".join(text for text in (option["summary"], values, default) if text)
        rows.append((f"    {option['name']}", about))
    console.print(_grid(rows))


def _grid(rows: list[tuple[str, str]]) -> Table:
    table = Table.grid(padding=(0, 2))
    table.add_column(width=26, no_wrap=True)
    table.add_column()
    for i, (name, text) in enumerate(rows):
        table.add_row(Text(name, style="green" if i == 0 else ""), Text(text, style="" if i == 0 else "dim"))
    return table


def environment(told: Mapping[str, Any]) -> None:
    """Print the machine and what makes its timings untrustworthy."""
    console = out()
    identity, context = told["identity"], told["context"]
    rows = [
        ("machine", f"{identity['cpu']}, {identity['cores']} cores, {identity['memory']} GiB"),
        ("kernels can use", ", ".join(identity["cpu_flags"]["telling"]) or "nothing special"),
        ("system", f"{identity['system']} {context['kernel']}, {identity['machine']}, Python {context['python']}"),
        ("load", ", ".join(map(str, context["load"]))),
        ("GPUs", ", ".join(context["gpus"]) or "none"),
        ("identity", told["id"] + "  (timings are compared only where this is equal)"),
        ("versions", ", ".join(f"{name} {version}" for name, version in told["versions"].items())),
    ]
    console.print(_grid([(name, text) for name, text in rows]))
    console.print()
    if not told["doubts"]:
        console.print(Text("nothing seen that would make timings here untrustworthy", style="green"))
    for doubt in told["doubts"]:
        console.print(Text.assemble(("! ", "yellow"), doubt["message"], (f" — {doubt['advice']}", "cyan")))
