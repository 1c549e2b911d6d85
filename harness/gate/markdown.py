"""The verdict for a pull request or a step's summary: one line, a table, and how to measure it again."""

from __future__ import annotations

from collections.abc import Iterator

from harness.gate import telling
from harness.gate.samples import Samples
from harness.gate.verdict import FAILING, Verdict
from harness.report.markdown import code, plain


def render(verdict: Verdict, samples: Samples) -> str:
    """Return the verdict as Markdown, in which names are code and never markup."""
    return "\n".join(_lines(verdict, samples)) + "\n"


def _lines(verdict: Verdict, samples: Samples) -> Iterator[str]:
    yield f"### {verdict.verdict.capitalize()}: {plain(telling.because(verdict, samples))}"
    yield ""
    yield f"{code(samples.arms.candidate.label)} against {code(samples.arms.baseline.label)}."
    for case, rows in telling.cases(verdict):
        yield from ("", f"**{code(case)}**", "")
        yield from ("| metric | baseline | candidate | change | verdict |", "|---|---:|---:|---:|---|")
        yield from map(_row, rows)
    told = [telling.failure(one) for one in samples.broken]
    told += [f"control against baseline: {telling.bias(one)}" for one in verdict.biases]
    told += samples.remarks
    if told:
        yield from ("", *(f"- {plain(one)}" for one in told))
    measured = [text for text in (telling.blocks(verdict, samples), telling.machine(samples)) if text]
    yield from ("", f"{plain('; '.join(measured))}. In brackets: the bounds that a verdict rests on.")
    if samples.reproduce:
        yield from ("", f"To measure it again: {code(samples.reproduce)}")


def _row(row: telling.Row) -> str:
    one = row.judgement
    said = f"**{one.verdict}**" if one.gates and one.verdict in FAILING else one.verdict
    note = f", {plain(row.note)}" if row.note else ""
    figures = " | ".join(plain(text) for text in (row.metric, row.baseline, row.candidate, row.change))
    return f"| {figures} | {said}{note} |"
