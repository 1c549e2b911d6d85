"""The space as conditional choices: family, model, a chain it can have with its options, a runtime that can run it, and so on.

Samplers learn from structure; a flat list of candidate names would hide it from them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol

from harness.search.structure import Step, Structure
from harness.spec import Candidate


class Trial(Protocol):
    """Something that chooses: an Optuna trial."""

    def suggest_categorical(self, name: str, choices: Sequence[str]) -> str: ...  # noqa: D102


class Node:
    """A choice to be made: what it is called, and where each value leads."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.next: dict[str, Node | Candidate] = {}


class Tree:
    """Candidates by the choices that lead to them. The same set of choices has the same parameter name everywhere."""

    def __init__(self, candidates: Sequence[Candidate]) -> None:
        self._structure = Structure(candidates)
        self._root = Node("")
        for candidate in candidates:
            node = self._root
            *path, last = self._structure.steps(candidate)
            for here, following in zip([None, *path], [*path, last], strict=True):
                node = node if here is None else _into(node, here)
                node.name = node.name or following.name
            node.next[last.value] = candidate
        self._names: dict[tuple[str, tuple[str, ...]], str] = {}
        for node in _walk(self._root):
            if len(node.next) > 1:
                self._name(node)

    def _name(self, node: Node) -> str:
        choices = tuple(node.next)
        known = self._names.get((node.name, choices))
        if known is None:
            others = sum(name == node.name for name, _ in self._names)
            known = node.name + (f"#{others + 1}" if others else "")
            self._names[node.name, choices] = known
        return known

    def suggest(self, trial: Trial) -> Candidate:
        """Return the candidate a trial chooses; what leaves one choice is not asked for."""
        node: Node | Candidate = self._root
        while isinstance(node, Node):
            choices = tuple(node.next)
            step = choices[0] if len(choices) == 1 else trial.suggest_categorical(self._name(node), choices)
            node = node.next[step]
        return node

    def parameters(self, candidate: Candidate) -> dict[str, str]:
        """Return the parameters that lead ``suggest`` to ``candidate``."""
        node: Node | Candidate = self._root
        found = {}
        for step in self._structure.steps(candidate):
            if not isinstance(node, Node):
                break
            if len(node.next) > 1:
                found[self._name(node)] = step.value
            node = node.next[step.value]
        return found


def _into(node: Node, step: Step) -> Node:
    inner = node.next.setdefault(step.value, Node(""))
    if not isinstance(inner, Node):
        raise TypeError(f"two candidates share their way to {step.value}")  # the last step is a label, and labels are unique
    return inner


def _walk(node: Node) -> Iterator[Node]:
    yield node
    for inner in node.next.values():
        if isinstance(inner, Node):
            yield from _walk(inner)
