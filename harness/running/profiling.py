"""What is done when a run ends, of what is recommended and of its parents: operators are timed, decisions explained."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial

from harness.answer.lineage import parent_of
from harness.decide.decision import Recommendation
from harness.errors import JobError
from harness.ledger import Known, finished
from harness.spec import Candidate
from harness.workshop import Say

Work = Callable[[Candidate, Say], None]


def each(
    work: Work,
    what: str,
    labels: list[str],
    known: Mapping[str, Known],
    say: Callable[[str, str], None],
    left: Callable[[], float],
) -> None:
    """Do ``work`` for candidates, in their order, while there is time ``left``; failures are only told: not ``what``."""
    for label in labels:
        if left() <= 0:
            return
        try:
            work(known[label].candidate, partial(say, label))
        except JobError as error:
            say(label, f"not {what}: {error.message}")


def worth_profiling(decided: Iterable[Recommendation], known: Mapping[str, Known]) -> list[str]:
    """Return what is recommended for some profile, each followed by its parent."""
    facts = finished(known)
    chosen = [known[one.candidate].candidate for one in decided if one.candidate]
    both = [one.label for candidate in chosen for one in (candidate, parent_of(candidate)) if one]
    return [label for label in dict.fromkeys(both) if label in facts]
