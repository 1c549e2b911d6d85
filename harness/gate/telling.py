"""The verdict in words and figures, the same in every format it is shown in. Plain text: a format escapes it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from harness import units
from harness.gate.samples import Broken, Samples
from harness.gate.standing import MOST_NEEDED
from harness.gate.stored import JOBS
from harness.gate.verdict import EXIT, Bias, Judgement, Verdict
from harness.report import surroundings, wording


class Row(NamedTuple):
    """A metric as it is shown."""

    judgement: Judgement
    metric: str
    baseline: str
    candidate: str
    change: str
    note: str
    """What there is to say beside the verdict; mostly nothing."""


def cases(verdict: Verdict) -> list[tuple[str, list[Row]]]:
    """Return the cases with their metrics, each with what matters most first."""
    ordered = sorted(verdict.judgements, key=_rank)
    names = dict.fromkeys(one.case for one in ordered)
    return [(name, [_row(one) for one in ordered if one.case == name]) for name in names]


def _rank(one: Judgement) -> tuple[bool, int]:
    return not one.gates, list(EXIT).index(one.verdict)


def _row(one: Judgement) -> Row:
    return Row(one, wording.metric(one.metric), *figures(one), change(one), note(one))


def because(verdict: Verdict, samples: Samples) -> str:
    """Return what the verdict of the run is because of, in one line."""
    gating = [one for one in verdict.judgements if one.gates]
    told = [one for one in gating if one.verdict == verdict.verdict]
    metrics = wording.count(len(gating), "metric")
    match verdict.verdict:
        case "failed":
            return _first([failure(one) for one in samples.broken])
        case "regressed" | "improved":
            return _first([f"{_subject(one)} {change(one)}" for one in told])
        case "missing":
            return _first([f"{_subject(one)} is {note(one)}" for one in told])
        case "void":
            return f"a copy of the baseline differs from it, {_first([bias(one) for one in verdict.biases])}"
        case "refused":
            differs = f" ({wording.listed(verdict.differs)} differ)" if verdict.differs else ""
            return f"no earlier job ran in this environment{differs}, so that timings are not compared"
        case "inconclusive" | "continue":
            return f"{len(told)} of {metrics} could not be decided{_why(told, samples)}"
    return f"none of {metrics} is worse by as much as is to be caught"


def _why(undecided: Sequence[Judgement], samples: Samples) -> str:
    """Return why metrics were not decided, where it is the same for all of them."""
    if samples.stopped:
        return f", as {samples.stopped}"
    if all(one.kind == "stored" and one.detectable is None for one in undecided):
        most = max((one.jobs or 0 for one in undecided), default=0)
        return f": it takes {JOBS} earlier jobs in this environment, and there are {most}"
    return ""


def failure(one: Broken) -> str:
    """Return what could not be measured."""
    block = "" if one.block is None else f" in block {one.block}"
    return f"the {one.arm} of {one.case}{block}: {one.kind.replace('_', ' ')}, {one.message}"


def bias(one: Bias) -> str:
    """Return by how much the control differs from the baseline."""
    return f"{wording.metric(one.metric)} of {one.case} {_percents(one.change, one.low, one.high)}"


def figures(one: Judgement) -> tuple[str, str]:
    """Return the arms' figures; of a count with every digit, where they would look the same without."""
    baseline, candidate = (
        wording.figure(value, one.unit) if value is not None else "–" for value in (one.baseline, one.candidate)
    )
    if baseline == candidate and one.baseline != one.candidate and one.unit == units.COUNT:
        return f"{one.baseline:,.0f}", f"{one.candidate:,.0f}"
    return baseline, candidate


def change(one: Judgement) -> str:
    """Return the change with its bounds."""
    if one.change is None:
        return "–"
    if one.kind == "accuracy":
        value, low, high = (f"{wording.signed(100 * each, 2)}" for each in (one.change, one.low or 0.0, one.high or 0.0))
        return f"{value} pp ({low} to {high})"
    if one.kind == "exact" and 0 < abs(one.change) < 0.0005:
        return f"{'+' if one.change > 0 else '−'}<0.1 %"
    return _percents(one.change, one.low, one.high)


def note(one: Judgement) -> str:
    """Return what there is to say of a judgement beside its verdict."""
    match one.verdict:
        case "missing":
            return "in the candidate only" if one.baseline is None and one.candidate is not None else "in the baseline only"
        case _ if not one.gates:
            return "advisory"
        case "regressed":
            return f"{100 * one.tol:.3g} {'pp' if one.kind == 'accuracy' else '%'} tolerated"
        case "inconclusive" | "continue":
            return _history(one) if one.kind == "stored" else _outlook(one)
    return ""


def machine(samples: Samples) -> str:
    """Return where it was measured, and how many of the processes something else disturbed."""
    graded = Counter(turn.quality for case in samples.cases for block in case.blocks for turn in block.turns().values())
    kinds = wording.listed([f"{times:,} {quality}" for quality, times in graded.most_common()])
    where = surroundings.machine({"environment": samples.environment.model_dump()})
    return f"{where}; processes: {kinds}" if kinds else where


def blocks(verdict: Verdict, samples: Samples) -> str:
    """Return how much was measured: ``14 to 40 blocks``."""
    counts = sorted({len(case.blocks) for case in samples.cases if case.metrics})
    if not verdict.looks or not counts:
        return ""
    many = f"{counts[0]} to {counts[-1]} blocks" if len(counts) > 1 else wording.count(counts[0], "block")
    return f"{many}, looks after {wording.listed([str(one) for one in verdict.looks])}"


def _outlook(one: Judgement) -> str:
    if one.waits:
        return "the control could still differ by as much"
    if not one.blocks:
        return "no block was measured"
    if one.change is None:
        return f"{wording.count(one.blocks, 'block')}, too few for a look"
    return f"about {one.needed:,} blocks would decide it" if one.needed else f"more than {MOST_NEEDED:,} blocks would decide it"


def _history(one: Judgement) -> str:
    if one.detectable is None:
        return f"{one.jobs or 0} of {JOBS} earlier jobs"
    return f"{one.jobs} earlier jobs can tell no less than {_percent(one.detectable)}"


def _subject(one: Judgement) -> str:
    return f"{wording.metric(one.metric)} of {one.case}"


def _first(told: Sequence[str]) -> str:
    more = f", and {len(told) - 1} more" if len(told) > 1 else ""
    return f"{told[0]}{more}" if told else ""


def _percents(value: float, low: float | None, high: float | None) -> str:
    if low is None or high is None or low == high:
        return _percent(value)
    return f"{_percent(value)} ({_percent(low).removesuffix(' %')} to {_percent(high).removesuffix(' %')})"


def _percent(share: float) -> str:
    return f"{wording.signed(100 * share, 1 if abs(share) < 0.995 else 0)} %"
