"""What a suite can name, as plain data: parts with their options, metrics, and ready-made profiles."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from harness.errors import InputError
from harness.interfaces import Part
from harness.keys import versions
from harness.metrics import METRICS
from harness.registry import Registry
from harness.suitefile import ready_made

LISTED: Final = ("models", "passes", "runtimes", "datasets", "scenarios", "explainers", "metrics", "profiles")


def listing(registry: Registry, kind: str | None = None) -> dict[str, Any]:
    """Return the parts of one kind, or of all; raises InputError for a kind that is none."""
    if kind is not None and kind not in LISTED:
        raise InputError(f"there is no kind {kind!r}", f"one of {', '.join(LISTED)}")
    wanted = [kind] if kind else list(LISTED)
    others = {"metrics": _metrics, "profiles": _profiles}
    return {name: others[name]() if name in others else _parts(registry.of(name)) for name in wanted}


def _parts(parts: Mapping[str, Part]) -> list[dict[str, Any]]:
    return [
        {
            "name": part.name,
            "summary": part.summary,
            "installed": len(versions(part.packages)) == len(part.packages),
            "packages": list(part.packages),
            "options": _options(part),
        }
        for part in parts.values()
    ]


def _options(part: Part) -> list[dict[str, Any]]:
    properties = part.options.model_json_schema()["properties"] if part.options.model_fields else {}
    return [
        {
            "name": name,
            "required": field.is_required(),
            "default": None if field.is_required() else properties[name].get("default"),
            "values": _values(properties[name]),
            "summary": field.description or "",
            "short_form": name == part.subject,
        }
        for name, field in part.options.model_fields.items()
    ]


def _values(about: Mapping[str, Any]) -> list[Any] | None:
    if "const" in about:
        return [about["const"]]
    if "enum" in about:
        return list(about["enum"])
    return next((found for inner in about.get("anyOf", ()) if (found := _values(inner))), None)


def _metrics() -> list[dict[str, Any]]:
    return [
        {
            "name": m.name,
            "unit": m.unit,
            "better": "higher" if m.higher else "lower",
            "scenario": m.scenario,
            "summary": m.summary,
        }
        for m in METRICS.values()
    ]


def _profiles() -> list[dict[str, Any]]:
    return [
        {"name": name, "summary": kind.summary, "why": kind.why, **ready_made.written(name, "accuracy")}
        for name, kind in ready_made.READY_MADE.items()
    ]
