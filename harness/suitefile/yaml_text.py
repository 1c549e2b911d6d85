"""YAML text to plain values that know their lines. Data only: no tags, no templates, no duplicate keys."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

import yaml

from harness.errors import Mistake

Path = tuple[str | int, ...]

NODES_AT_MOST: Final = 50_000
"""Aliases may repeat a part of the file; a file that grows beyond this by doing so is refused."""


@dataclass
class Reading:
    """What a text held: the value, the line of every place, and what was wrong on the way."""

    value: Any = None
    lines: dict[Path, int] = field(default_factory=dict)
    mistakes: list[Mistake] = field(default_factory=list)

    def mistake(self, path: Path, message: str, hint: str | None = None) -> None:
        """Note a mistake at ``path``; the line is that of the nearest place that has one."""
        at = next((path[:n] for n in range(len(path), -1, -1) if path[:n] in self.lines), None)
        found = Mistake(place(path), message, hint, self.lines[at] if at is not None else None)
        if found not in self.mistakes:
            self.mistakes.append(found)


def place(path: Path) -> str:
    """Return a path as people write it: ``passes[2][0].prune.ratio``."""
    text = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)
    return text.removeprefix(".") or "suite"


def read(text: str) -> Reading:
    """Return the value of a YAML text; what cannot be read is among the mistakes."""
    reading = Reading()
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        problem = getattr(error, "problem", None) or str(error).splitlines()[0]
        reading.lines[()] = mark.line + 1 if mark else 1
        reading.mistake((), f"not readable as YAML: {problem}")
        return reading
    except RecursionError:
        reading.mistake((), "nested too deeply")
        return reading
    if root is None:
        reading.mistake((), "the file is empty")
        return reading
    try:
        reading.value = _Reader(reading).value(root, ())
    except RecursionError:
        reading.mistake((), "nested too deeply, or refers to itself")
    return reading


class _Reader:
    def __init__(self, reading: Reading) -> None:
        self.reading = reading
        self.scalars = yaml.constructor.SafeConstructor()
        self.seen = 0

    def value(self, node: yaml.Node, path: Path) -> Any:
        self.seen += 1
        if self.seen > NODES_AT_MOST:
            if self.seen == NODES_AT_MOST + 1:
                self.reading.mistake((), f"more than {NODES_AT_MOST:,} values")
            return None
        self.reading.lines[path] = node.start_mark.line + 1
        if isinstance(node, yaml.MappingNode):
            return self.mapping(node, path)
        if isinstance(node, yaml.SequenceNode):
            return [self.value(item, (*path, i)) for i, item in enumerate(node.value)]
        return self.scalar(node, path)

    def mapping(self, node: yaml.MappingNode, path: Path) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key_node, value_node in node.value:
            if not isinstance(key_node, yaml.ScalarNode):
                self.reading.mistake(path, "a key must be a plain word")
                continue
            key = str(key_node.value)
            if key in found:
                line = key_node.start_mark.line + 1
                self.reading.mistake((*path, key), f"the key stands twice (again in line {line})", "keep one of them")
                continue
            found[key] = self.value(value_node, (*path, key))
            self.reading.lines[*path, key] = key_node.start_mark.line + 1
        return found

    def scalar(self, node: yaml.Node, path: Path) -> Any:
        if node.tag in ("tag:yaml.org,2002:timestamp", "tag:yaml.org,2002:binary"):
            return str(node.value)
        if not node.tag.startswith("tag:yaml.org,2002:"):
            self.reading.mistake(path, f"the tag {node.tag!r} is not allowed", "a suite is data: write the value")
            return None
        try:
            return self.scalars.construct_object(node)
        except (yaml.YAMLError, ValueError, OverflowError, KeyError) as error:
            self.reading.mistake(path, f"not readable as a value: {error}".splitlines()[0])
            return None
