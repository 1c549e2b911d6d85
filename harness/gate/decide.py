"""From samples to the verdict: pure, and the same for the same samples."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from harness.gate import exact, looks, stored, timed
from harness.gate.samples import Case, Metric, Samples
from harness.gate.verdict import Bias, Judgement, Verdict, came_to, exit_status


def decide(samples: Samples) -> Verdict:
    """Return the verdict that follows from ``samples``, of a run that has ended or goes on."""
    interleaved = samples.history is None and any(case.metrics for case in samples.cases)
    schedule = looks.schedule(samples) if interleaved else ()
    biases = tuple(_biases(samples, schedule))
    found = _closed(list(_judgements(samples, schedule)))
    judgements = tuple(_voided(one) if biases and one.kind == "timed" else one for one in found)
    said = [one.verdict for one in judgements if one.gates]
    verdict = came_to([*said, "void"] if biases else said, broken=bool(samples.broken))
    return Verdict(
        verdict=verdict,
        exit_status=exit_status(verdict, samples.plan.on_inconclusive),
        judgements=judgements,
        biases=biases,
        looks=schedule,
        differs=stored.differs(samples.history, samples.environment) if samples.history else (),
    )


def _judgements(samples: Samples, schedule: tuple[int, ...]) -> Iterator[Judgement]:
    for case in samples.cases:
        for metric in case.metrics:
            yield _judged(samples, case, metric, schedule)
        for one in case.exact:
            yield exact.judge(case, one)
        if case.accuracy is not None:
            yield exact.accuracy(case, case.accuracy, samples.plan.alpha * looks.share(samples, case.accuracy))


def _judged(samples: Samples, case: Case, metric: Metric, schedule: tuple[int, ...]) -> Judgement:
    if samples.history is not None:
        return stored.judge(case, metric, samples.history, samples.environment, looks.levels(samples, metric, 1))
    ended = bool(samples.stopped or samples.broken)
    return timed.judge(case, metric, schedule, looks.levels(samples, metric, samples.plan.looks), ended)


def _biases(samples: Samples, schedule: tuple[int, ...]) -> Iterator[Bias]:
    for case in samples.cases:
        for metric in case.metrics:
            if case.has("control", metric.series) and not metric.advisory:
                found = timed.bias(case, metric, schedule, looks.levels(samples, metric, samples.plan.looks))
                if found is not None:
                    yield found


def _closed(found: Sequence[Judgement]) -> Sequence[Judgement]:
    """Return the judgements, of which those that gate nothing stay open only as long as others do: a run is over without them."""
    if any(one.verdict == "continue" for one in found if one.gates):
        return found
    return [one.model_copy(update={"verdict": "inconclusive"}) if one.verdict == "continue" else one for one in found]


def _voided(one: Judgement) -> Judgement:
    """Return a judgement that was taken back, as the harness did not treat the arms alike; one that is missing is missing."""
    return one if one.verdict == "missing" else one.model_copy(update={"verdict": "void", "needed": None})
