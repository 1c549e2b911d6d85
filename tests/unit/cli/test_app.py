"""The command line as a whole: which commands there are, and what is common to all."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from typer.core import TyperGroup
from typer.main import get_command
from typer.testing import CliRunner

from harness.cli.app import app

COMMANDS = get_command(app).commands


def _each(commands: Mapping[str, Any], *before: str) -> Iterator[tuple[str, ...]]:
    """Yield the words of every command, also of those in groups."""
    for name, command in commands.items():
        if isinstance(command, TyperGroup):
            yield from _each(command.commands, *before, name)
        else:
            yield (*before, name)


def test_every_command_is_told_in_one_line_of_eighty_columns() -> None:
    told = CliRunner().invoke(app, ["--help"], env={"COLUMNS": "80"}, terminal_width=80).output
    lines = told.partition("Commands:\n")[2].splitlines()
    assert [line.split()[0] for line in lines] == list(COMMANDS)
    assert not [line for line in lines if "..." in line or len(line) > 80]


@pytest.mark.parametrize("words", list(_each(COMMANDS)), ids=" ".join)
def test_every_command_takes_json_and_says_more_when_asked(words: tuple[str, ...]) -> None:
    told = CliRunner().invoke(app, [*words, "--help"])
    assert told.exit_code == 0
    assert "--json" in told.output
