"""What the answer tells of explanations: how far each candidate's may be trusted, a few decisions explained, models to read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from harness import explained
from harness.answer.evidence import Evidence
from harness.interfaces import Array
from harness.ledger import Known
from harness.metrics import EXPLAINED

AT_MOST: Final = 8
"""Candidates whose explanations are shown: those that a reader asks about first."""
DIGITS: Final = 4
STEPS: Final = 64
"""Of a curve, at most: more would not be seen."""

Arrays = Mapping[str, Array]


def told(one: Known, evidence: Evidence) -> dict[str, Any] | None:
    """Return how a candidate's decisions were explained, and whether that beats random; None where they were not."""
    found = evidence.explanation(one)
    if found is None or "failed" in found[0]:
        return None
    about, arrays = found
    return {"asked": about["asked"], **explained.told(arrays)}


def absent(one: Known, evidence: Evidence) -> dict[str, str]:
    """Return why metrics of explanations are not known of a candidate that was to be explained."""
    found = evidence.explanation(one)
    if found is None:
        return dict.fromkeys(EXPLAINED, one.unexplained) if one.unexplained else {}
    failed = found[0].get("failed")
    why = f"not explained: {failed}" if failed else "no sample of those explained tells it"
    return {name: why for name in EXPLAINED if name not in one.facts}


@dataclass(frozen=True, slots=True)
class _Shown:
    """Candidates whose explanations are shown, with what is known of them: the first is the one that matters most."""

    about: Mapping[str, Mapping[str, Any]]
    arrays: Mapping[str, Arrays]

    def at(self, label: str, row: int) -> int:
        """Return where a candidate's arrays have a row."""
        return int(np.flatnonzero(self.arrays[label]["rows"] == row)[0])

    def rows(self) -> list[int]:
        """Return the rows that all of them explain, in the order in which they were asked."""
        each = [set(arrays["rows"].tolist()) for arrays in self.arrays.values()]
        first = next(iter(self.arrays.values()))["rows"].tolist()
        return [row for row in first if all(row in rows for rows in each)]


def explanations(labels: Sequence[str], known: Mapping[str, Known], evidence: Evidence) -> dict[str, Any] | None:
    """Return a few decisions with their explanations by the candidates among ``labels``, the same samples of all of them.

    One that is decided rightly, one wrongly, and one on which candidates differ; None where nothing was explained.
    """
    found = {label: told for label in labels if label in known and (told := evidence.explanation(known[label]))}
    good = [(label, one) for label, one in found.items() if "failed" not in one[0]][:AT_MOST]
    shown = _Shown({label: about for label, (about, _) in good}, {label: arrays for label, (_, arrays) in good})
    if not good:
        return None
    about = good[0][1][0]
    return {
        "layout": about["layout"],
        "columns": about["columns"],
        "classes": about["classes"],
        "background": _plain(good[0][1][1]["mean"]),
        "samples": [_sample(row, why, shown) for why, row in _chosen(shown)],
        "models": {label: _readable(one["glass"]) for label, one in shown.about.items() if "glass" in one},
    }


def _chosen(shown: _Shown) -> Iterator[tuple[str, int]]:
    """Give the samples to show, each once, with why."""
    rows = shown.rows()
    off = np.array([[_off(arrays, shown.at(label, row)) for row in rows] for label, arrays in shown.arrays.items()])
    if not off.size:
        return
    apart = np.array([_apart([_decided(arrays, shown.at(label, row)) for label, arrays in shown.arrays.items()]) for row in rows])
    wrongest = int(np.argmax(off[0] * len(off) + off.sum(axis=0)))
    picks = {"right": int(np.argmin(off.sum(axis=0))), "wrong": wrongest, "divided": int(np.argmax(apart))}
    fits = {"right": off[0][picks["right"]] < 1, "wrong": off[:, wrongest].max() > 0, "divided": apart.max() > 0}
    seen: set[int] = set()
    for why, place in picks.items():
        if fits[why] and place not in seen:
            seen.add(place)
            yield why, rows[place]


def _decided(arrays: Arrays, at: int) -> float:
    """Return the class that was decided for, or of a regression the value."""
    return float(arrays["decided"][at]) if arrays["labels"].ndim == 1 else float(arrays["scores"][at, 0])


def _off(arrays: Arrays, at: int) -> float:
    """Return how wrong a decision is: 0 or 1, or of a regression the error as a share of what labels differ by."""
    if arrays["labels"].ndim == 1:
        return float(arrays["decided"][at] != arrays["labels"][at])
    targets = arrays["labels"][:, 0]
    return float(abs(arrays["scores"][at, 0] - targets[at]) / (targets.std() + explained.TINY))


def _apart(decided: Sequence[float]) -> float:
    return float(np.ptp(decided))


def _sample(row: int, why: str, shown: _Shown) -> dict[str, Any]:
    first = next(iter(shown.arrays))
    arrays, at = shown.arrays[first], shown.at(first, row)
    return {
        "row": row,
        "why": why,
        "label": _plain(np.ravel(arrays["labels"][at]))[0],
        "sample": _plain(arrays["seen"][at]),
        "by": {label: _one(each, shown.at(label, row)) for label, each in shown.arrays.items()},
    }


def _one(arrays: Arrays, at: int) -> dict[str, Any]:
    """Return one candidate's decision about a sample, with its explanation and what the games gave."""
    return {
        "decided": int(arrays["decided"][at]),
        "scores": _plain(arrays["scores"][at]),
        "attributions": _plain(arrays["attributions"][at]),
        "games": dict(zip(explained.GAMES, _plain(arrays["games"][at]), strict=True)),
    }


def _readable(model: Mapping[str, Any]) -> dict[str, Any]:
    """Return a model that can be read (``glass``), its curves with no more steps than can be seen."""
    return {**model, "terms": [_curve(term) for term in model["terms"]]} if "terms" in model else dict(model)


def _curve(term: Mapping[str, Any]) -> dict[str, Any]:
    if "cuts" not in term:
        return dict(term)
    cuts, scores = np.array(term["cuts"]), np.array(term["scores"])
    steps = np.unique(np.linspace(0, len(scores) - 1, min(STEPS, len(scores))).round().astype(int))
    return {**term, "cuts": _plain(cuts[steps[1:] - 1]), "scores": _plain(scores[steps])}


def _plain(values: Array) -> Any:
    """Return an array in JSON's terms, numbers with the digits that a picture can show."""
    if values.dtype.kind in "iu":
        return values.tolist()
    return np.vectorize(lambda value: float(f"{value:.{DIGITS}g}"), otypes=[float])(values).tolist() if values.size else []
