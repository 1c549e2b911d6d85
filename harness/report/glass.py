"""Models that can be read, drawn as what they are: a tree, weights, curves. Places are pixels of a drawing of a given size."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from harness.report import heat, table
from harness.report.explained import Bar, bar, class_name, column_name

DEEPEST: Final = 4
"""Questions of a tree that are drawn on the way to a leaf."""
WIDE, HIGH, MARGIN = 225, 34, 12
"""A question's column of a drawing, a leaf's line, what is left free."""
LETTERS: Final = 31
"""Of a question or a leaf, as many as its column has room for."""
TERMS: Final = 12
CURVES: Final = 6
CURVE_WIDE, CURVE_HIGH = 200, 80
CLASSES: Final = 10
"""Of whose weights are told, at most."""
SAID: Final = {"LEQ": "≤", "LT": "<", "GTE": "≥", "GT": ">", "EQ": "=", "NEQ": "≠"}


@dataclass(frozen=True, slots=True)
class Knot:
    """A question or a leaf of a tree that is drawn."""

    x: float
    y: float
    text: str
    whole: str
    """Its text, not shortened."""
    kind: str
    """``question``, ``leaf``, or ``more`` for leaves that are not drawn."""


@dataclass(frozen=True, slots=True)
class Branch:
    """The way from a question to what follows; ``yes``: where it is answered so."""

    path: str
    yes: bool


@dataclass(frozen=True, slots=True)
class Tree:
    """A tree, from left to right."""

    width: float
    height: float
    knots: tuple[Knot, ...]
    branches: tuple[Branch, ...]


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
        return Model(name, served, _tree_words(one), tree=_tree(one["nodes"], told))
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


@dataclass(slots=True)
class _Drawing:
    """A tree while it is laid out: leaves have a line each, a question stands between what follows it."""

    nodes: Mapping[int, Mapping[str, Any]]
    columns: Sequence[str]
    classes: Sequence[str]
    knots: list[Knot] = field(default_factory=list)
    branches: list[Branch] = field(default_factory=list)
    lines: int = 0

    def place(self, number: int, depth: int) -> float:
        """Lay out a node and all below it; return its height in the drawing."""
        node = self.nodes[number]
        if "scores" in node:
            return self._end(depth, _leaf(node["scores"], self.classes), "leaf")
        if depth == DEEPEST:
            more = f"… {self._leaves(number)} more leaves"
            return self._end(depth, (more, more), "more")
        ends = [self.place(node[way], depth + 1) for way in ("yes", "no")]
        y = sum(ends) / 2
        self._knot(depth, y, _question(node, self.columns), "question")
        self.branches += [Branch(_way(depth, y, end), yes) for end, yes in zip(ends, (True, False), strict=True)]
        return y

    def _end(self, depth: int, texts: tuple[str, str], kind: str) -> float:
        y = MARGIN + HIGH * (self.lines + 0.5)
        self.lines += 1
        self._knot(depth, y, texts, kind)
        return y

    def _knot(self, depth: int, y: float, texts: tuple[str, str], kind: str) -> None:
        self.knots.append(Knot(MARGIN + WIDE * depth, y, *texts, kind))

    def _leaves(self, number: int) -> int:
        node = self.nodes[number]
        return 1 if "scores" in node else self._leaves(node["yes"]) + self._leaves(node["no"])


def _tree(nodes: Sequence[Mapping[str, Any]], told: Mapping[str, Any]) -> Tree:
    below = {node[way] for node in nodes if "scores" not in node for way in ("yes", "no")}
    drawing = _Drawing({node["id"]: node for node in nodes}, told["columns"], told["classes"])
    drawing.place(next(node["id"] for node in nodes if node["id"] not in below), 0)
    width = max(knot.x for knot in drawing.knots) + WIDE
    return Tree(width, 2 * MARGIN + HIGH * drawing.lines, tuple(drawing.knots), tuple(drawing.branches))


def _question(node: Mapping[str, Any], columns: Sequence[str]) -> tuple[str, str]:
    """Return a question, its column's name shortened where there is no room, and at its whole length."""
    name = column_name(node["column"], columns)
    asked = f" {SAID.get(node['comparison'], node['comparison'])} {node['threshold']:.4g}?"
    return f"{_clipped(name, LETTERS - len(asked))}{asked}", f"{name}{asked}"


def _leaf(scores: Mapping[str, float], classes: Sequence[str]) -> tuple[str, str]:
    """Return what a leaf says, the class's name shortened where there is no room, and at its whole length.

    Of two classes a single score is the probability of the second, as ONNX has it; without classes it is the value.
    """
    if not classes:
        text = ", ".join(f"{value:.4g}" for value in scores.values())
        return text, text
    if len(scores) == 1 and len(classes) == 2:
        (second,) = scores.values()
        scores = {"0": 1 - second, "1": second}
    best = max(scores, key=lambda key: scores[key])
    name, share = class_name(int(best), classes), f" {100 * scores[best] / (sum(scores.values()) or 1.0):.3g} %"
    return f"{_clipped(name, LETTERS - len(share))}{share}", f"{name}{share}"


def _clipped(name: str, letters: int) -> str:
    return name if len(name) <= letters else f"{name[: max(1, letters - 1)]}…"


def _way(depth: int, begin: float, end: float) -> str:
    """Return the path from below a question's text to the beginning of what follows."""
    x, to = MARGIN + WIDE * depth + WIDE - 28, MARGIN + WIDE * (depth + 1) - 5
    return f"M{x} {begin:g}C{(x + to) / 2:g} {begin:g} {(x + to) / 2:g} {end:g} {to} {end:g}"


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
