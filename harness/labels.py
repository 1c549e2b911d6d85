"""Which candidate is meant: by its whole label, its beginning, or words that no other label holds. Pure."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from difflib import get_close_matches
from typing import Final

from harness.errors import InputError

NEAR: Final = 3
"""Labels that are offered where none is meant for sure."""


def find(wanted: str, labels: Collection[str]) -> str:
    """Return the one of ``labels`` that is meant; raises InputError, with labels near it, where none or several are.

    It is the label itself, else the only one that begins so, else the only one that holds all words and ends with the last of
    them, else the only one that holds all words.
    """
    words = wanted.split()
    holding = [label for label in labels if words and all(word in label for word in words)]
    ways = (
        [label for label in labels if label == wanted],
        [label for label in holding if label.startswith(wanted)],
        [label for label in holding if label.endswith(words[-1])],
        holding,
    )
    for meant in ways:
        if len(meant) == 1:
            return meant[0]
    if holding:
        raise InputError(f"{len(holding)} candidates hold {wanted!r}: {_few(holding)}", "say more of the one that is meant")
    near = get_close_matches(wanted, labels, n=NEAR, cutoff=0.3)
    raise InputError(
        f"the suite has no candidate {wanted!r}", f"near are {', '.join(near)}" if near else "harness recommend prints labels"
    )


def _few(labels: Sequence[str]) -> str:
    more = len(labels) - NEAR
    return ", ".join(labels[:NEAR]) + (f" and {more} more" if more > 0 else "")
