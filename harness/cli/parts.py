"""How what a suite can name looks in a terminal: all kinds at a glance, or one kind with its options."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.console import Console
from rich.text import Text

from harness.cli.paragraphs import pairs
from harness.cli.show import out


def overview(found: Mapping[str, Any]) -> None:
    """Print every part in a line."""
    console = out()
    for kind, parts in found.items():
        console.print(Text(kind, style="bold"))
        pairs(console, ((Text(part["name"], style="green"), part["summary"] + _missing(part)) for part in parts))
        console.print()
    console.print(Text("harness list KIND tells more of one kind, such as options", style="dim"))


def one_kind(kind: str, parts: list[dict[str, Any]]) -> None:
    """Print the parts of a kind with their options."""
    console = out()
    for part in parts:
        {"metrics": _metric, "profiles": _profile}.get(kind, _part)(console, part)


def _missing(part: Mapping[str, Any]) -> str:
    return "" if part.get("installed", True) else f" (not installed: pip install {' '.join(part['packages'])})"


def _metric(console: Console, metric: Mapping[str, Any]) -> None:
    needs = f", scenario {metric['scenario']}" if metric["scenario"] else ""
    console.print(Text.assemble((metric["name"], "green"), (f"  {metric['unit']}, {metric['better']} is better{needs}", "dim")))
    pairs(console, [("", metric["summary"])], indent=0)


def _profile(console: Console, profile: Mapping[str, Any]) -> None:
    pairs(console, [(Text(profile["name"], style="green"), profile["summary"])], indent=0)
    rows = [(metric, f"weight {weight:g}, {_ends(profile, metric)}") for metric, weight in profile["weights"].items()]
    rows += [("constraint", text) for text in profile["constraints"]]
    rows += [("guard", f"{profile['guard']:g} standard errors")] if "guard" in profile else []
    pairs(console, rows)
    console.print()


def _ends(profile: Mapping[str, Any], metric: str) -> str:
    ends = profile["range"][metric]
    worst, best = ends if isinstance(ends, list) else (ends["worst"], ends["best"])
    return f"from {worst} to {best}" + (", log" if "scale" in ends else "")


def _part(console: Console, part: Mapping[str, Any]) -> None:
    pairs(console, [(Text(part["name"], style="green"), part["summary"] + _missing(part))], indent=0)
    pairs(console, ((option["name"], _option(option)) for option in part["options"]))
    console.print()


def _option(option: Mapping[str, Any]) -> str:
    """Return what an option does, its values, and its default."""
    given = option["default"]
    default = "required" if option["required"] else "" if given is None else f"default {_written(given)}"
    values = " | ".join(map(str, option["values"] or ()))
    return "; ".join(filter(None, (option["summary"], values, default)))


def _written(value: Any) -> str:
    """Return a value as a suite file has it."""
    return str(value).lower() if isinstance(value, bool) else str(value)
