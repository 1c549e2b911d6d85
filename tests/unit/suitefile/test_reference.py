"""The page of every key: what the types say, all of it, and up to date."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from pydantic import BaseModel, Field
from typer.testing import CliRunner

from harness.cli.app import app
from harness.metrics import METRICS
from harness.registry import KINDS, Registry
from harness.spec import Bytes, Minutes, Seconds, Share, Value
from harness.suitefile import in_words, reference

REGISTRY = Registry.load()
PAGE = reference(REGISTRY)
ROWS = re.findall(r"^\| (`\w+`) \| (.*) \| (.*) \| (.*) \|$", PAGE, re.MULTILINE)


def test_the_page_in_the_docs_is_up_to_date() -> None:
    written = (Path(__file__).parents[3] / "docs" / "reference.md").read_text(encoding="utf-8")
    assert written == PAGE, "run: harness schema --markdown docs/reference.md"


def test_the_command_writes_the_page(tmp_path: Path) -> None:
    told = CliRunner().invoke(app, ["schema", "--markdown", str(tmp_path / "keys.md")])
    assert (told.exit_code, told.output) == (0, "")
    assert (tmp_path / "keys.md").read_text(encoding="utf-8") == PAGE


def _section(heading: str) -> str:
    found = re.search(rf"^##+ {heading}\n(.*?)(?=^##|\Z)", PAGE, re.MULTILINE | re.DOTALL)
    assert found, heading
    return found.group(1)


def test_every_key_says_what_it_means_and_what_may_be_written() -> None:
    assert len(ROWS) > 100
    assert [row for row in ROWS if not (row[1].strip() and row[3].strip())] == []


@pytest.mark.parametrize("kind", KINDS)
def test_every_option_of_every_part_is_there(kind: str) -> None:
    for part in REGISTRY.of(kind).values():
        told = _section(part.name)
        assert all(f"| `{name}` |" in told for name in part.options.model_fields), part.name


def test_every_metric_is_there() -> None:
    told = _section("Metrics")
    assert all(f"| `{name}` |" in told for name in METRICS)


def test_links_lead_to_headings_of_the_page() -> None:
    slugs = {heading.lower().replace(".", "") for heading in re.findall(r"^##+ (.*)$", PAGE, re.MULTILINE)}
    assert set(re.findall(r"\(#([\w-]+)\)", PAGE)) <= slugs


class Everything(Value):
    """An option of each kind."""

    needed: int = Field(ge=1, le=9, description="d")
    wait: Seconds = Field(0.02, description="d")
    budget: Minutes | None = Field(None, description="d")
    most: Bytes = Field(1e9, description="d")
    part: Share = Field(0.05, description="d")
    sure: bool = Field(True, description="d")
    names: list[str] = Field(["a", "b"], description="d")
    two: tuple[int, int] | None = Field(None, description="d")
    each: dict[str, float] = Field({}, description="d")


class Plain(BaseModel):
    unsaid: int = 1


class Undescribed(BaseModel):
    """What another package may declare."""

    inner: Plain = Plain()
    some: list = []  # type: ignore[type-arg]
    any_at_all: Any = None
    either: int = Field(1, description="one | other")


def test_a_part_of_another_package_that_says_little_is_told_as_far_as_it_goes() -> None:
    part: Any = SimpleNamespace(name="terse", summary="says little", subject=None, options=Undescribed)
    page = reference(replace(REGISTRY, passes={**REGISTRY.passes, "terse": part}))
    told = page.partition("### terse\n")[2].partition("##")[0]
    assert "| `inner` | [Plain](#plain) |  |  |" in told
    assert "| `some` | list of anything | `[]` |  |" in told
    assert "| `any_at_all` | anything |  |  |" in told
    assert r"| `either` | whole number | `1` | one \| other |" in told
    assert "### Plain\n\n| key |" in page
    assert "| `unsaid` | whole number | `1` |  |" in page


def _told(options: type[BaseModel]) -> dict[str, tuple[str, str]]:
    properties = options.model_json_schema()["properties"]
    return {name: (in_words.value(one, {}), in_words.default(one)) for name, one in properties.items()}


def test_values_and_defaults_are_told_in_words_and_with_their_unit() -> None:
    assert _told(Everything) == {
        "needed": ("whole number ≥ 1, ≤ 9", ""),
        "wait": ("seconds, like `20 ms`", "`0.02 s`"),
        "budget": ("minutes, like `90 s`", ""),
        "most": ("bytes, like `300 MB`", "`1e+09 B`"),
        "part": ("share of one, like `2 %`", "`5 %`"),
        "sure": ("`true`, `false`", "`true`"),
        "names": ("list of text", "`[a, b]`"),
        "two": ("list of 2", ""),
        "each": ("by name: number", ""),
    }


def test_a_mapping_that_is_defined_elsewhere_is_linked_and_any_other_value_is_anything() -> None:
    about = {"anyOf": [{"$ref": "#/$defs/Inner"}, {"type": "null"}]}
    assert in_words.value(about, {"Inner": "a.B"}) == "[a.B](#ab)"
    assert in_words.value(about, {}) == "anything"
