"""How it looks in a terminal how a classifier behaves: by class, by confidence, when samples get worse, by group, by cost."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from rich.console import Console
from rich.text import Text

from harness.cli.paragraphs import pairs
from harness.report import wording

CLASSES_SHOWN: Final = 10


def show(console: Console, told: Mapping[str, Any]) -> None:
    """Print how a candidate behaves."""
    console.print()
    console.print(Text("behaves", style="bold"))
    pairs(console, [row for row in _rows(told) if row[1]])


def _rows(told: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    yield "by class", _classes(told["classes"])
    yield "confidence", _confidence(told)
    yield "flips", _flips(told["flips"]) if told["flips"] else ""
    yield "corrupted", _corrupted(told["corruptions"]) if told["corruptions"] else ""
    yield "groups", _groups(told["groups"]) if told["groups"] else ""
    yield "costs", _costs(told["costs"]) if told["costs"] else ""


def _classes(classes: list[Mapping[str, Any]]) -> str:
    """Return the accuracy on each class; of many, on those with the lowest."""
    few = sorted(classes, key=lambda one: one["value"])[:CLASSES_SHOWN] if len(classes) > CLASSES_SHOWN else classes
    told = ", ".join(f"{one['class']} {_share(one['value'])} of {one['n']:,}" for one in few)
    return told if len(few) == len(classes) else f"lowest of {len(classes)}: {told}"


def _confidence(told: Mapping[str, Any]) -> str:
    bins, about = told["reliability"], told["temperature"]
    n = sum(one["n"] for one in bins)
    sure, right = (sum(one[name] * one["n"] for one in bins) / n for name in ("confidence", "accuracy"))
    cooled = f"at temperature {about['value']:.2f} the calibration error is {_share(about['error']['value'])}"
    return f"{_share(sure)} sure on average, {_share(right)} right; {cooled}"


def _flips(flips: Mapping[str, Any]) -> str:
    count = flips["right"] + flips["wrong"] + flips["other"]
    if not count:
        return f"none of {flips['n']:,} answers is another than the baseline's"
    ways = f"{flips['right']:,} became right, {flips['wrong']:,} wrong, {flips['other']:,} wrong in another way"
    return f"{count:,} of {flips['n']:,} answers are others than the baseline's: {ways}"


def _corrupted(told: Mapping[str, Any]) -> str:
    """Return the accuracy at each severity, a line a kind."""
    kinds = "\n".join(f"{kind}: {' → '.join(_share(one['value']) for one in each)}" for kind, each in told["kinds"].items())
    sure = told["confidence"]
    return (
        f"{_share(told['clean'])} as they are; at severities 1 to 5\n{kinds}\n{_share(sure['clean'])} sure of samples,"
        f" {_share(sure['shuffled'])} of shuffled ones"
    )


def _groups(told: Mapping[str, Any]) -> str:
    lines = [f"{told['column']} above {told['above']:g}, against the rest"]
    for name, what in (("accuracy", "right"), ("rate", told["positive"])):
        if both := told.get(name):
            above, below = both["above"], both["below"]
            lines.append(f"{what}: {_share(above['value'])} of {above['n']:,} against {_share(below['value'])} of {below['n']:,}")
    return "\n".join(lines)


def _costs(told: Mapping[str, Any]) -> str:
    never = told["curve"][-1]["mistakes"]
    if told["person"] is None:
        return f"{told['expected_cost']:.3g} a sample"
    handed = f"{_share(told['review_rate'])} handed to a person at {told['person']:g}"
    return f"{told['expected_cost']:.3g} a sample with {handed}; {never:.3g} if nobody were asked"


def _share(value: float) -> str:
    return wording.figure(value, "share")
