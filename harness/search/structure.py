"""What a candidate is made of, choice by choice: what samplers choose from and what a model of the space learns from."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any, Final, NamedTuple

from harness.spec import Candidate, Choice

_PREFIXES: Final = re.compile(r"^(tf|gluon|legacy|test)_(?=[a-z])")
DEFAULT: Final = "default"
_FAMILY: Final = re.compile(r"[a-z]+")


class Step(NamedTuple):
    """One choice on the way to a candidate."""

    name: str
    value: str
    number: float | None = None
    """The value, where it is a quantity."""


def family(name: str) -> str:
    """Return the family of a model's name: the letters it begins with, but for a prefix that tells where it was ported from."""
    found = _FAMILY.match(_PREFIXES.sub("", name.lower()))
    return found.group(0) if found else name


def family_of(model: Choice) -> str:
    """Return the family of a model, told apart from those of other sources."""
    return f"{model.part}:{family(str(model.options.get('name', model.label)))}"


def chain(candidate: Candidate) -> str:
    """Return the kinds of a candidate's passes, in order."""
    return "+".join(choice.part for choice in candidate.passes) or "none"


class Structure:
    """The choices that lead to each candidate of a space: those of one kind are asked for the same options."""

    def __init__(self, candidates: Iterable[Candidate]) -> None:
        options: dict[str, set[str]] = {}
        for candidate in candidates:
            for choice in (*candidate.passes, candidate.runtime):
                options.setdefault(choice.part, set()).update(choice.options)
        self._options = {part: sorted(names) for part, names in options.items()}

    def steps(self, candidate: Candidate) -> tuple[Step, ...]:
        """Return the choices that lead to ``candidate``: family, model, kinds of passes, their options, runtime, batch size.

        No two candidates share all of them: the label ends what the others leave open.
        """
        return (
            Step("family", family_of(candidate.model)),
            Step("model", candidate.model.label),
            Step("passes", chain(candidate)),
            *self._of_passes(candidate),
            Step("runtime", candidate.runtime.part),
            *self._of(candidate.runtime, candidate.runtime.part),
            Step("batch_size", str(candidate.batch_size), float(candidate.batch_size)),
            Step("candidate", candidate.label),
        )

    def _of_passes(self, candidate: Candidate) -> Iterator[Step]:
        seen: Counter[str] = Counter()
        for choice in candidate.passes:
            seen[choice.part] += 1
            again = f"({seen[choice.part]})" if seen[choice.part] > 1 else ""
            yield from self._of(choice, choice.part + again)

    def _of(self, choice: Choice, name: str) -> Iterator[Step]:
        for option in self._options[choice.part]:
            value = choice.options.get(option, DEFAULT)
            yield Step(f"{name}.{option}", str(value), number(value))


def number(value: Any) -> float | None:
    """Return a value that is a quantity as one, else None."""
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
