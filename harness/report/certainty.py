"""How sure a recommendation is of itself, and what would change it, in words: for the terminal and for reports."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from harness.report import wording

NEAR: Final = 0.25
"""A bound that moves by no more of itself than this is worth a word."""

LEAST: Final = 0.001
"""A share of the weights below this is none, and one this near to all is all: nobody weighs so."""

MOST_CONTENDERS: Final = 1


def how_sure(one: Mapping[str, Any]) -> str:
    """Return how often a recommendation is first when its facts are drawn anew, and who else is; empty where unknown."""
    probability = one.get("win_probability")
    if probability is None:
        return ""
    first = "first" if one["feasible"] else "keeps every constraint and is first"
    others = [_contender(other) for other in one.get("contenders", ())[:MOST_CONTENDERS]]
    return "; ".join([f"{first} in {share(probability)} of resamples", *others])


def _contender(other: Mapping[str, Any]) -> str:
    doubt = "" if other["feasible"] else ", which may break a constraint"
    return f"{other['candidate']} in {share(other['win_probability'])}{doubt}"


def share(probability: float) -> str:
    """Return a probability as a percentage; what is not quite none or all is not said to be."""
    if 0 < probability < 0.01:
        return "less than 1 %"
    return "more than 99 %" if 0.99 < probability < 1 else f"{100 * probability:.0f} %"


def changes(one: Mapping[str, Any], metrics: Mapping[str, Any]) -> tuple[str, ...]:
    """Return what would change a recommendation: the nearest weight, and the nearest bound if that is near.

    Where nothing is feasible, it is every bound that lets a candidate in alone.
    """
    sensitivity = one.get("sensitivity") or {}
    weights = sorted(_weights(sensitivity.get("weights", ())))
    bounds = sorted(_bounds(sensitivity.get("constraints", ()), metrics))
    if not one.get("feasible", True):
        return tuple(text for _, text in bounds)
    return (*(text for _, text in weights[:1]), *(text for distance, text in bounds[:1] if distance <= NEAR))


def _weights(turns: Any) -> Iterator[tuple[float, str]]:
    for turn in turns:
        for side, words in (("below", "falls below"), ("above", "rises above")):
            if turn[side] and LEAST <= turn[side]["at"] <= 1 - LEAST:
                at, now = turn[side]["at"], turn["share"]
                text = f"{wording.metric(turn['metric'])}'s weight {words} {_percent(at)} (now {_percent(now)})"
                yield abs(at - now), f"{text}: {turn[side]['candidate']}"


def _bounds(turns: Any, metrics: Mapping[str, Any]) -> Iterator[tuple[float, str]]:
    for turn in turns:
        unit = str(metrics.get(turn["metric"], {}).get("unit", ""))
        for side in ("tightened", "loosened"):
            if turn[side]:
                at, now = turn[side]["at"], turn["bound"]
                shown = f"{wording.figure(at, unit)} (now {wording.figure(now, unit)})"
                then = turn[side]["candidate"] or "nothing is feasible"
                yield abs(at - now) / abs(now or 1.0), f"{turn['constraint']} is {side} beyond {shown}: {then}"


def _percent(share: float) -> str:
    return f"{100 * share:.3g} %"
