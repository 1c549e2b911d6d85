"""How a comparison of several answers looks in a terminal: what to deploy where, and how alike the sides are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.text import Text

from harness.cli.paragraphs import pairs, paragraph, printable
from harness.cli.show import out
from harness.report import orders, sides, wording


def show(told: Mapping[str, Any]) -> None:
    """Print what is recommended on each side, and of every two sides how alike they are and what changed."""
    console = out()
    names = [printable(one["name"]) for one in told["sides"]]
    for profile, (name, one) in zip(sides.profiles(told), told["profiles"].items(), strict=True):
        paragraph(console, Text.assemble((printable(name), "bold"), f": {profile.verdict[0].lower()}{profile.verdict[1:]}"))
        said = [_said(outcome, label) for outcome, label in zip(one["outcomes"], one["deployed"], strict=True)]
        pairs(console, [("everywhere", said[0])] if len(set(said)) == 1 else zip(names, said, strict=True))
        console.print()
    for pair in orders.pairs(told):
        paragraph(console, Text.assemble((printable(pair.heading), "bold"), f": {pair.about}"), hanging=2)
        pairs(console, [(one.label, _order(one)) for one in pair.orders])
        if pair.changed:
            paragraph(console, Text(_changed(pair.changed)), indent=2, hanging=4)
        console.print()


def _said(outcome: str, label: str | None) -> str:
    """Return what a side recommends, or why it recommends nothing."""
    return printable(label) if label else sides.LACKING[outcome]


def _order(one: orders.Order) -> str:
    return ", ".join(filter(None, (one.change, f"order {one.rank}")))


def _changed(told: orders.Changed) -> str:
    changed = ((told.recommendations, "recommendation"), (told.figures, "figure"))
    several = [wording.count(len(each), name) if each else f"no {name}" for each, name in changed]
    return f"changed: {', '.join(several)} beyond noise"
