"""What mistakes cost, and when it pays to ask a person: the policy in words, and what its charts draw."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from harness import units
from harness.report import table, wording
from harness.report.behaviour import contenders, roles

FEW: Final = 3
"""Classes up to which the mistakes of each candidate are counted one by one."""
MATRIX: Final = 12
"""Classes up to which the costs of all pairs are shown."""
DIGITS: Final = 4


@dataclass(frozen=True, slots=True)
class Pays:
    """What one candidate costs a sample."""

    name: str
    served: str
    roles: tuple[str, ...]
    cost: str
    asked: str
    never: str
    """What it would cost if nobody were asked."""


@dataclass(frozen=True, slots=True)
class Row:
    """What becomes of the samples of one true class."""

    name: str
    count: str
    said: tuple[str, ...]
    """How many are said to be of each class."""
    asked: str


@dataclass(frozen=True, slots=True)
class Section:
    """All of it."""

    policy: str
    words: str
    classes: tuple[str, ...]
    costs: tuple[tuple[str, ...], ...]
    """A row for each true class; none where there are too many."""
    pays: tuple[Pays, ...]
    counts: tuple[tuple[str, str, tuple[Row, ...]], ...]
    """What is deployed of each candidate shown, how it is served, and what becomes of the samples; none of many classes."""
    person: bool
    """Whether asking one has a price."""


def section(facts: Mapping[str, Any]) -> Section | None:
    """Return the section; None where mistakes have no costs."""
    told = {label: one for label, one in facts.get("behaviour", {}).items() if one["costs"]}
    shown = contenders(facts, told)
    if not shown:
        return None
    first = told[shown[0]["candidate"]]
    costs, names = first["costs"], _names(first)
    few = len(names) <= MATRIX
    return Section(
        policy=policy(costs["mistakes"], costs["person"], names),
        words=_words(shown, told),
        classes=names if few else (),
        costs=tuple(tuple(f"{cost:,.6g}" for cost in row) for row in costs["mistakes"]) if few else (),
        pays=tuple(_pays(one, told[one["candidate"]]["costs"], facts) for one in shown),
        counts=tuple(
            (table.chain(one), table.served(one), tuple(_rows(told[one["candidate"]]["costs"]["counts"], names)))
            for one in (shown if len(names) <= FEW else ())
        ),
        person=costs["person"] is not None,
    )


def _rows(counts: Sequence[Sequence[int]], names: Sequence[str]) -> Iterator[Row]:
    for name, row in zip(names, counts, strict=True):
        yield Row(name, f"{sum(row):,}", tuple(f"{count:,}" for count in row[:-1]), f"{row[-1]:,}")


def lines(facts: Mapping[str, Any]) -> dict[str, str]:
    """Return what candidates cost in a few words, by label."""
    told = {label: one["costs"] for label, one in facts.get("behaviour", {}).items() if one["costs"]}
    return {label: _costs(one) for label, one in told.items()}


def _costs(costs: Mapping[str, Any]) -> str:
    asked = "" if costs["person"] is None else f", with a person asked about {wording.figure(costs['review_rate'], units.SHARE)}"
    return f"{costs['expected_cost']:,.3g} a sample{asked}"


def _names(told: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the classes, numbered where some have no sample and so no name here."""
    named, count = [one["class"] for one in told["classes"]], len(told["costs"]["mistakes"])
    return tuple(named) if len(named) == count else tuple(f"class {number}" for number in range(count))


def policy(mistakes: Sequence[Sequence[float]], person: float | None, names: Sequence[str]) -> str:
    """Return what a sample is answered with, in a sentence: by its probabilities, the class that costs least, or by a person."""
    ask = "" if person is None else f"; ask a person wherever even that is expected to cost more than {person:,.6g}"
    dearest = max((0, 1), key=lambda true: mistakes[true][1 - true]) if len(mistakes) == 2 else 0
    missed = mistakes[dearest][1 - dearest]
    false = mistakes[1 - dearest][dearest]
    if len(mistakes) != 2 or mistakes[0][0] or mistakes[1][1] or not missed + false:
        return f"Answer with the class whose mistakes are expected to cost least{ask}."
    certain = wording.figure(false / (missed + false), units.SHARE)
    return f"Say {names[dearest]} as soon as its probability is above {certain}, else {names[1 - dearest]}{ask}."


def _words(shown: Sequence[Mapping[str, Any]], told: Mapping[str, Any]) -> str:
    """Return which of the candidates shown is the cheapest."""
    cheapest = min(shown, key=lambda one: told[one["candidate"]]["costs"]["expected_cost"])
    least = "costs least of those shown: " if len(shown) > 1 else "costs "
    return f"{table.chain(cheapest)} {least}{_costs(told[cheapest['candidate']]['costs'])}."


def _pays(one: Mapping[str, Any], costs: Mapping[str, Any], facts: Mapping[str, Any]) -> Pays:
    fact, rate = one["facts"].get("expected_cost"), one["facts"].get("review_rate")
    never = costs["curve"][-1]["mistakes"]
    return Pays(
        table.chain(one),
        table.served(one),
        roles(one["candidate"], facts),
        wording.with_interval(fact) if fact else f"{costs['expected_cost']:,.3g}",
        wording.with_interval(rate) if rate else "",
        f"{never:,.3g}" if costs["person"] is not None else "",
    )


def _own(costs: Mapping[str, Any]) -> Iterator[Mapping[str, float]]:
    """Give the point of the suite's own price, so that the line goes through what is told of it."""
    if costs["person"] is not None:
        mistakes = costs["expected_cost"] - costs["person"] * costs["review_rate"]
        yield {"threshold": costs["person"], "review_rate": costs["review_rate"], "mistakes": mistakes}


def curve(told: Mapping[str, Any]) -> dict[str, Any]:
    """Return, for each price of a person, what is paid and how many samples are handed over; nothing without costs.

    A threshold is the price at which it is the one to choose.
    """
    costs = told["costs"]
    if not costs:
        return {}
    points = sorted([*costs["curve"], *_own(costs)], key=lambda one: one["threshold"])
    paid = [one["mistakes"] + one["threshold"] * one["review_rate"] for one in points]
    columns = {
        "price": [one["threshold"] for one in points],
        "paid": paid,
        "mistakes": [one["mistakes"] for one in points],
        "review": [one["review_rate"] for one in points],
    }
    return {
        "person": costs["person"],
        **{name: [float(f"{value:.{DIGITS}g}") for value in each] for name, each in columns.items()},
    }
