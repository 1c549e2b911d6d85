"""What the documentation shows must be true: commands exist, suites in it are valid, links lead somewhere."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

from harness.cli.app import app
from harness.registry import Registry
from harness.suitefile import loads

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").glob("*.md"))]
TEXT = "\n".join(page.read_text(encoding="utf-8") for page in PAGES)
COMMANDS = sorted({line.strip() for line in re.findall(r"`(harness [a-z][^`]*)`", TEXT)})


def _blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", TEXT, re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_in_the_docs_exists_with_its_options(command: str) -> None:
    words = shlex.split(command.split(">", maxsplit=1)[0].replace("…", ""))[1:]
    told = CliRunner().invoke(app, [words[0], "--help"])
    assert told.exit_code == 0, f"{command}: {told.output}"
    for option in (word for word in words if word.startswith("--")):
        assert option in told.output, command


def test_the_docs_show_commands() -> None:
    assert any(command.startswith("harness check") for command in COMMANDS)


def _lay_out_files(folder: Path) -> None:
    """Make the files that the suites in the docs name."""
    for name in ("cats", "dogs"):
        for i in range(5):
            place = folder / "photos" / name
            place.mkdir(parents=True, exist_ok=True)
            Image.fromarray(np.zeros((8, 8, 3), np.uint8)).save(place / f"{i}.png")
    for path in ("weights/resnet18.safetensors", "models/exported.onnx", "my_models.py"):
        (folder / path).parent.mkdir(exist_ok=True)
        (folder / path).touch()


def test_every_suite_in_the_docs_is_valid(tmp_path: Path) -> None:
    _lay_out_files(tmp_path)
    suites = [block for block in _blocks("yaml") if block.startswith("name:")]
    assert suites
    for text in suites:
        assert loads(text, Registry.load(), tmp_path).models


def test_links_lead_to_files_of_the_project() -> None:
    for page in PAGES:
        for target in re.findall(r"\]\(([^)#:]+)\)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page.name} links to {target}"
