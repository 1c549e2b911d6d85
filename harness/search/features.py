"""What is known of a candidate before it is tried, as numbers: the inputs of the models that guide a search."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from harness.interfaces import Array
from harness.search import warp
from harness.search.structure import Structure, chain, family_of, number
from harness.spec import Candidate, Choice

Outlines = Mapping[str, Mapping[str, float]]
"""By the label of a model: what is known of it without trying it, by name. Shares of one are named ``accuracy…``; all else is
a positive quantity, such as ``parameters`` or a published ``latency…``."""

_WORDS: Final = re.compile(r"[a-z]+|\d+")
DECADE: Final = 10.0


@dataclass(frozen=True, slots=True)
class Features:
    """A row per candidate."""

    numbers: Array
    """Quantities, shape (n, d): logarithms where they span a decade, with mean 0 and standard deviation 1; 0 where not known."""
    groups: NDArray[np.int64]
    """Which of several each is of, shape (n, g); the family of its model first."""
    tokens: Array
    """Words of names and options that a candidate has, shape (n, t), centred."""

    def __len__(self) -> int:
        """Return the number of candidates."""
        return len(self.groups)


def features(candidates: Sequence[Candidate], outlines: Outlines) -> Features:
    """Return the features of ``candidates``; ``outlines`` tell of their models what is known without trying them."""
    structure = Structure(candidates)
    walked = [structure.steps(candidate)[:-1] for candidate in candidates]
    told: list[dict[str, float | None]] = [{step.name: step.number for step in steps} for steps in walked]
    for row, candidate in zip(told, candidates, strict=True):
        row.update({f"model {name}": value for name, value in outlines.get(candidate.model.label, {}).items()})
        row.update({f"model {name}": number(value) for name, value in candidate.model.options.items()})
        if candidate.model.prior is not None:
            row["model accuracy"] = candidate.model.prior
    words = [
        _words(candidate.model) | {f"{s.name}={s.value}" for s in steps if s.name not in ("family", "model")}
        for candidate, steps in zip(candidates, walked, strict=True)
    ]
    return Features(_numbers(told), _groups(candidates), _tokens(words))


def _groups(candidates: Sequence[Candidate]) -> NDArray[np.int64]:
    """Return what candidates may have in common, a column each; the family comes first, what all share is left out."""
    columns = (
        [family_of(one.model) for one in candidates],
        [one.model.label for one in candidates],
        [chain(one) for one in candidates],
        ["+".join(choice.label for choice in one.passes) for one in candidates],
        [one.runtime.part for one in candidates],
        [one.runtime.label for one in candidates],
        [str(one.batch_size) for one in candidates],
    )
    coded = [np.unique(column, return_inverse=True)[1] for column in columns]
    return np.column_stack([codes for i, codes in enumerate(coded) if i == 0 or codes.max(initial=0) > 0]).astype(np.int64)


def _numbers(told: Sequence[Mapping[str, float | None]]) -> Array:
    """Return every quantity that differs, and whether it is known where it is not known of all."""
    columns: list[Array] = []
    for name in sorted({name for row in told for name in row}):
        values = np.array([value if (value := row.get(name)) is not None else np.nan for row in told], dtype=float)
        known = ~np.isnan(values)
        if not known.any():
            continue
        columns.append(_standardised(_straightened(name, values)))
        if not known.all():
            columns.append(_standardised(known.astype(float)))
    differing = [column for column in columns if column.any()]
    return np.column_stack(differing) if differing else np.zeros((len(told), 1))


def _straightened(name: str, values: Array) -> Array:
    """Return values bent so that what follows from them does so nearly straight: logits of shares, logarithms of decades."""
    if "accuracy" in name:
        return np.asarray(-warp.LOGIT.bend(-np.clip(values, 0, 1)))
    low, high = np.nanmin(values), np.nanmax(values)
    return np.log(values) if low > 0 and high / low >= DECADE else values


def _standardised(values: Array) -> Array:
    spread = np.nanstd(values)
    if not spread > 1e-12:
        return np.zeros_like(values)
    return np.asarray(np.nan_to_num((values - np.nanmean(values)) / spread))


def _words(model: Choice) -> set[str]:
    options = {f"model.{name}={value}" for name, value in model.options.items() if name != "name" and number(value) is None}
    return set(_WORDS.findall(model.label.lower())) | options


def _tokens(words: Sequence[set[str]]) -> Array:
    """Return which words each has, of those that some share and some lack."""
    counts: dict[str, int] = {}
    for each in words:
        for word in each:
            counts[word] = counts.get(word, 0) + 1
    kept = {word: i for i, word in enumerate(sorted(word for word, count in counts.items() if 1 < count < len(words)))}
    found = np.zeros((len(words), max(1, len(kept))))
    for row, each in enumerate(words):
        found[row, [kept[word] for word in each if word in kept]] = 1.0
    return np.asarray(found - found.mean(axis=0))
