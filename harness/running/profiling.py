"""Which candidates' operators are timed when a run ends: of what is recommended, and of its parents, to tell whether it paid."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial

from harness.answer.lineage import parent_of
from harness.decide.decision import Recommendation
from harness.errors import JobError
from harness.evaluate import Evaluator
from harness.ledger import Known, finished


def profile(
    evaluator: Evaluator,
    labels: list[str],
    known: Mapping[str, Known],
    say: Callable[[str, str], None],
    time_left: Callable[[], float],
) -> None:
    """Take the time of each operator of candidates, in their order, while there is time; failures are only told."""
    for label in labels:
        if time_left() <= 0:
            return
        try:
            evaluator.profile(known[label].candidate, partial(say, label))
        except JobError as error:
            say(label, f"not profiled: {error.message}")


def explain(
    evaluator: Evaluator,
    labels: list[str],
    known: Mapping[str, Known],
    say: Callable[[str, str], None],
    time_left: Callable[[], float],
) -> None:
    """Explain decisions of candidates, in their order, while there is time; failures are only told."""
    for label in labels:
        if time_left() <= 0:
            return
        try:
            evaluator.explain(known[label].candidate, partial(say, label))
        except JobError as error:
            say(label, f"not explained: {error.message}")


def worth_profiling(decided: Iterable[Recommendation], known: Mapping[str, Known]) -> list[str]:
    """Return what is recommended for some profile, each followed by its parent."""
    facts = finished(known)
    chosen = [known[one.candidate].candidate for one in decided if one.candidate]
    both = [one.label for candidate in chosen for one in (candidate, parent_of(candidate)) if one]
    return [label for label in dict.fromkeys(both) if label in facts]
