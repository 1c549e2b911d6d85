"""A comparison of several answers in words: what each side is, what to deploy where, and what is on which front."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from harness.report import surroundings, wording

STANDINGS: Final = {
    "front": "on the front",
    "near": "could be on it",
    "dominated": "dominated",
    "known": "not compared",
    "failed": "failed",
    "unmeasured": "not measured",
    "absent": "not in the suite",
}

LACKING: Final = {
    "infeasible": "nothing is feasible",
    "unmeasured": "nothing is measured",
    "absent": "no such profile",
}
"""What a side has to say of a profile for which it recommends nothing."""

_TONES: Final = {"front": "better", "near": "plain", "failed": "worse"}


@dataclass(frozen=True, slots=True)
class Cell:
    """How a candidate does on one side: a text, what is beside it, and whether it is what that side recommends."""

    text: str
    beside: str = ""
    tone: str = "plain"
    star: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """A candidate with a cell for each side."""

    candidate: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Profile:
    """What to deploy where, for one profile."""

    name: str
    verdict: str
    rows: tuple[Row, ...]
    caution: str


def title(told: Mapping[str, Any]) -> str:
    """Return what is compared, in a few words."""
    return wording.listed([one["name"] for one in told["sides"]])


def sides(told: Mapping[str, Any]) -> tuple[tuple[str, tuple[tuple[str, str], ...]], ...]:
    """Return each side's name and what it is, as pairs of a name and a text."""
    return tuple((one["name"], tuple(_side(one))) for one in told["sides"])


def _side(one: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    environment, space = one["environment"], one["space"]
    yield "Suite", one["suite"]
    yield "Machine", surroundings.machine({"environment": environment})
    yield "Device", one["device"]
    yield "Environment", environment["id"]
    if environment["at"]:
        yield "Written", wording.moment(str(environment["at"]))
    yield "Evaluated", f"{space['evaluated']:,} of {wording.count(space['candidates'], 'candidate')}"
    yield "Failed", f"{one['failures']:,}" if one["failures"] else "none"
    yield "On its front", f"{one['front']:,}"


def profiles(told: Mapping[str, Any]) -> tuple[Profile, ...]:
    """Return what to deploy where, by profile."""
    names = [one["name"] for one in told["sides"]]
    return tuple(
        Profile(
            name,
            _verdict(one, names),
            tuple(_row(row, one) for row in one["rows"]),
            "" if one["same"] else "Its priorities are not the same everywhere, so utilities are not on one scale.",
        )
        for name, one in told["profiles"].items()
    )


def _verdict(profile: Mapping[str, Any], names: Sequence[str]) -> str:
    """Return how alike the recommendations are, and on which sides there is none and why."""
    each = list(zip(profile["outcomes"], names, strict=True))
    where = {outcome: [name for found, name in each if found == outcome] for outcome in ("recommended", *LACKING)}
    told = [_alike(where["recommended"], profile["deployed"])] if where["recommended"] else []
    told += [f"{words} {_places(where[outcome], names)}" for outcome, words in LACKING.items() if where[outcome]]
    return wording.sentence("; ".join(told)) + "."


def _alike(recommending: Sequence[str], deployed: Sequence[str | None]) -> str:
    different = len(set(filter(None, deployed)))
    if different > 1:
        return f"{different} different candidates"
    if len(recommending) == len(deployed):
        return "the same everywhere"
    return f"recommended on {recommending[0]} alone" if len(recommending) == 1 else "the same wherever one is recommended"


def _places(some: Sequence[str], names: Sequence[str]) -> str:
    return "anywhere" if len(some) == len(names) else f"on {wording.listed(some)}"


def _row(row: Mapping[str, Any], profile: Mapping[str, Any]) -> Row:
    each = zip(row["states"], row["scores"], row["loses"], profile["deployed"], profile["feasible"], strict=True)
    return Row(row["candidate"], tuple(_cell(row["candidate"], *one) for one in each))


def _cell(
    key: str, state: str, score: Mapping[str, Any] | None, loses: float | None, deployed: str | None, feasible: int
) -> Cell:
    if score is None:
        return Cell(STANDINGS[state] if state != "known" else "not judged", tone="even")
    shown = wording.plus_minus(score["utility"], score["half_width"])
    if score["violations"]:
        return Cell(shown, f"breaks {', '.join(score['violations'])}", "worse")
    rank = f"{_ordinal(score['rank'])} of {feasible:,}" if score["rank"] else ""
    lost = f"{loses:.3f} less than its best" if loses and loses > 0 else ""
    return Cell(shown, ", ".join(filter(None, (rank, lost))), star=key == deployed)


def _ordinal(number: int) -> str:
    ending = "th" if 10 <= number % 100 < 20 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number:,}{ending}"


def fronts(told: Mapping[str, Any]) -> tuple[Row, ...]:
    """Return all that is on some front, what is on most of them first, with where it stands on each side."""
    on = [one for one in told["candidates"] if "front" in one["standing"]]
    ordered = sorted(on, key=lambda one: -one["standing"].count("front"))
    return tuple(
        Row(one["candidate"], tuple(Cell(STANDINGS[where], tone=_TONES.get(where, "even")) for where in one["standing"]))
        for one in ordered
    )


def on_fronts(told: Mapping[str, Any]) -> str:
    """Return how many candidates are on every front, and on which alone."""
    names = [one["name"] for one in told["sides"]]
    members = [{one["candidate"] for one in told["candidates"] if one["standing"][side] == "front"} for side in range(len(names))]
    alone = [
        f"{len(mine - set().union(*members[:i], *members[i + 1 :])):,} only on that of {name}"
        for i, (name, mine) in enumerate(zip(names, members, strict=True))
    ]
    everywhere = wording.count(len(set.intersection(*members)), "candidate is", "candidates are")
    return f"{everywhere} on every front, {wording.listed(alone)}."
