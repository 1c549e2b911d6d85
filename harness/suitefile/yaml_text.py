"""YAML text to plain values that know their lines. Data only: no tags, no templates, no duplicate keys."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any, Final

import yaml

from harness.errors import Mistake

Path = tuple[str | int, ...]

NODES_AT_MOST: Final = 50_000
"""Aliases may repeat a part of the file; a file that grows beyond this by doing so is refused."""
INTEGER_AT_MOST: Final = 2**63
STANDARD: Final = "tag:yaml.org,2002:"
SCALARS: Final = frozenset({STANDARD + name for name in ("null", "bool", "int", "float", "str", "timestamp", "binary")})
COLLECTIONS: Final = frozenset({STANDARD + "map", STANDARD + "seq"})


@dataclass
class Reading:
    """What a text held: the value, the line of every place, and what was wrong on the way."""

    value: Any = None
    lines: dict[Path, int] = field(default_factory=dict)
    _told: dict[Mistake, None] = field(default_factory=dict)

    @property
    def mistakes(self) -> tuple[Mistake, ...]:
        """What was wrong, each once, in the order it was found."""
        return tuple(self._told)

    def mistake(self, path: Path, message: str, hint: str | None = None) -> None:
        """Note a mistake at ``path``; the line is that of the nearest place that has one."""
        at = next((path[:n] for n in range(len(path), -1, -1) if path[:n] in self.lines), None)
        self._told[Mistake(place(path), message, hint, self.lines[at] if at is not None else None)] = None


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
        if node.tag not in (SCALARS if isinstance(node, yaml.ScalarNode) else COLLECTIONS):
            tag = node.tag.removeprefix(STANDARD)
            self.reading.mistake(path, f"the tag {tag!r} is not allowed", "a suite is data: write the value")
            return None
        if isinstance(node, yaml.MappingNode):
            return self.mapping(node, path)
        if isinstance(node, yaml.SequenceNode):
            return [self.value(item, (*path, i)) for i, item in enumerate(node.value)]
        return self.scalar(node, path)

    def mapping(self, node: yaml.MappingNode, path: Path) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key_node, value_node in node.value:
            if not isinstance(key_node, yaml.ScalarNode) or _is_half(str(key_node.value)):
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
        if node.tag in (STANDARD + "timestamp", STANDARD + "binary"):
            return str(node.value)
        try:
            value = self.scalars.construct_object(node)
        except (yaml.YAMLError, ValueError, OverflowError, LookupError):
            kind = node.tag.removeprefix(STANDARD)
            self.reading.mistake(path, f"not readable as a value of the kind {kind!r}")
            return None
        if (isinstance(value, float) and not math.isfinite(value)) or (isinstance(value, int) and abs(value) > INTEGER_AT_MOST):
            self.reading.mistake(path, "expected a finite number of reasonable size")
            return None
        if isinstance(value, str) and _is_half(value):
            self.reading.mistake(path, "holds half a character (a lone surrogate)")
            return None
        return value


def _is_half(text: str) -> bool:
    """Whether a text cannot be written to a file: an escape may have made half a character (a lone surrogate)."""
    return any("\ud800" <= character <= "\udfff" for character in text)
