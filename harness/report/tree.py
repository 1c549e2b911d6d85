"""A decision tree, laid out to be drawn from left to right. Places are pixels of a drawing of a given size."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from harness.report.explained import class_name, column_name

DEEPEST: Final = 4
"""Questions of a tree that are drawn on the way to a leaf."""
WIDE, HIGH, MARGIN = 225, 34, 12
"""A question's column of a drawing, a leaf's line, what is left free."""
LETTERS: Final = 31
"""Of a question or a leaf, as many as its column has room for."""
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


def drawn(nodes: Sequence[Mapping[str, Any]], columns: Sequence[str], classes: Sequence[str]) -> Tree:
    """Return a tree laid out, from its nodes as a candidate's graph tells them."""
    below = {node[way] for node in nodes if "scores" not in node for way in ("yes", "no")}
    drawing = _Drawing({node["id"]: node for node in nodes}, columns, classes)
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
