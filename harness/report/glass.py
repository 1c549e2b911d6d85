"""Models that can be read, drawn as what they are: a tree, weights, curves. Places are pixels of a drawing of a given size."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from harness.report import heat, table
from harness.report.explained import Bar, bar, class_name, column_name
from harness.report.tree import Tree, drawn

TERMS: Final = 12
CURVES: Final = 6
CURVE_WIDE, CURVE_HIGH = 200, 80
CLASSES: Final = 10
"""Of whose weights are told, at most."""


@dataclass(frozen=True, slots=True)
class Weight:
    """A column's weight for each of the classes shown."""

    name: str
    bars: tuple[Bar, ...]


@dataclass(frozen=True, slots=True)
class Weights:
    """What columns add to the score of classes, the heaviest first; of images a picture a class instead."""

    classes: tuple[str, ...]
    rows: tuple[Weight, ...]
    others: int
    pictures: tuple[tuple[str, str], ...]
    """Pairs of a class and its picture."""


@dataclass(frozen=True, slots=True)
class Curve:
    """What a column's value adds to the score; ``lines`` are paths, one for each output."""

    name: str
    low: str
    high: str
    lines: tuple[str, ...]
    nought: float
    about: str


@dataclass(frozen=True, slots=True)
class Curves:
    """The terms of a sum that differ most, on one scale."""

    of: str
    curves: tuple[Curve, ...]
    others: tuple[str, ...]
    """Names of the terms that are not drawn."""


@dataclass(frozen=True, slots=True)
class Model:
    """A model that can be read, in words, and what there is of it to see."""

    name: str
    served: str
    words: str
    tree: Tree | None = None
    weights: Weights | None = None
    curves: Curves | None = None


def models(facts: Mapping[str, Any]) -> tuple[Model, ...]:
    """Return the models that can be read, those first of which there is more to see than words."""
    told = facts.get("explanations")
    known = {one["candidate"]: one for one in facts["candidates"]}
    found = [_model(known[label], one, told) for label, one in told["models"].items() if label in known] if told else []
    return tuple(sorted(found, key=lambda one: not (one.tree or one.weights or one.curves)))


def _model(candidate: Mapping[str, Any], one: Mapping[str, Any], told: Mapping[str, Any]) -> Model:
    name, served = table.chain(candidate), table.served(candidate)
    if "nodes" in one:
        return Model(name, served, _tree_words(one), tree=drawn(one["nodes"], told["columns"], told["classes"]))
    if "weights" in one:
        return Model(name, served, _linear_words(one), weights=_weights(one["weights"], told))
    if "terms" in one:
        return Model(name, served, _additive_words(one), curves=_curves(one["terms"], told))
    trees = "A tree" if one["trees"] == 1 else f"{one['trees']:,} trees"
    return Model(
        name, served, f"{trees} with {one['leaves']:,} leaves, up to {one['depth']} questions deep: more than anyone can read."
    )


def _tree_words(one: Mapping[str, Any]) -> str:
    return f"One tree with {one['leaves']} leaves; at most {one['depth']} questions lead to an answer."


def _linear_words(one: Mapping[str, Any]) -> str:
    rows = one["weights"]
    unit = "standard deviation of the column" if "scale" in one else "unit of the column"
    return (
        f"A weighted sum of {len(rows):,} columns; {one['complexity']:,} of {len(rows) * _outputs(rows):,} weights are "
        f"not nought. A bar is what one more {unit} adds to the score."
    )


def _additive_words(one: Mapping[str, Any]) -> str:
    pairs = sum(len(term["columns"]) > 1 for term in one["terms"])
    with_pairs = f" and {pairs} of two" if pairs else ""
    return f"A sum of {len(one['terms']) - pairs} curves of one column each{with_pairs}: the score is read off and added up."


def _outputs(rows: Sequence[Sequence[float]]) -> int:
    """Return how many classes have weights of their own: of two, one says the opposite of the other."""
    opposite = len(rows[0]) == 2 and all(math.isclose(a, -b, rel_tol=1e-5, abs_tol=1e-9) for a, b in rows)
    return 1 if opposite else len(rows[0])


def _weights(rows: Sequence[Sequence[float]], told: Mapping[str, Any]) -> Weights:
    outputs = list(range(len(rows[0]) - _outputs(rows), len(rows[0])))[:CLASSES]
    names = tuple(_output(i, len(rows[0]), told["classes"]) for i in outputs)
    most = max(abs(row[i]) for row in rows for i in outputs)
    if len(told["layout"]) == 2:
        return Weights(names, (), 0, tuple(_pictures(rows, outputs, names, told, most)))
    order = sorted(range(len(rows)), key=lambda n: -max(abs(rows[n][i]) for i in outputs))
    kept = [n for n in order if any(rows[n][i] for i in outputs)]
    bars = tuple(
        Weight(column_name(n, told["columns"]), tuple(bar(rows[n][i], most, _signed(rows[n][i])) for i in outputs))
        for n in kept[:TERMS]
    )
    return Weights(names, bars, len(kept) - len(bars), ())


def _output(number: int, outputs: int, classes: Sequence[str]) -> str:
    """Return which class an output speaks for: a single one for the second of two; empty of a regression."""
    return class_name(1 if outputs == 1 else number, classes) if classes else ""


def _signed(value: float) -> str:
    return f"{value:+.3g}".replace("-", "−")


def _pictures(
    rows: Sequence[Sequence[float]], outputs: Sequence[int], names: Sequence[str], told: Mapping[str, Any], most: float
) -> Iterator[tuple[str, str]]:
    """Give a picture of the weights of each class, where there is one weight a pixel."""
    height, width = len(told["background"]), len(told["background"][0])
    if len(rows) == height * width:
        for i, name in zip(outputs, names, strict=True):
            yield name, heat.weights([[rows[y * width + x][i] for x in range(width)] for y in range(height)], most)


def _curves(terms: Sequence[Mapping[str, Any]], told: Mapping[str, Any]) -> Curves:
    drawn = sorted((term for term in terms if term.get("cuts")), key=lambda term: -_range(term))
    most = max((abs(score) for term in drawn for scores in term["scores"] for score in scores), default=0.0) or 1.0
    outputs = len(drawn[0]["scores"][0]) if drawn else 1
    shown = drawn[:CURVES]
    others = [_term(term, told["columns"]) for term in (*drawn[CURVES:], *(term for term in terms if not term.get("cuts")))]
    return Curves(
        _output(0, 1, told["classes"]) if outputs == 1 else "", tuple(_curve(one, told, most) for one in shown), tuple(others)
    )


def _range(term: Mapping[str, Any]) -> float:
    scores = [score for each in term["scores"] for score in each]
    return float(max(scores) - min(scores))


def _term(term: Mapping[str, Any], columns: Sequence[str]) -> str:
    return " × ".join(column_name(number, columns) for number in term["columns"])


def _curve(term: Mapping[str, Any], told: Mapping[str, Any], most: float) -> Curve:
    """Return a step for each range between two cuts; those at the ends are as wide as a twentieth of the others together."""
    cuts, scores = term["cuts"], term["scores"]
    edge = (cuts[-1] - cuts[0] or 1.0) / 20
    ends = [cuts[0] - edge, *cuts, cuts[-1] + edge]
    across = [CURVE_WIDE * (end - ends[0]) / (ends[-1] - ends[0]) for end in ends]
    heights = [[CURVE_HIGH / 2 * (1 - 0.94 * score / most) for score in each] for each in scores]
    name = _term(term, told["columns"])
    lines = tuple(_steps(across, [each[i] for each in heights]) for i in range(len(scores[0])))
    about = f"{name}: from {_signed(scores[0][0])} at the lowest values to {_signed(scores[-1][0])} at the highest"
    return Curve(name, f"{cuts[0]:.3g}", f"{cuts[-1]:.3g}", lines, CURVE_HIGH / 2, about)


def _steps(across: Sequence[float], heights: Sequence[float]) -> str:
    moves = (f"V{y:.1f}H{x:.1f}" for x, y in zip(across[1:], heights, strict=True))
    return f"M{across[0]:.1f} {heights[0]:.1f}" + "".join(moves)
