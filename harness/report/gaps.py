"""What is not known, ready to be shown: candidates that a quick look ended, and figures that are withheld, with why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from harness.report import wording


@dataclass(frozen=True, slots=True)
class Ended:
    """Candidates that a quick look ended for the same reason."""

    why: str
    candidates: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Short:
    """A percentile that some candidates had too few queries for."""

    label: str
    needs: str
    most: str
    """The most queries that one of them had."""
    candidates: int


@dataclass(frozen=True, slots=True)
class Absent:
    """Another figure that some candidates lack for the same reason."""

    label: str
    why: str
    candidates: int


@dataclass(frozen=True, slots=True)
class Gaps:
    """All of it; ``measured`` is the number of candidates with figures, beside which the others' counts are read."""

    ended: tuple[Ended, ...]
    short: tuple[Short, ...]
    absent: tuple[Absent, ...]
    measured: int

    @property
    def number_ended(self) -> int:
        """How many candidates a quick look ended."""
        return sum(len(one.candidates) for one in self.ended)


def gaps(facts: Mapping[str, Any]) -> Gaps:
    """Return what is not known; what concerns most candidates comes first."""
    return Gaps(_ended(facts), _short(facts), _absent(facts), len(facts["candidates"]))


def _ended(facts: Mapping[str, Any]) -> tuple[Ended, ...]:
    alike: dict[str, list[str]] = {}
    for one in facts.get("screened", ()):
        alike.setdefault(one["why"], []).append(one["candidate"])
    return tuple(Ended(why, tuple(labels)) for why, labels in sorted(alike.items(), key=lambda pair: -len(pair[1])))


def _short(facts: Mapping[str, Any]) -> tuple[Short, ...]:
    found: dict[str, list[Mapping[str, Any]]] = {}
    for one in facts["candidates"]:
        for name, why in one["withheld"].items():
            if "needs" in why:
                found.setdefault(name, []).append(why)
    return tuple(
        Short(wording.metric(name), f"{whys[0]['needs']:,}", f"{max(why['has'] for why in whys):,}", len(whys))
        for name, whys in sorted(found.items(), key=lambda pair: -len(pair[1]))
    )


def _absent(facts: Mapping[str, Any]) -> tuple[Absent, ...]:
    alike: dict[tuple[str, str], int] = {}
    for one in facts["candidates"]:
        for name, why in one["withheld"].items():
            if "needs" not in why:
                key = (wording.metric(name), wording.absence(why))
                alike[key] = alike.get(key, 0) + 1
    return tuple(Absent(*key, count) for key, count in sorted(alike.items(), key=lambda pair: -pair[1]))
