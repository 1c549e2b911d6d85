"""The schema of facts is what the documentation says, and is open to what a later version adds."""

import re
from pathlib import Path

import jsonschema
import pytest

from harness.answer import building
from harness.facts import Facts, schema
from harness.report.rows import COLUMNS

PAGE = (Path(__file__).parents[2] / "docs" / "facts.md").read_text("utf-8")


def first_cells(table):
    rows = re.findall(r"^\| (`[^|]*) \|", table, re.MULTILINE)
    return [name for row in rows for name in re.findall("`([a-z_]+)`", row)]


def test_the_page_tells_every_key_once_and_no_other():
    keys, columns = PAGE.split("## Tables")
    assert sorted(first_cells(keys)) == sorted(Facts.model_fields)
    assert first_cells(columns) == list(COLUMNS)


def test_the_schema_is_one_and_of_this_version():
    jsonschema.Draft202012Validator.check_schema(schema())
    assert schema()["properties"]["schema_version"]["const"] == building.SCHEMA_VERSION
    assert set(schema()["required"]) == set(Facts.model_fields) - {"suite_text"}


def test_a_later_version_may_have_more_keys_and_no_key_of_this_one_may_be_gone():
    told = schema()["$defs"]["Figure"]
    jsonschema.validate({"value": 1.0, "low": 0.5, "high": 2.0, "median": 1.0}, told)
    with pytest.raises(jsonschema.ValidationError, match="'high' is a required property"):
        jsonschema.validate({"value": 1.0, "low": 0.5}, told)


def test_what_a_field_means_is_in_the_schema():
    assert schema()["properties"]["near_front"]["description"].startswith("Candidates that are not on the front")
    undescribed = [
        name for name, kind in schema()["$defs"].items() if not kind.get("description") and kind.get("type") == "object"
    ]
    assert undescribed == []
