"""Decisions with their reasons, side by side: the same few samples of all candidates that are shown, and how far reasons hold."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from harness.metrics import EXPLAINED
from harness.report import heat, table, wording

SHOWN: Final = 8
"""Columns of a table whose part in a decision is shown: those that matter most to any candidate."""


@dataclass(frozen=True, slots=True)
class Bar:
    """What a feature adds (``way`` "for") or takes away ("against"); ``width`` is a share of the widest of its group."""

    way: str
    width: float
    text: str


@dataclass(frozen=True, slots=True)
class Row:
    """A feature with its value, and its bar of each candidate."""

    name: str
    value: str
    bars: tuple[Bar, ...]


@dataclass(frozen=True, slots=True)
class Decision:
    """What a candidate decides, how sure it is, and where the parts of an image that decide are."""

    name: str
    served: str
    says: str
    sure: str
    tone: str
    picture: str


@dataclass(frozen=True, slots=True)
class Sample:
    """A real sample: as it is, and as candidates decide it."""

    title: str
    words: str
    divided: bool
    picture: str
    decisions: tuple[Decision, ...]
    rows: tuple[Row, ...]
    others: int
    """Features that are not in ``rows``."""


@dataclass(frozen=True, slots=True)
class Trusted:
    """How far a candidate's reasons hold: a figure for each of the section's metrics, and whether chance does as well."""

    name: str
    served: str
    figures: tuple[str, ...]
    versus: str
    beats: bool


@dataclass(frozen=True, slots=True)
class Section:
    """All of it. ``words`` say what is seen."""

    words: str
    metrics: tuple[str, ...]
    trusted: tuple[Trusted, ...]
    samples: tuple[Sample, ...]


def section(facts: Mapping[str, Any]) -> Section | None:
    """Return the section; None where nothing was explained."""
    told = facts.get("explanations")
    if not told:
        return None
    known = {one["candidate"]: one for one in facts["candidates"] if one.get("explanation")}
    metrics = tuple(
        name for name in facts["metrics"] if name in EXPLAINED and any(name in one["facts"] for one in known.values())
    )
    first = list(dict.fromkeys(label for one in told["samples"] for label in one["by"]))
    labels = [label for label in dict.fromkeys([*first, *told["models"]]) if label in known] or list(known)[:SHOWN]
    return Section(
        words=_words([known[label] for label in labels], len(known)),
        metrics=metrics,
        trusted=tuple(_trusted(known[label], metrics) for label in labels),
        samples=tuple(_sample(one, told, known) for one in told["samples"]),
    )


def _words(shown: Sequence[Mapping[str, Any]], count: int) -> str:
    """Return which reasons hold best, and how many are no better than chance."""
    rated = [one for one in shown if "interpretability" in one["facts"]]
    best = max(rated, key=lambda one: one["facts"]["interpretability"]["value"], default=None)
    beaten = sum(not one["explanation"]["versus_random"]["beats"] for one in shown)
    told = [f"{len(shown)} of {count:,} candidates whose decisions were explained are shown."] if len(shown) < count else []
    if best:
        hold = "hold best: an" if len(rated) > 1 else "have an"
        told.append(f"The reasons of {table.chain(best)} {hold} interpretability of {_figure(best, 'interpretability')}.")
    if beaten:
        told.append(f"Those of {wording.count(beaten, 'candidate')} do not beat a random order of features.")
    return " ".join(told)


def _figure(one: Mapping[str, Any], name: str) -> str:
    return wording.with_interval(one["facts"][name]) if name in one["facts"] else "–"


def _trusted(one: Mapping[str, Any], metrics: Sequence[str]) -> Trusted:
    versus = one["explanation"]
    return Trusted(
        table.chain(one),
        table.served(one),
        tuple(_figure(one, name) for name in metrics),
        wording.sentence(wording.explained(versus)),
        versus["versus_random"]["beats"],
    )


def _sample(one: Mapping[str, Any], told: Mapping[str, Any], known: Mapping[str, Any]) -> Sample:
    by = {label: each for label, each in one["by"].items() if label in known}
    shares = {label: _shares(each["attributions"]) for label, each in by.items()}
    most = max((abs(share) for each in shares.values() for share in each), default=0.0)
    image = len(told["layout"]) == 2
    pictures = {label: heat.over(one["sample"], each, told["layout"], most) for label, each in shares.items()} if image else {}
    rows = () if image else tuple(_rows(one, told["columns"], shares, most))
    says = {label: _says(each, told["classes"]) for label, each in by.items()}
    right = _right(one, told["classes"])
    return Sample(
        title=f"{right}, row {one['row']} of the test split",
        words=_agreement(list(says.values()), right),
        divided=len(set(says.values())) > 1 and _is_class(one),
        picture=heat.sample(one["sample"]) if image else "",
        decisions=tuple(
            Decision(
                table.chain(known[label]),
                table.served(known[label]),
                says[label],
                _sure(each),
                _tone(says[label] == right) if _is_class(one) else "even",
                pictures.get(label, ""),
            )
            for label, each in by.items()
        ),
        rows=rows,
        others=0 if image else len(one["sample"]) - len(rows),
    )


def _is_class(one: Mapping[str, Any]) -> bool:
    return all(len(each["scores"]) > 1 for each in one["by"].values())


def _tone(right: bool) -> str:
    return "better" if right else "worse"


def _right(one: Mapping[str, Any], classes: Sequence[str]) -> str:
    return class_name(int(one["label"]), classes) if _is_class(one) else f"{one['label']:.4g}"


def _says(decision: Mapping[str, Any], classes: Sequence[str]) -> str:
    return class_name(decision["decided"], classes) if len(decision["scores"]) > 1 else f"{decision['scores'][0]:.4g}"


def _sure(decision: Mapping[str, Any]) -> str:
    return f"{wording.figure(decision['games']['whole'], 'share')} sure" if len(decision["scores"]) > 1 else ""


def class_name(number: int, classes: Sequence[str]) -> str:
    """Return the name of a class, or ``class 3`` where it has none."""
    return classes[number] if number < len(classes) else f"class {number}"


def _agreement(says: Sequence[str], right: str) -> str:
    """Return who decides a class otherwise, in a sentence."""
    others = [
        f"{says.count(name)} {'says' if says.count(name) == 1 else 'say'} {name}" for name in dict.fromkeys(says) if name != right
    ]
    agreed = says.count(right)
    if not others:
        return f"All {agreed} decide rightly." if agreed > 1 else "It is decided rightly."
    return f"{agreed} of {len(says)} {'decides' if agreed == 1 else 'decide'} rightly; {wording.listed(others)}."


def _shares(attributions: Sequence[float]) -> list[float]:
    """Return attributions as shares of all that features add and take away, so that candidates compare whatever their scores."""
    whole = sum(map(abs, attributions)) or 1.0
    return [one / whole for one in attributions]


def _rows(one: Mapping[str, Any], columns: Sequence[str], shares: Mapping[str, Sequence[float]], most: float) -> Iterator[Row]:
    """Give the features that matter most to any candidate, the first first."""
    numbers = one["sample"]
    weight = [max((abs(each[i]) for each in shares.values()), default=0.0) for i in range(len(numbers))]
    for i in sorted(range(len(numbers)), key=lambda i: -weight[i])[:SHOWN]:
        yield Row(
            column_name(i, columns), f"{numbers[i]:.4g}", tuple(bar(each[i], most, _percent(each[i])) for each in shares.values())
        )


def column_name(number: int, columns: Sequence[str]) -> str:
    """Return the name of a column, or ``column 3`` where it has none."""
    return columns[number] if number < len(columns) else f"column {number}"


def bar(value: float, most: float, text: str) -> Bar:
    """Return the bar of a value beside the widest."""
    return Bar("for" if value >= 0 else "against", abs(value) / most if most else 0.0, text)


def _percent(share: float) -> str:
    return f"{wording.signed(100 * share, 0)} %"
