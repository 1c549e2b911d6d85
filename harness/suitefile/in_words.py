"""What a JSON schema says of a value, in words: what may be written, and what holds when nothing is."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from harness import units

Schema = Mapping[str, Any]

QUANTITIES: Final = MappingProxyType(
    {
        units.SECOND: "seconds",
        units.MINUTE: "minutes",
        units.BYTE: "bytes",
        units.WATT: "watts",
        units.SHARE: "share of one",
    }
)
PLAIN: Final = MappingProxyType({"integer": "whole number", "number": "number", "string": "text", "object": "mapping"})
BOUNDS: Final = MappingProxyType({"minimum": "≥", "exclusiveMinimum": ">", "maximum": "≤", "exclusiveMaximum": "<"})


def value(about: Schema, headings: Schema) -> str:
    """Return what a value may be, as Markdown. ``headings``: of definitions, by name; others hold anything."""
    if "unit" in about:
        return f"{QUANTITIES[about['unit']]}, like `{about['examples'][0]}`"
    if "$ref" in about:
        heading = headings.get(about["$ref"].rpartition("/")[2])
        return link(heading) if heading else "anything"
    if "enum" in about or "const" in about:
        return ", ".join(f"`{one}`" for one in about.get("enum", [about.get("const")]))
    if "anyOf" in about:
        return ", or ".join(dict.fromkeys(value(one, headings) for one in about["anyOf"] if one.get("type") != "null"))
    inner = about.get("items", about.get("additionalProperties"))
    if about.get("type") == "array":
        count = about.get("maxItems") if about.get("maxItems") == about.get("minItems") else None
        return f"list of {count}" if count else f"list of {value(inner or {}, headings)}"
    if about.get("type") == "object" and isinstance(inner, Mapping):
        return f"by {'metric' if 'propertyNames' in about else 'name'}: {value(inner, headings)}"
    return _plain(about)


def link(heading: str) -> str:
    """Return a link to a heading of the same page."""
    return f"[{heading}](#{heading.lower().replace('.', '')})"


def _plain(about: Schema) -> str:
    if about.get("type") == "boolean":
        return "`true`, `false`"
    bounds = [f"{sign} {about[bound]:,}" for bound, sign in BOUNDS.items() if bound in about]
    return f"{PLAIN.get(about.get('type', ''), 'anything')} {', '.join(bounds)}".rstrip()


def default(about: Schema) -> str:
    """Return the default of a key as it would be written; nothing where it is a mapping of its own, or there is none."""
    given = about.get("default")
    if given is None or given == "" or isinstance(given, Mapping):
        return ""
    found = (about.get("unit"), *(one.get("unit") for one in about.get("anyOf", ())))
    return f"`{_written(given, next((unit for unit in found if unit), ''))}`"


def _written(given: Any, unit: str) -> str:
    if isinstance(given, list):
        return f"[{', '.join(_written(one, unit) for one in given)}]"
    if isinstance(given, str):
        return given
    if isinstance(given, bool):
        return str(given).lower()
    return f"{given * 100:g} %" if unit == units.SHARE else f"{given:.6g} {unit}".rstrip()
