"""Parts as a suite names them: ``name``, ``{name: value}`` or ``{name: {option: value or list}}``, axes expanded."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Mapping
from pathlib import PurePath
from types import MappingProxyType
from typing import Any, Final, get_args, get_origin

from pydantic import BaseModel, ValidationError

from harness.interfaces import Part
from harness.spec import Choice
from harness.suitefile import priors
from harness.suitefile.suggest import note, suggest
from harness.suitefile.yaml_text import Path, Reading

COMBINATIONS_AT_MOST: Final = 10_000


def expand(
    use: Any,
    parts: Mapping[str, Part],
    kind: str,
    reading: Reading,
    path: Path,
    models: Mapping[str, Part] = MappingProxyType({}),
) -> tuple[Choice, ...]:
    """Return every choice that one use of a part stands for: its axes, multiplied. Mistakes go to ``reading``.

    ``models`` are what an option may name that is a model itself.
    """
    found = _named(use, parts, kind, reading, path)
    if found is None:
        return ()
    part, written, at = found
    told: Callable[[Choice], Choice] = _as_it_is
    if kind == "models" and priors.PRIOR in written:
        written = dict(written)
        given = written.pop(priors.PRIOR)
        told = priors.reader(given, part, written.get(part.subject or ""), reading, (*at, priors.PRIOR))
    options = _with_models(part, written, models, reading, at)
    if options is None:
        return ()
    axes = {name: value for name, value in options.items() if _is_axis(part.options, name, value)}
    for name, values in axes.items():
        if not values:
            reading.mistake((*at, name), "an empty list has no value to try")
            return ()
    if (count := math.prod(len(values) for values in axes.values())) > COMBINATIONS_AT_MOST:
        reading.mistake(at, f"its lists multiply to {count:,} combinations", f"at most {COMBINATIONS_AT_MOST:,}")
        return ()
    fixed = {name: value for name, value in options.items() if name not in axes}
    combinations = itertools.product(*([(name, value) for value in values] for name, values in axes.items()))
    settled = (_settle(part, fixed | dict(point), tuple(axes), kind, reading, at) for point in combinations)
    return tuple(told(choice) for choice in settled if choice is not None)


def _as_it_is(choice: Choice) -> Choice:
    return choice


def _with_models(
    part: Part, options: dict[str, Any], models: Mapping[str, Part], reading: Reading, at: Path
) -> dict[str, Any] | None:
    """Return ``options`` with every model in them settled, an axis of them as a list; None where one is wrong."""
    settled: dict[str, Any] = {}
    for name in names_of_models(part.options) & options.keys():
        given, place = options[name], (*at, part.name if _is_short(part, at) and name == part.subject else name)
        places = [(one, (*place, i)) for i, one in enumerate(given)] if isinstance(given, list) else [(given, place)]
        found = [expand(one, models, "models", reading, where) for one, where in places]
        if not all(found):
            return None
        choices = list(itertools.chain.from_iterable(found))
        settled[name] = choices if isinstance(given, list) or len(choices) > 1 else choices[0]
    return options | settled


def names_of_models(options: type[BaseModel]) -> frozenset[str]:
    """Return the options that are a model of their own."""
    return frozenset(name for name, field in options.model_fields.items() if field.annotation is Choice)


def _is_short(part: Part, at: Path) -> bool:
    """Say whether the options stand beside the part's name, so that the name is the key of its subject."""
    return part.subject is not None and at[-1:] != (part.name,)


def _named(
    use: Any, parts: Mapping[str, Part], kind: str, reading: Reading, path: Path
) -> tuple[Part, dict[str, Any], Path] | None:
    """Return the part a use names, its raw options, and the place where the options stand."""
    one = kind.removesuffix("s") if kind != "passes" else "pass"
    if isinstance(use, str):
        if use not in parts:
            reading.mistake(path, f"unknown {one} {use!r}", suggest(use, parts))
            return None
        return parts[use], {}, path
    if not isinstance(use, dict) or not use:
        reading.mistake(path, f"expected a {one}: its name, or {{name: options}}")
        return None
    names = [key for key in use if key in parts]
    if not names:
        first = next(iter(use))
        reading.mistake((*path, first), f"unknown {one} {first!r}", suggest(first, parts))
        return None
    if len(names) > 1:
        reading.mistake(path, f"names {len(names)} {kind} at once: {', '.join(names)}", "one per item of the list")
        return None
    part, given = parts[names[0]], use[names[0]]
    beside = {key: value for key, value in use.items() if key != part.name}
    if isinstance(given, dict):
        if beside:
            extra = next(iter(beside))
            reading.mistake((*path, extra), "unknown key", f"options of {part.name} go inside its braces")
        return part, given, (*path, part.name)
    if given is None:
        return part, beside, path
    if part.subject is None:
        reading.mistake((*path, part.name), f"takes options, not a value: {given!r}", _usage(part))
        return None
    if part.subject in beside:
        reading.mistake((*path, part.subject), f"stands twice: {part.name} is the short form of it", "keep one of them")
        return None
    return part, {part.subject: given, **beside}, path


def _usage(part: Part) -> str:
    fields = list(part.options.model_fields)
    return f"write {part.name}: {{{fields[0]}: …}}" if fields else f"write just {part.name}"


def _is_axis(options: type[BaseModel], name: str, value: Any) -> bool:
    if not isinstance(value, list):
        return False
    field = options.model_fields.get(name)
    return field is None or not _holds_list(field.annotation)


def _holds_list(annotation: Any) -> bool:
    return get_origin(annotation) in (list, tuple) or any(_holds_list(inner) for inner in get_args(annotation))


def _settle(part: Part, options: dict[str, Any], axes: tuple[str, ...], kind: str, reading: Reading, at: Path) -> Choice | None:
    try:
        settled = part.options.model_validate(options)
    except ValidationError as error:
        note(reading, error, part.options, at, {part.subject: part.name} if _is_short(part, at) else {})
        return None
    chosen = settled.model_dump(mode="json", exclude_defaults=True)
    return Choice(part=part.name, label=label(part, settled, kind, axes), options=chosen)


def label(part: Part, settled: BaseModel, kind: str, axes: tuple[str, ...] = ()) -> str:
    """Return a choice's short name: the part, its subject, then the options that are axes or not the default.

    A model is called by its subject alone: ``resnet18``, not ``timm:resnet18``.
    """
    models = {name: _inside(one.label) for name, one in settled if isinstance(one, Choice)}
    values = settled.model_dump(mode="json") | models
    defaults = part.options.model_construct().model_dump(mode="json", warnings=False)
    details = [
        f"{name}={_text(value)}"
        for name, value in values.items()
        if name != part.subject and value is not None and (kind == "passes" or not isinstance(value, dict | list))
        if name in axes or value != defaults.get(name)
    ]
    head = part.name
    if part.subject and kind in ("models", "datasets"):
        head = _stem(str(values[part.subject]))
    elif part.subject:
        details.insert(0, _text(values[part.subject]))
    return head + (":" + ",".join(details) if details else "")


def _inside(label: str) -> str:
    """Return a label as it stands within another's: its options in brackets of their own."""
    name, _, options = label.partition(":")
    return f"{name}({options})" if options else name


def _stem(text: str) -> str:
    """Return the last word of a path or of ``package.module:function``."""
    word = text.rpartition(":")[2]
    return PurePath(word).stem if "/" in word or word.endswith((".onnx", ".npz")) else word


def _text(value: Any) -> str:
    if isinstance(value, dict):
        return "+".join(f"{name}={_text(inner)}" for name, inner in value.items())
    return f"{value:g}" if isinstance(value, float) else str(value)
