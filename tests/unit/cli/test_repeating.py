"""A command that is told as a line of a shell, and read again."""

import shlex
from pathlib import Path
from typing import Annotated

import pytest
import typer
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from harness.cli.commands.gate import app as gate
from harness.cli.repeating import command

TEXTS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=12).filter(
    lambda one: not one.startswith("-")
)


def told(words, settled=None):
    """Return what a command with all kinds of options was given, and the command that repeats it."""
    seen = {}
    app = typer.Typer()

    @app.command()
    def run(
        context: typer.Context,
        file: Path,
        name: str | None = None,
        several: list[str] | None = None,
        sure: Annotated[bool | None, typer.Option("--sure/--unsure")] = None,
        count: int = 3,
        loud: Annotated[bool, typer.Option("--loud")] = False,
        secret: str = "",
    ) -> None:
        given = {"file": file, "name": name, "several": several or [], "sure": sure, "count": count, "loud": loud}
        seen.update(given | {"again": command("run", context, settled or {}, without=("secret",))})

    done = CliRunner().invoke(app, words)
    assert done.exit_code == 0, done.output
    return seen, seen.pop("again")


@given(
    file=TEXTS,
    name=st.none() | TEXTS,
    several=st.lists(TEXTS, max_size=2),
    sure=st.none() | st.booleans(),
    count=st.integers(),
    loud=st.booleans(),
)
def test_read_again_it_has_the_same_options(file, name, several, sure, count, loud):
    words = [file, f"--count={count}", *(f"--several={one}" for one in several), *["--loud"] * loud]
    words += [] if name is None else [f"--name={name}"]
    words += [] if sure is None else ["--sure" if sure else "--unsure"]
    first, again = told(words)
    assert told(shlex.split(again)[1:]) == (first, again)
    assert first["file"] == Path(file)


def test_what_is_at_its_default_is_left_out_and_what_was_settled_is_there():
    assert told(["a b", "--count", "3", "--secret", "word"])[1] == "run 'a b'"
    assert told(["a", "--name", "main"], {"name": "1f52e74", "sure": False})[1] == "run a --name 1f52e74 --unsure"


@pytest.mark.parametrize(
    "words",
    [
        ["suite.yaml"],
        ["a suite.yaml", "--baseline", "abc", "--no-control", "--strict", "--max-blocks", "120", "--seed", "3"],
        ["s.yaml", "--baseline-artifact", "a.onnx", "--control", "--candidate", "a@b/b1", "--candidate", "c d", "--results", "r"],
    ],
)
def test_a_gate_that_is_measured_again_has_the_same_options(words):
    measure = typer.main.get_command(gate).commands["measure"]
    first = measure.make_context("measure", [*words])
    again = shlex.split(command("harness gate", first, {}, without=("store", "json")))
    assert again[:2] == ["harness", "gate"]
    assert measure.make_context("measure", again[2:]).params == first.params
