"""Which of a line of commits made something worse, by asking of as few as can be whether they are. Pure."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

Answer = Literal["worse", "fine", "unknown"]
"""Whether a commit is worse than the one before the line, or cannot be told."""


@dataclass(frozen=True, slots=True)
class Found:
    """What was found. ``suspects``: the culprit is one of them; none: the last commit is not worse, or cannot be told."""

    suspects: range
    asked: dict[int, Answer]


def most(commits: int) -> int:
    """Return how many questions it takes at most, where all can be answered."""
    return math.ceil(math.log2(commits)) + 1


def search(commits: int, ask: Callable[[int], Answer]) -> Found:
    """Return which of so many commits, the oldest being 0, is the first that is worse; the last one is asked first.

    One that cannot be told is left out, and the nearest to it is asked instead.
    """
    asked = {commits - 1: ask(commits - 1)}
    if asked[commits - 1] != "worse":
        return Found(range(0), asked)
    fine, worse = -1, commits - 1
    while open_ := [at for at in range(fine + 1, worse) if at not in asked]:
        middle = min(open_, key=lambda at: abs(at - (fine + worse) // 2))
        asked[middle] = ask(middle)
        if asked[middle] == "worse":
            worse = middle
        elif asked[middle] == "fine":
            fine = middle
    return Found(range(fine + 1, worse + 1), asked)
