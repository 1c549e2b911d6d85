"""How answers look in a terminal. Answers and JSON go to standard output, errors to standard error."""

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
from harness.metrics import QUALITIES
from harness.report import certainty
from harness.report.wording import NO_RANGE, open_ranges, signed, two_digits

FRONT_ROWS = 6
TIED_ROWS = 3
PAID = {"faster": "faster than uncompressed", "slower": "slower than uncompressed", "even": "no faster than uncompressed"}


def _out() -> Console:
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
    _out().print(Text.assemble("Report: ", (str(page), "bold")))


def answer(told: Mapping[str, Any]) -> None:
    """Print the recommendation per profile, and the front."""
    console = _out()
    for name, one in told["profiles"].items():
        console.print(_headline(name, one))
        if one["candidate"] is not None:
            console.print(_terms(one))
            for line in (
                *_beside(one),
                *_sure(one, told["metrics"]),
                *_open(name, told),
                *_remarks(one["candidate"], told),
                *_paid(one["candidate"], told),
            ):
                console.print(line)
        console.print()
    _front(console, told)
    _closing(console, told)


def _headline(name: str, one: Mapping[str, Any]) -> Text:
    if one["candidate"] is None:
        return Text.assemble((name, "bold"), ": ", ("nothing measured yet", "yellow"), " — harness run measures it")
    if not one["feasible"]:
        return Text.assemble(
            (name, "bold"), ": ", ("nothing feasible", "bold red"), "; the nearest is ", (one["candidate"], "bold")
        )
    return Text.assemble((name, "bold"), ": deploy ", (one["candidate"], "bold green"), f"  utility {one['utility']:.3f}")


def _terms(one: Mapping[str, Any]) -> Table:
    table = Table(box=None, padding=(0, 1), pad_edge=False, header_style="dim")
    for title in ("", "value", "95 % interval", "baseline", "utility", "adds"):
        table.add_column(title, justify="left" if not title else "right", no_wrap=True)
    for term in one["terms"]:
        fact, reference = one["facts"].get(term["metric"]), one["baseline_facts"].get(term["metric"])
        table.add_row(
            " " + term["metric"],
            _sign(fact) + _shown(fact, "value"),
            _interval(fact),
            _sign(reference) + _shown(reference, "value"),
            f"{term['utility']:.2f}",
            f"{term['contribution']:.3f}",
        )
    return table


def _shown(fact: Mapping[str, Any] | None, field: str) -> str:
    return units.show(float(fact[field]), str(fact["unit"])) if fact else "unknown"


def _sign(fact: Mapping[str, Any] | None) -> str:
    """Return the sign before a figure that was not measured."""
    return "≈ " if fact and fact.get("provenance") == "estimate" else ""


def _interval(fact: Mapping[str, Any] | None) -> str:
    if fact is None:
        return ""
    low, high = _shown(fact, "low"), _shown(fact, "high")
    number, _, unit = low.partition(" ")
    return "exact" if low == high else f"{number if high.partition(' ')[2] == unit else low} – {high}"


def _beside(one: Mapping[str, Any]) -> list[Text]:
    lines = [_violation(v, one["facts"]) for v in one["violations"]]
    tied = one["tied"]
    if tied:
        lines += [Text(f"  {'tied:' if label == tied[0] else '     '} {label}") for label in tied[:TIED_ROWS]]
        if len(tied) > TIED_ROWS:
            lines.append(Text(f"        and {len(tied) - TIED_ROWS} more", style="dim"))
    if one["runner_up"]:
        runner = one["runner_up"]
        lines.append(Text(f"  next: {runner['candidate']}  utility {runner['utility']:.3f}"))
        lines.append(Text(f"        loses by {runner['why']}", style="dim"))
    if one["infeasible"]:
        lines.append(Text(f"  {one['infeasible']} of {one['considered']} candidates break a constraint", style="dim"))
    return lines


def _open(name: str, told: Mapping[str, Any]) -> list[Text]:
    """Return a line for each weighted metric whose range the baseline does not settle."""
    priorities = told["priorities"].get(name, {})
    return [Text(f"  {metric} adds nothing: {NO_RANGE}", style="yellow") for metric in open_ranges(priorities)]


def _remarks(label: str, told: Mapping[str, Any]) -> list[Text]:
    """Return why a recommended candidate has no figure of how right it is, and what was published of its model."""
    candidate: Mapping[str, Any] = next((one for one in told["candidates"] if one["candidate"] == label), {})
    absent, prior = candidate.get("withheld", {}), candidate.get("prior")
    lines = [Text(f"  {name} {absent[name]['why']}", style="dim") for name in QUALITIES if name in absent]
    published = [] if prior is None else [Text(f"  accuracy as published {units.show(prior, units.SHARE)}", style="dim")]
    return lines + published


def _paid(label: str, told: Mapping[str, Any]) -> list[Text]:
    """Return a line that says whether compression paid, if there was any."""
    lineage = next((one["parent"] for one in told["candidates"] if one["candidate"] == label), None)
    if not lineage:
        return []
    if lineage["absent"]:
        return [Text(f"  compression: {lineage['absent']}", style="dim")]
    changes = lineage["changes"]
    parts = [PAID.get(lineage["verdict"] or "", "speed not measured")]
    parts += [f"size ÷ {two_digits(1 / changes['size']['ratio'])}"] if "size" in changes else []
    parts += [f"accuracy {signed(100 * changes['accuracy']['difference'], 1)} pp"] if "accuracy" in changes else []
    return [Text(f"  compression: {', '.join(parts)}", style="dim")]


def _sure(one: Mapping[str, Any], metrics: Mapping[str, Any]) -> list[Text]:
    """Return how sure a recommendation is, and what would change it."""
    sure = certainty.how_sure(one)
    return [
        *([Text(f"  sure: {sure}", style="dim")] if sure else []),
        *(Text(f"  changes if {text}", style="dim") for text in certainty.changes(one, metrics)),
    ]


def _violation(violation: Mapping[str, Any], facts: Mapping[str, Any]) -> Text:
    within = violation.get("within_noise", False)
    does, style = ("is unsure of", "yellow") if within else ("misses", "red")
    return Text.assemble(f"  {does} ", (violation["constraint"], "bold"), f": {_violated(violation, facts)}", style=style)


def _violated(violation: Mapping[str, Any], facts: Mapping[str, Any]) -> str:
    fact = facts.get(violation["metric"])
    if fact is None or violation["bound"] is None:
        return "not known"
    against = f"{_shown(fact, 'value')} against {units.show(violation['bound'], fact['unit'])}"
    return (
        f"{against}, kept only within its noise"
        if violation.get("within_noise")
        else f"{against}, off by {violation['miss']:.1%}"
    )


def _front(console: Console, told: Mapping[str, Any]) -> None:
    rows = {one["candidate"]: one["facts"] for one in told["candidates"]}
    metrics = told["objectives"]
    if not told["front"]:
        return
    console.print(Text(f"Pareto front over {', '.join(metrics)}", style="bold"))
    for label in _best_first(told)[:FRONT_ROWS]:
        console.print(Text(f"  {label}"))
        shown = (f"{metric} {_shown(rows[label].get(metric), 'value')}" for metric in metrics)
        console.print(Text("    " + "  ".join(shown), style="dim"))
    if len(told["front"]) > FRONT_ROWS:
        console.print(Text(f"  and {len(told['front']) - FRONT_ROWS} more in the report", style="dim"))
    console.print()


def _best_first(told: Mapping[str, Any]) -> list[str]:
    """Return the front's labels by their best utility in any profile: what a reader may want comes first."""
    scores = {one["candidate"]: max(score["utility"] for score in one["scores"].values()) for one in told["candidates"]}
    return sorted(told["front"], key=lambda label: -scores[label])


def _closing(console: Console, told: Mapping[str, Any]) -> None:
    counts, space, search = told["counts"], told["space"], told["run"]
    failed = f", {len(told['failures'])} failed (--retry-failed tries them again)" if told["failures"] else ""
    line = f"{space['evaluated']} of {space['candidates']} candidates known{failed}; "
    line += f"{counts['measured']} facts measured, {counts['reused']} reused"
    if "seconds" in search:
        line += f"; {units.show_duration(search['seconds'])}{_stages(search['seconds_by_stage'])}"
    if "stop_reason" in search:
        line += f"; {_why(search)}"
    console.print(Text(line, style="dim"))


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


def outlook(found: Mapping[str, Any]) -> None:
    """Print what a run would do."""
    console = _out()
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
    console = _out()
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
    console = _out()
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
