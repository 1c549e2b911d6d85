"""In which order the arms come, so that neither going first nor a drift of the machine favours one of them. Pure."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator

from harness.gate.samples import ArmName


def spawning(arms: tuple[ArmName, ...], seed: int) -> Iterator[tuple[ArmName, ...]]:
    """Give for block after block the order in which the arms' processes start: random, and reversed in every second block."""
    chance = random.Random(seed)  # noqa: S311 (nothing secret)
    while True:
        order = tuple(chance.sample(arms, len(arms)))
        yield order
        yield order[::-1]


def slices(order: tuple[ArmName, ...]) -> tuple[ArmName, ...]:
    """Return the arms whose slices follow each other in a block: of two A B B A B A A B, where A leads.

    Each arm is at each place of a round equally often, and each round is followed by its mirror image, in which a drift cancels.
    """
    rounds = (order[at:] + order[:at] for at in range(len(order)))
    return tuple(itertools.chain.from_iterable((*one, *one[::-1]) for one in rounds))
