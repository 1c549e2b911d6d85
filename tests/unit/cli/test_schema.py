"""Two things have a schema; the keys of one can be written as Markdown."""

import json

import pytest
from typer.testing import CliRunner

from harness.cli.app import app


def ask(*words):
    return CliRunner().invoke(app, ["schema", *words])


@pytest.mark.parametrize(
    ("words", "name"), [((), "harness-suite-1"), (("suite",), "harness-suite-1"), (("facts",), "harness-facts-1")]
)
def test_a_schema_is_printed_by_its_name(words, name):
    told = ask(*words)
    assert told.exit_code == 0
    assert json.loads(told.stdout)["$id"] == name


def test_a_schema_is_json_asked_for_or_not():
    assert ask("--json").stdout == ask().stdout


def test_the_file_that_was_written_is_told_as_json_where_that_is_asked_for(tmp_path):
    keys = tmp_path / "keys.md"
    assert json.loads(ask("--markdown", str(keys), "--json").stdout) == {"markdown": str(keys)}
    assert keys.read_text("utf-8")
    assert ask("--markdown", str(keys)).stdout == ""


def test_what_has_no_schema_is_a_wrong_question():
    told = ask("page")
    assert told.exit_code == 2
    assert "'suite', 'facts'" in told.output


def test_facts_are_not_written_as_the_keys_of_a_suite(tmp_path):
    told = ask("facts", "--markdown", str(tmp_path / "keys.md"))
    assert told.exit_code == 2
    assert "error: --markdown writes the keys of a suite, not of facts" in " ".join(told.stderr.split())
    assert list(tmp_path.iterdir()) == []
