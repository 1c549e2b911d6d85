"""Every key that a suite may hold, as Markdown: from its schema, the declared parts and the metrics, and from nothing else."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from harness.interfaces import Part
from harness.metrics import METRICS
from harness.registry import KINDS, Registry
from harness.suitefile import in_words, priors
from harness.suitefile.parts import names_of_models
from harness.suitefile.schema import schema

Schema = Mapping[str, Any]

PIPE: Final = r"\|"
"""As a cell of a table holds it."""

HEADING: Final = """\
# Every key of a suite

[Writing a suite](suites.md) explains, this page lists. `harness schema --markdown FILE` writes it from the types that read a
suite, with the parts of other packages that are installed.

Seconds, bytes, watts and shares are plain numbers, or a text with another unit, like the example. Where an option of a model, a
pass or a runtime has one value here, a list of values is an axis.
"""


def reference(registry: Registry) -> str:
    """Return the page: the keys of the file, the options of every part, and the metrics."""
    whole = schema(registry)
    sections = dict(_mappings(whole, whole["$defs"], ""))
    titles = {kind: kind.capitalize() for kind in KINDS} | {one["title"]: path for path, one in sections.items()}
    lines = [HEADING, "## The file", "", *_table(whole, titles)]
    for path, about in sections.items():
        lines += _section(f"## {path}", about, titles)
    shared: dict[str, Schema] = {}
    for kind in KINDS:
        lines += [f"## {titles[kind]}", ""]
        for part in registry.of(kind).values():
            lines += _part(part, kind, titles, shared)
    lines += ["## Settings of parts", ""]
    for name, about in sorted(shared.items()):
        lines += _section(f"### {name}", about, titles)
    return "\n".join([*lines, *_metrics()])


def _mappings(about: Schema, definitions: Schema, above: str) -> Iterator[tuple[str, Schema]]:
    """Give every mapping below a schema with the path of keys that leads to it."""
    for key, one in about["properties"].items():
        for name, chosen in _referred(one):
            inner = definitions[name]
            if "properties" in inner:
                yield f"{above}{key}{chosen}", inner
                yield from _mappings(inner, definitions, f"{above}{key}{chosen}.")


def _referred(about: Schema) -> Iterator[tuple[str, str]]:
    """Give the definitions that a key's value may be, and what stands for a key that the user chooses."""
    if "$ref" in about:
        yield about["$ref"].rpartition("/")[2], ""
    for one in about.get("anyOf", ()):
        yield from _referred(one)
    if isinstance(about.get("additionalProperties"), Mapping):
        chosen = ".METRIC" if "propertyNames" in about else ".NAME"
        yield from ((name, chosen) for name, _ in _referred(about["additionalProperties"]))


def _part(part: Part, kind: str, titles: dict[str, str], shared: dict[str, Schema]) -> Iterator[str]:
    """Give the section of a part; the mappings among its options go to ``shared``."""
    about = part.options.model_json_schema(ref_template="#/$defs/{model}")
    mappings = {name: one for name, one in about.get("$defs", {}).items() if "properties" in one}
    shared.update(mappings)
    properties = dict(about.get("properties", {}))
    for name in names_of_models(part.options):
        properties[name] = {**properties[name], "$ref": "#/$defs/models"}
    if kind == "models":
        properties[priors.PRIOR] = priors.SCHEMA
    short = f" Short: `{{{part.name}: {part.subject.upper()}}}`." if part.subject else ""
    yield from (f"### {part.name}", "", f"{part.summary[0].upper()}{part.summary[1:]}.{short}", "")
    yield from _table({**about, "properties": properties}, titles | {name: name for name in mappings})


def _section(heading: str, about: Schema, titles: Mapping[str, str]) -> list[str]:
    described = " ".join(about.get("description", "").split()).replace("``", "`")
    return [heading, "", *([described, ""] if described else []), *_table(about, titles)]


def _table(about: Schema, titles: Mapping[str, str]) -> list[str]:
    required = about.get("required", ())
    rows = [_row(key, one, key in required, titles) for key, one in about["properties"].items()]
    return ["| key | value | default | meaning |", "|---|---|---|---|", *rows, ""] if rows else []


def _row(key: str, one: Schema, required: bool, titles: Mapping[str, str]) -> str:
    default = "*required*" if required else in_words.default(one)
    cells = (f"`{key}`", in_words.value(one, titles), default, one.get("description", ""))
    return f"| {' | '.join(cell.replace('|', PIPE) for cell in cells)} |"


def _metrics() -> Iterator[str]:
    yield from ("## Metrics", "", "What profiles may weigh and limit.", "")
    yield from ("| metric | unit | better | scenario | meaning |", "|---|---|---|---|---|")
    for metric in METRICS.values():
        better = "higher" if metric.higher else "lower"
        scenario = f"`{metric.scenario}`" if metric.scenario else ""
        yield f"| `{metric.name}` | {metric.unit} | {better} | {scenario} | {metric.summary} |"
    yield ""
