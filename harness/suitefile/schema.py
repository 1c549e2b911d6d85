"""The JSON schema of a suite file, with every declared part and its options, for editors to complete and check."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from harness.interfaces import Part
from harness.registry import KINDS, Registry
from harness.suitefile import priors
from harness.suitefile.document import Document
from harness.suitefile.parts import names_of_models
from harness.suitefile.ready_made import READY_MADE


def schema(registry: Registry) -> dict[str, Any]:
    """Return the schema of ``spec.Document`` with the parts of ``registry`` written out."""
    whole = Document.model_json_schema()
    definitions = whole.setdefault("$defs", {})
    for kind in KINDS:
        most = 1 if kind in ("datasets", "scenarios", "explainers") else None
        parts = registry.of(kind).values()
        beside = {priors.PRIOR: dict(priors.SCHEMA)} if kind == "models" else {}
        definitions[kind] = {"anyOf": [form for part in parts for form in _forms(part, definitions, most, beside)]}
    use = whole["properties"]
    use["models"]["items"] = {"$ref": "#/$defs/models"}
    use["runtimes"]["items"] = {"$ref": "#/$defs/runtimes"}
    use["passes"]["items"]["items"] = {"$ref": "#/$defs/passes"}
    use["scenarios"]["items"] = {"$ref": "#/$defs/scenarios"}
    named = {"type": "array", "items": {"enum": list(READY_MADE)}, "minItems": 1}
    use["profiles"] = {"description": use["profiles"].pop("description"), "anyOf": [use["profiles"], named]}
    device = definitions["Target"]["properties"]["device"]
    use["target"] = {
        "description": use["target"]["description"],
        "anyOf": [device, {"$ref": "#/$defs/Target"}],
        "default": device["default"],
    }
    method = definitions["ExplainDocument"]["properties"]
    method["method"] = _one_of("explainers", method["method"]) | {"default": "shap"}
    use["explain"] = {
        "description": use["explain"]["description"],
        "anyOf": [{"enum": [*registry.explainers]}, {"$ref": "#/$defs/ExplainDocument"}],
    }
    workload, baseline = (definitions[name]["properties"] for name in ("WorkloadDocument", "BaselineDocument"))
    workload["dataset"] = _one_of("datasets", workload["dataset"])
    baseline["model"] = _one_of("models", baseline["model"])
    baseline["runtime"] = _one_of("runtimes", baseline["runtime"])
    baseline["passes"]["items"] = {"$ref": "#/$defs/passes"}
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": "harness-suite-1", **whole}


def _forms(part: Part, definitions: dict[str, Any], most: int | None, others: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the ways to write a part: its name, the short form, the form with braces.

    ``most``: values that an option may have at once; None for any number. ``others`` are keys that are no options.
    """
    own = part.options.model_json_schema(ref_template="#/$defs/{model}")
    definitions.update(own.pop("$defs", {}))
    models = names_of_models(part.options)
    written = {name: _one_of("models", about) if name in models else about for name, about in own.get("properties", {}).items()}
    properties = {name: _or_axis(about, most) for name, about in written.items()} | dict(others)
    required = own.get("required", [])
    forms: list[dict[str, Any]] = [_braces(part, properties, required)]
    if not required:
        forms.append({"const": part.name, "description": part.summary})
    if part.subject and part.subject not in models:  # braces behind the name hold options, so no model goes there
        beside = {name: about for name, about in properties.items() if name != part.subject}
        forms.append(
            {
                "type": "object",
                "description": part.summary,
                "properties": {part.name: properties[part.subject], **beside},
                "required": [part.name, *(name for name in required if name != part.subject)],
                "additionalProperties": False,
            }
        )
    return forms


def _braces(part: Part, properties: Mapping[str, Any], required: list[str]) -> dict[str, Any]:
    inside = {"type": "object", "properties": dict(properties), "required": required, "additionalProperties": False}
    return {
        "type": "object",
        "description": part.summary,
        "properties": {part.name: inside},
        "required": [part.name],
        "additionalProperties": False,
    }


def _one_of(kind: str, about: Mapping[str, Any]) -> dict[str, Any]:
    """Return the schema of a key whose value is a part of a kind."""
    return {"description": about["description"], "$ref": f"#/$defs/{kind}"}


def _or_axis(about: dict[str, Any], most: int | None) -> dict[str, Any]:
    """Return an option's schema that also admits a list of its values."""
    kept: dict[str, Any] = {key: about[key] for key in ("description", "default", "title") if key in about}
    value = {key: about[key] for key in about if key not in kept}
    limits = {"minItems": 1} | ({"maxItems": most} if most else {})
    return {**kept, "anyOf": [value, {"type": "array", "items": value, **limits}]}
