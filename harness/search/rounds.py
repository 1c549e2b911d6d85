"""Contenders in more processes: the few that a recommendation is between, in shuffled rounds, until no doubt is new.

One process has its own luck, and so has its minute of the machine. A round measures every contender once more, in a
random order, so that drift hits all alike; then the contenders are chosen anew from what is now known. While minutes are
left, timings that something disturbed are taken again.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Final

from harness.decide.decision import Recommendation
from harness.errors import OutOfTimeError
from harness.ledger import Known
from harness.spec import Candidate, Suite

CONTENDERS_AT_MOST: Final = 6
"""Per profile: the recommended, its runner-up, and the best of those tied with it."""

Again = Callable[[Candidate, int], object]


def contenders(decided: Iterable[Recommendation], baseline_of: Mapping[str, str], finished: Collection[str]) -> list[str]:
    """Return the labels that recommendations are between, and the baselines they refer to, of those measured in full."""
    found: list[str] = []
    for best in decided:
        if best.candidate is None:
            continue
        runner_up = [best.runner_up.candidate] if best.runner_up else []
        labels = [best.candidate, *runner_up, *best.tied][:CONTENDERS_AT_MOST]
        found += [*labels, *(baseline_of[label] for label in labels)]
    return [label for label in dict.fromkeys(found) if label in finished]


def replicate(
    suite: Suite,
    look: Callable[[], Mapping[str, Known]],
    choose: Callable[[Mapping[str, Known]], list[str]],
    again: Again,
    time_left: Callable[[], float],
) -> str:
    """Measure contenders in further processes until each has its number, and again what was disturbed.

    Return why it ended: ``settled`` or ``minutes``.
    """
    order = random.Random(suite.search.seed)  # noqa: S311 (a seeded order, no secret)
    while True:
        known = look()
        open_ = _open(known, choose(known))
        if not open_:
            return "settled"
        order.shuffle(open_)
        for one, process in open_:
            if time_left() <= 0:
                return "minutes"
            try:
                again(one.candidate, process)
            except OutOfTimeError:
                return "minutes"


def _open(known: Mapping[str, Known], labels: Sequence[str]) -> list[tuple[Known, int]]:
    """Return the candidates of the next round, each with the number of its process.

    First what contenders lack, then what was disturbed in them, then what was disturbed in others: it may hide a contender.
    """
    chosen = [known[label] for label in labels]
    lacking = [(one, process) for one in chosen if (process := _next(one)) is not None]
    others = [one for one in known.values() if one.complete and not one.failure]
    return lacking or _disturbed(chosen) or _disturbed(others)


def _disturbed(candidates: Sequence[Known]) -> list[tuple[Known, int]]:
    return [(one, process) for one in candidates for process in one.disturbed]


def _next(known: Known) -> int | None:
    """Return the number of the next process a contender lacks, None when it has all."""
    return next((i + 1 for i, missing in enumerate(known.later) if missing), None)
