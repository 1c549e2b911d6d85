"""How sure a recommendation is, as bars: who would be first were all measured again, and who is under other weights."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from harness.report import certainty, wording

RANKS = ("first", "second", "third")


@dataclass(frozen=True, slots=True)
class Chance:
    """A part of the resamples, by who is first in them: ``mine``, a ``rival``, a ``doubtful`` one, or the ``rest``."""

    kind: str
    share: float
    words: str


@dataclass(frozen=True, slots=True)
class Rival:
    """Another candidate that may be as good, or better."""

    label: str
    words: str


@dataclass(frozen=True, slots=True)
class Place:
    """How often a candidate is first, second and third when weights and facts are drawn."""

    label: str
    recommended: bool
    ranks: tuple[float, ...]
    words: str
    weights: str
    """The mean weights of the draws in which it is first; empty where it never is."""


@dataclass(frozen=True, slots=True)
class Odds:
    """How sure a recommendation is, and of what."""

    ties: str
    chances: tuple[Chance, ...]
    rivals: tuple[Rival, ...]
    near: tuple[Place, ...]
    anywhere: tuple[Place, ...]


def odds(one: Mapping[str, Any]) -> Odds:
    """Return how sure the recommendation of a profile is; all is empty where that is not known."""
    known = one.get("sensitivity") or {}
    return Odds(
        _ties(one),
        tuple(_chances(one)),
        tuple(_rivals(one)),
        tuple(_places(known.get("near", ()), one["candidate"])),
        tuple(_places(known.get("anywhere", ()), one["candidate"])),
    )


def _ties(one: Mapping[str, Any]) -> str:
    tied = len(one["tied"])
    if not tied:
        return "No other candidate is tied with it." if one["feasible"] else ""
    if tied == 1:
        return "Another one is tied with it: what is between the two is inside the noise, so either will do."
    return f"{tied:,} others are tied with it: what is between them is inside the noise, so any of them will do."


def _chances(one: Mapping[str, Any]) -> Iterator[Chance]:
    mine = one.get("win_probability")
    if mine is None:
        return
    others = one.get("contenders", ())
    feasible, doubtful = (sum(each["win_probability"] for each in others if each["feasible"] is kept) for kept in (True, False))
    rest = max(0.0, 1.0 - mine - feasible - doubtful)
    told = (
        ("mine", mine, "this one"),
        ("rival", feasible, "others that keep every constraint"),
        ("doubtful", doubtful, "others that may break one"),
        ("rest", rest, "rarer ones, or none"),
    )
    yield from (Chance(kind, part, f"{certainty.share(part)} {words}") for kind, part, words in told if part >= certainty.LEAST)


def _rivals(one: Mapping[str, Any]) -> Iterator[Rival]:
    contenders = {each["candidate"]: each for each in one.get("contenders", ())}
    for label in dict.fromkeys((*one["tied"], *contenders)):
        known = contenders.get(label)
        said = ["tied"] if label in one["tied"] else []
        said += [f"first in {certainty.share(known['win_probability'])} of cases"] if known else []
        said += ["may break a constraint"] if known and not known["feasible"] else []
        yield Rival(label, ", ".join(said))


def _places(told: Sequence[Mapping[str, Any]], recommended: str | None) -> Iterator[Place]:
    for place in told:
        ranks = tuple(place["ranks"])
        words = ", ".join(f"{name} in {certainty.share(share)}" for name, share in zip(RANKS, ranks, strict=False) if share)
        yield Place(place["candidate"], place["candidate"] == recommended, ranks, words, weights(place["weights"] or {}))


def weights(told: Mapping[str, float]) -> str:
    """Return weights as shares of all, heaviest first: ``accuracy 50 %, latency p90 37.5 %``, whose ends no line parts."""
    total = sum(told.values()) or 1.0
    heaviest = sorted(told.items(), key=lambda one: -one[1])
    return ", ".join(f"{wording.metric(name)} {100 * weight / total:.3g}\u00a0%" for name, weight in heaviest)
