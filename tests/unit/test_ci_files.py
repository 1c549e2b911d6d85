"""The files for continuous integration are what their services take, and the commands in them are ours."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
import typer
import yaml
from typer.core import TyperGroup

from harness.cli.app import app
from tests.documented import ROOT

FOLDER = ROOT / "docs" / "ci"
FILES = sorted(FOLDER.iterdir())
COMMAND = re.compile(r"^(?:.*?[:|-] +|exec +|\s*)(harness (?:[^#\n<]|<(?!/))*)", re.MULTILINE)
COMMANDS = [(file.name, line.strip()) for file in FILES for line in COMMAND.findall(file.read_text(encoding="utf-8"))]


SHELLCHECK = str(Path(sys.executable).parent / "shellcheck")
"""Installed beside the Python that runs the tests, which need not be on the path."""


def run(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(words, capture_output=True, text=True, check=False)


def parsed(words: list[str]) -> str:
    """Return the name of the command that ``words`` mean; raises click's UsageError where they mean none."""
    command = typer.main.get_command(app)
    context = command.make_context(words[0], words[1:])
    while isinstance(command, TyperGroup):
        name, command, rest = command.resolve_command(context, [*context._protected_args, *context.args])
        assert name is not None and command is not None
        context = command.make_context(name, rest, parent=context)
    return str(context.info_name)


@pytest.mark.parametrize(("file", "line"), COMMANDS, ids=[f"{file}: {line}" for file, line in COMMANDS])
def test_every_command_is_taken_by_our_own_parser(file: str, line: str) -> None:
    assert parsed(shlex.split(line)) in {"measure", "baseline", "history", "check"}


def test_every_file_runs_the_gate() -> None:
    assert {file for file, line in COMMANDS if line.startswith("harness gate ")} == {file.name for file in FILES}


def test_a_command_with_an_option_that_we_do_not_have_is_refused() -> None:
    with pytest.raises(Exception, match="No such option"):
        parsed(shlex.split("harness gate suites/mine.yaml --bseline main"))


@pytest.mark.parametrize(("file", "schema"), [("github.yaml", "github-workflows"), ("gitlab.yaml", "gitlab-ci")])
def test_a_service_takes_its_file(file: str, schema: str, tmp_path: Path) -> None:
    check = (sys.executable, "-m", "check_jsonschema", "--builtin-schema", f"vendor.{schema}", "--no-cache")
    done = run(*check, str(FOLDER / file))
    assert done.returncode == 0, done.stdout + done.stderr
    wrong = yaml.safe_load((FOLDER / file).read_text(encoding="utf-8"))
    wrong["gate" if schema == "gitlab-ci" else "jobs"] = 5
    (tmp_path / "wrong.yaml").write_text(yaml.safe_dump(wrong))
    assert run(*check, str(tmp_path / "wrong.yaml")).returncode == 1


def test_pre_commit_takes_its_file() -> None:
    done = run(sys.executable, "-m", "pre_commit", "validate-config", str(FOLDER / "pre-commit.yaml"))
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_hook_is_a_clean_script_that_can_be_run() -> None:
    done = run(SHELLCHECK, str(FOLDER / "pre-push"))
    assert done.returncode == 0, done.stdout
    assert (FOLDER / "pre-push").stat().st_mode & 0o111


def test_scripts_in_the_workflow_are_clean(tmp_path: Path) -> None:
    steps = yaml.safe_load((FOLDER / "github.yaml").read_text(encoding="utf-8"))["jobs"]["gate"]["steps"]
    scripts = [step["run"] for step in steps if "run" in step]
    for script in scripts:
        (tmp_path / "script.sh").write_text(f"#!/bin/bash\n{script}")
        done = run(SHELLCHECK, str(tmp_path / "script.sh"))
        assert done.returncode == 0, done.stdout
    assert len(scripts) >= 4
