"""How it looks in a terminal what a gate can tell on this machine."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from rich.table import Table
from rich.text import Text

from harness import units
from harness.cli.paragraphs import paragraph
from harness.cli.show import columns, out
from harness.gate import telling
from harness.gate.power import Power
from harness.gate.samples import Samples
from harness.gate.verdict import FAILING, Verdict
from harness.report import wording


def plain(verdict: Verdict, found: Sequence[Power], seconds: float) -> dict[str, Any]:
    """Return it in JSON's terms."""
    told = [
        {"case": one.case, "metric": one.metric.name, "change": one.change, "blocks": one.blocks, "keeps": one.keeps}
        | {"tol": one.metric.tol, "detect": one.metric.detect}
        for one in found
    ]
    return {"seconds": round(seconds, 1), "detectable": told, "verdict": verdict.model_dump(mode="json")}


def show(verdict: Verdict, samples: Samples, found: Sequence[Power], seconds: float) -> None:
    """Print whether anything was called, and what would have been."""
    console = out()
    said, style = _called(verdict, samples)
    took = units.show(seconds, units.SECOND)
    paragraph(console, Text.assemble((said, style), f": the same artifact as baseline, candidate and copy, in {took}"))
    for case in dict.fromkeys(one.case for one in found):
        console.print()
        console.print(Text(case, style="bold"), soft_wrap=True)
        console.print(_table(verdict, [one for one in found if one.case == case]))
    console.print()
    weak = [wording.metric(one.metric.name) for one in found if not one.keeps]
    if weak:
        more = f"{wording.listed(weak)}: what is promised is not sure to be caught here; more blocks (--max-blocks) catch more"
        paragraph(console, Text(more, style="yellow"))
    for told in filter(None, (telling.blocks(verdict, samples), telling.machine(samples))):
        console.print(Text(told, style="dim"), soft_wrap=True)


def _called(verdict: Verdict, samples: Samples) -> tuple[str, str]:
    if verdict.verdict in FAILING | {"failed", "void"}:
        return f"{verdict.verdict.capitalize()}: {telling.because(verdict, samples)}", "bold red"
    return "Nothing is called regressed", "bold green"


def _table(verdict: Verdict, found: Sequence[Power]) -> Table:
    table = columns("  metric", "figure", "came out as", "caught from", "promised", "blocks")
    judged = {(one.case, one.metric): one for one in verdict.judgements}
    for one in found:
        judgement, metric = judged[one.case, one.metric.name], one.metric
        promised = math.expm1(-math.log1p(metric.detect)) if metric.higher else metric.detect
        table.add_row(
            f"  {wording.metric(metric.name)}",
            telling.figures(judgement)[0],
            telling.change(judgement),
            Text(_percent(one.change), style="" if one.keeps else "yellow"),
            _percent(promised),
            str(one.blocks),
        )
    return table


def _percent(share: float) -> str:
    return f"{wording.signed(100 * share, 1)} %"
