"""How classifiers behave, in words and small pictures, what is recommended first; and what charts of it draw."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from harness import units
from harness.report import table, wording

MOST: Final = 6
"""Candidates that are told of in words; charts draw all that are notable."""
CLASSES: Final = 40
"""Of a chart: of more, those that the baseline, or the first that is drawn, knows worst."""
DIGITS: Final = 4


@dataclass(frozen=True, slots=True)
class Column:
    """A twentieth of confidence: how many right and how many wrong answers are so sure, as shares of the most of each."""

    right: float
    wrong: float


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a bar."""

    kind: str
    share: float
    words: str


@dataclass(frozen=True, slots=True)
class Group:
    """One side of two groups, with its place on a line from nought to one."""

    name: str
    text: str
    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Gap:
    """What two groups differ in."""

    title: str
    tone: str
    sides: tuple[Group, Group]


@dataclass(frozen=True, slots=True)
class Behaves:
    """One candidate. ``sure`` and what follows are sentences, empty where there is nothing to tell."""

    label: str
    name: str
    served: str
    roles: tuple[str, ...]
    verdict: str
    tone: str
    sure: str
    columns: tuple[Column, ...]
    right: int
    wrong: int
    worst: str
    flips: str
    parts: tuple[Part, ...]
    corrupted: str
    gaps: tuple[Gap, ...]


def contenders(facts: Mapping[str, Any], told: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return the candidates among ``told`` that a reader asks about first: recommended ones, their baselines, then others."""
    known = {one["candidate"]: one for one in facts["candidates"]}
    stars = list(table.recommended(facts))
    order = [*stars, *(facts["baselines"].get(label) for label in stars), *facts.get("notable", ()), *told]
    return [known[label] for label in dict.fromkeys(order) if label in told and label in known][:MOST]


def roles(label: str, facts: Mapping[str, Any]) -> tuple[str, ...]:
    """Return what a candidate is: recommended for some profiles, a baseline."""
    stars = [f"★ {name}" for name in table.recommended(facts).get(label, ())]
    return (*stars, *(("baseline",) if label in facts["baselines"].values() else ()))


def behaviour(facts: Mapping[str, Any]) -> tuple[Behaves, ...]:
    """Return the candidates that are told of in words."""
    told = facts.get("behaviour", {})
    return tuple(_behaves(one, told[one["candidate"]], facts) for one in contenders(facts, told))


def line(one: Behaves) -> str:
    """Return how a candidate behaves, short enough for a list."""
    worst = one.worst.rstrip(".")
    return "; ".join(filter(None, (one.verdict[:1].lower() + one.verdict[1:], worst[:1].lower() + worst[1:])))


def _behaves(one: Mapping[str, Any], told: Mapping[str, Any], facts: Mapping[str, Any]) -> Behaves:
    verdict, tone = _verdict(one["facts"].get("calibration_error"), told)
    right, wrong = told["confidence"]["right"], told["confidence"]["wrong"]
    flips = told["flips"]
    return Behaves(
        label=one["candidate"],
        name=table.chain(one),
        served=table.served(one),
        roles=roles(one["candidate"], facts),
        verdict=verdict,
        tone=tone,
        sure=_sure(one["facts"].get("calibration_error"), told),
        columns=tuple(Column(*pair) for pair in zip(_heights(right), _heights(wrong), strict=True)),
        right=sum(right),
        wrong=sum(wrong),
        worst=_worst(told["classes"]),
        flips=_flips(flips, one["candidate"] in facts["baselines"].values()) if flips else "",
        parts=tuple(_flipped(flips)) if flips else (),
        corrupted=_corrupted(told["corruptions"]) if told["corruptions"] else "",
        gaps=tuple(_gaps(one["facts"], told["groups"])) if told["groups"] else (),
    )


def _heights(counts: Sequence[int]) -> list[float]:
    most = max(counts, default=0) or 1
    return [count / most for count in counts]


def _mean(told: Mapping[str, Any], name: str) -> float:
    bins = told["reliability"]
    return float(sum(one[name] * one["n"] for one in bins) / sum(one["n"] for one in bins))


def _verdict(error: wording.Fact | None, told: Mapping[str, Any]) -> tuple[str, str]:
    """Return whether a candidate is as often right as it is sure, beyond noise, and in what tone that is told."""
    if error is not None and error["low"] <= 0:
        return "As often right as it is sure", "better"
    apart = _mean(told, "confidence") - _mean(told, "accuracy")
    return ("Surer than it is right", "worse") if apart > 0 else ("Oftener right than it is sure", "even")


def _sure(error: wording.Fact | None, told: Mapping[str, Any]) -> str:
    off = f"; its confidence is off by {wording.with_interval(error)} (calibration error)" if error else ""
    right, sure = (_share(_mean(told, name)) for name in ("accuracy", "confidence"))
    return f"Right in {right} of {told['samples']:,}, {sure} sure on average{off}."


def _worst(classes: Sequence[Mapping[str, Any]]) -> str:
    """Return the class that is known worst."""
    if not classes:
        return ""
    worst = min(classes, key=lambda one: (one["value"], -one["n"]))
    return f"Knows {worst['class']} worst: right in {_counted(worst)} of {worst['n']:,}."


def _counted(one: Mapping[str, Any]) -> str:
    return wording.with_interval({**one, "unit": units.SHARE})


def _flips(flips: Mapping[str, Any], baseline: bool) -> str:
    count = flips["right"] + flips["wrong"] + flips["other"]
    if not count:
        return "" if baseline else f"None of {flips['n']:,} answers is another than the baseline's."
    return f"{count:,} of {flips['n']:,} answers are others than the baseline's: {_counted(flips)}."


def _flipped(flips: Mapping[str, Any]) -> Iterator[Part]:
    """Give the ways in which answers changed, those that there are."""
    count = flips["right"] + flips["wrong"] + flips["other"]
    for kind, name, words in (
        ("gained", "right", "became right"),
        ("lost", "wrong", "became wrong"),
        ("rest", "other", "wrong otherwise"),
    ):
        if flips[name]:
            yield Part(kind, flips[name] / count, f"{flips[name]:,} {words}")


def _corrupted(told: Mapping[str, Any]) -> str:
    """Return how well samples that were made worse are told, which kind hurts most, and how sure it is of none at all."""
    means = {kind: sum(one["value"] for one in each) / len(each) for kind, each in told["kinds"].items() if each}
    sure = told["confidence"]
    none = f"{_share(sure['shuffled'])} sure of shuffled samples, which are none, {_share(sure['clean'])} of real ones."
    if not means:
        return wording.sentence(none)
    worst = min(means, key=lambda kind: means[kind])
    mean = sum(means.values()) / len(means)
    return (
        f"Right in {_share(mean)} of samples that were made worse, {_share(told['clean'])} of the same as they are; "
        f"{worst} hurts most ({_share(means[worst])}). {none}"
    )


def _gaps(facts: Mapping[str, wording.Fact], told: Mapping[str, Any]) -> Iterator[Gap]:
    """Give what the two groups differ in, and whether that is beyond noise."""
    names = f"{told['column']} > {told['above']:g}", "the rest"
    for name, what in (("accuracy", "Right"), ("rate", f"Says {told['positive']}")):
        if not told.get(name):
            continue
        gap = facts.get(f"group_{name}_gap")
        beyond = gap is not None and gap["low"] > 0
        sides = (told[name]["above"], told[name]["below"])
        apart = f": {wording.with_interval(gap)} apart" if gap else ""
        yield Gap(
            f"{what}{apart}{'' if beyond or gap is None else ', inside the noise'}", "worse" if beyond else "even",
            (_group(names[0], sides[0]), _group(names[1], sides[1])),
        )  # fmt: skip


def _group(name: str, one: Mapping[str, Any]) -> Group:
    return Group(name, f"{_share(one['value'])} of {one['n']:,}", one["value"], one["low"], one["high"])


def _share(value: float) -> str:
    return wording.figure(value, units.SHARE)


def reliability(told: Mapping[str, Any]) -> dict[str, list[float]]:
    """Return the bins of a reliability diagram as columns."""
    return {name: [_short(one[name]) for one in told["reliability"]] for name in ("confidence", "accuracy", "low", "high", "n")}


def classes(told: Mapping[str, Any]) -> dict[str, list[Any]]:
    """Return the accuracy on classes as columns, of many those known worst."""
    worst = sorted(sorted(told["classes"], key=lambda one: one["value"])[:CLASSES], key=told["classes"].index)
    return {
        "names": [one["class"] for one in worst],
        **{name: [_short(one[name]) for one in worst] for name in ("value", "low", "high", "n")},
    }


def corruptions(told: Mapping[str, Any]) -> dict[str, Any]:
    """Return the share right at each severity, by kind, from the sample as it is on; nothing where none was asked."""
    found = told["corruptions"]
    return (
        {kind: [_short(found["clean"]), *(_short(one["value"]) for one in each)] for kind, each in found["kinds"].items()}
        if found
        else {}
    )


def _short(value: float) -> float:
    return float(f"{value:.{DIGITS}g}")
