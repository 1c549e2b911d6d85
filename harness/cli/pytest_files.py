"""How two sides of pytest-benchmark's files look in a terminal."""

from __future__ import annotations

from rich.text import Text

from harness import units
from harness.cli import gate
from harness.cli.paragraphs import paragraph, whole
from harness.cli.show import out
from harness.gate import telling
from harness.gate.verdict import Verdict
from harness.pytest_gate.files import INSTEAD, SPREAD, Compared, Shown
from harness.report import wording


def show(verdict: Verdict, compared: Compared) -> None:
    """Print the verdict; of files that support none, what they show and what would support one."""
    if not compared.why:
        gate.show(verdict, compared.samples)
        return
    console = out()
    style = f"bold {gate.STYLES.get(verdict.verdict, '')}".rstrip()
    paragraph(console, Text.assemble((verdict.verdict, style), f": {telling.because(verdict, compared.samples)}"))
    for one in compared.shown:
        console.print()
        whole(console, Text(one.name, style="bold"))
        console.print(Text(f"  {_median(one.before)} before, {_median(one.after)} after: {_change(one)}"), soft_wrap=True)
    console.print()
    paragraph(
        console,
        Text(f"Medians; the intervals, of 95 % each, are of the samples in these processes alone. {SPREAD}", "dim"),
        hanging=0,
    )
    console.print(Text.assemble("What supports a verdict: ", (INSTEAD, "bold")), soft_wrap=True)


def _median(value: float | None) -> str:
    return "–" if value is None else units.show(value, units.SECOND)


def _change(one: Shown) -> str:
    if one.change is None:
        return "missing" if one.after is None else "new"
    if one.low is None or one.high is None:
        return f"{_percent(one.change)} %"
    return f"{_percent(one.change)} % ({_percent(one.low)} to {_percent(one.high)})"


def _percent(share: float) -> str:
    return wording.signed(100 * share, 1)
