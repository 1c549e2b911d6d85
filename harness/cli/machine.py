"""How a machine looks in a terminal: what it is, and what makes its timings untrustworthy."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.text import Text

from harness.cli.paragraphs import pairs, paragraph
from harness.cli.show import out


def show(told: Mapping[str, Any]) -> None:
    """Print the machine with its doubts, each with what to do about it."""
    console = out()
    identity, context = told["identity"], told["context"]
    rows = (
        ("machine", f"{identity['cpu']}, {identity['cores']} cores, {identity['memory']} GiB"),
        ("kernels can use", ", ".join(identity["cpu_flags"]["telling"]) or "nothing special"),
        ("system", f"{identity['system']} {context['kernel']}, {identity['machine']}, Python {context['python']}"),
        ("load", ", ".join(map(str, context["load"]))),
        ("GPUs", ", ".join(context["gpus"]) or "none"),
        ("identity", Text.assemble(told["id"], ("  timings are compared only where this is equal", "dim"))),
        ("versions", ", ".join(f"{name} {version}" for name, version in told["versions"].items())),
    )
    pairs(console, rows, indent=0)
    console.print()
    if not told["doubts"]:
        console.print(Text("nothing seen that would make timings here untrustworthy", style="green"))
    for doubt in told["doubts"]:
        advice = (f"\n→ {doubt['advice']}", "cyan")
        paragraph(console, Text.assemble(("! ", "yellow"), doubt["message"], advice), hanging=2)
