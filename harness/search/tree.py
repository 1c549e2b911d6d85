"""The space as conditional choices: model, then a chain it can have, then a runtime that can run it, then its options.

Samplers learn from structure; a flat list of candidate names would hide it from them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol

from harness.spec import Candidate

LEVELS = ("model", "passes", "runtime", "options", "batch_size")


class Trial(Protocol):
    """Something that chooses: an Optuna trial."""

    def suggest_categorical(self, name: str, choices: Sequence[str]) -> str: ...  # noqa: D102


Node = dict[str, "Node"]


class Tree:
    """Candidates by the choices that lead to them. The same set of choices has the same parameter name everywhere."""

    def __init__(self, candidates: Sequence[Candidate]) -> None:
        self._by_path: dict[tuple[str, ...], Candidate] = {}
        self._root: Node = {}
        for candidate in candidates:
            path = _path(candidate)
            self._by_path[path] = candidate
            node = self._root
            for step in path:
                node = node.setdefault(step, {})
        self._names: dict[tuple[int, tuple[str, ...]], str] = {}
        for level, node in _walk(self._root, 0):
            self._name(level, tuple(node))

    def _name(self, level: int, choices: tuple[str, ...]) -> str:
        known = self._names.get((level, choices))
        if known is None:
            others = sum(at == level for at, _ in self._names)
            known = LEVELS[level] + (f"#{others + 1}" if others else "")
            self._names[level, choices] = known
        return known

    def suggest(self, trial: Trial) -> Candidate:
        """Return the candidate a trial chooses; a level with one choice is not asked for."""
        node, path = self._root, []
        for level in range(len(LEVELS)):
            choices = tuple(node)
            step = choices[0] if len(choices) == 1 else trial.suggest_categorical(self._name(level, choices), choices)
            path.append(step)
            node = node[step]
        return self._by_path[tuple(path)]

    def parameters(self, candidate: Candidate) -> dict[str, str]:
        """Return the parameters that lead ``suggest`` to ``candidate``."""
        node, found = self._root, {}
        for level, step in enumerate(_path(candidate)):
            if len(node) > 1:
                found[self._name(level, tuple(node))] = step
            node = node[step]
        return found


def _path(candidate: Candidate) -> tuple[str, ...]:
    chain = "+".join(choice.label for choice in candidate.passes) or "none"
    runtime = candidate.runtime
    return (candidate.model.label, chain, runtime.part, runtime.label, str(candidate.batch_size))


def _walk(node: Node, level: int) -> Iterator[tuple[int, Node]]:
    if node:
        yield level, node
        for inner in node.values():
            yield from _walk(inner, level + 1)
