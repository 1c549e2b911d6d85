"""What the user may have meant, and pydantic's findings in the words of a suite file."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from types import MappingProxyType
from typing import Any

from pydantic import BaseModel, ValidationError

from harness.suitefile.yaml_text import Path, Reading


def suggest(word: str, known: Iterable[str]) -> str:
    """Return a hint that names the nearest of the ``known`` words, or all of them when they are few."""
    names = sorted(known)
    near = get_close_matches(word, names, n=1, cutoff=0.6)
    if near:
        return f"did you mean {near[0]!r}?"
    return f"known are {', '.join(names)}" if 0 < len(names) <= 16 else "see `harness list`"


def note(
    reading: Reading,
    error: ValidationError,
    model: type[BaseModel],
    path: Path = (),
    written: Mapping[str | None, str] = MappingProxyType({}),
) -> None:
    """Add pydantic's findings about the value at ``path`` to the mistakes.

    ``written`` are fields that stand in the file under another key.
    """
    for finding in error.errors(include_url=False):
        where = tuple(written.get(step, step) if isinstance(step, str) else step for step in finding["loc"])
        kind = finding["type"]
        if kind == "extra_forbidden":
            known = _fields_at(model, where[:-1])
            reading.mistake(path + where, "unknown key", suggest(str(where[-1]), known))
        elif kind == "missing":
            reading.mistake(path + where, "is missing")
        elif kind == "literal_error":
            words = re.findall(r"'([^']*)'", finding["ctx"]["expected"])
            near = get_close_matches(str(finding["input"]), words, n=1)
            reading.mistake(path + where, _message(finding), f"did you mean {near[0]!r}?" if near else None)
        else:
            reading.mistake(path + where, _message(finding))


def _message(finding: Any) -> str:
    message = str(finding["msg"]).removeprefix("Value error, ").removeprefix("Input ")
    given = finding.get("input")
    shown = "" if finding["type"] == "value_error" or isinstance(given, dict | list) else f", got {given!r}"
    return message[:1].lower() + message[1:] + shown


def _fields_at(model: type[BaseModel], where: Path) -> tuple[str, ...]:
    """Return the keys a model knows at a place inside it."""
    here: Any = model
    for step in where:
        if isinstance(here, type) and issubclass(here, BaseModel) and step in here.model_fields:
            here = _model_in(here.model_fields[str(step)].annotation)
    return tuple(here.model_fields) if isinstance(here, type) and issubclass(here, BaseModel) else ()


def _model_in(annotation: Any) -> Any:
    """Return the model inside ``X | None``, ``dict[str, X]`` or ``list[X]``."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    for inner in getattr(annotation, "__args__", ()):
        found = _model_in(inner)
        if found is not None:
            return found
    return None
