"""The live display, drawn on a terminal of text; and the plain lines."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from harness.cli.display import Lines, Screen


def drawn(screen: Screen) -> list[str]:
    """Return the lines of the display as a terminal of a hundred columns shows it."""
    console = Console(file=io.StringIO(), width=100, force_terminal=True, color_system=None)
    console.print(screen)
    return console.file.getvalue().splitlines()


@pytest.mark.parametrize(("text", "full"), [("training 0/150", 0), ("training 75/150", 20), ("training 150/150", 40)])
def test_a_training_has_a_bar_as_long_as_it_is_far(text: str, full: int) -> None:
    screen = Screen()
    screen.began("mine", 4, "exhaustive")
    screen.stage("resnet18@onnxruntime/b1", text)
    lines = [line.rstrip() for line in drawn(screen)]
    at = lines.index("▸ resnet18@onnxruntime/b1")
    assert lines[at + 1].startswith(f"  {text}")
    assert lines[at + 1].count("━") == full


@pytest.mark.parametrize("text", ["exporting to onnx", "pruning channels, step 1 of 3", "measuring single_stream"])
def test_what_does_not_tell_how_far_it_is_has_none(text: str) -> None:
    screen = Screen()
    screen.stage("resnet18@onnxruntime/b1", text)
    (line,) = (line for line in drawn(screen) if "resnet18" in line)
    assert line.strip() == f"▸ resnet18@onnxruntime/b1  {text}"


def test_plain_lines_tell_a_training_once() -> None:
    console = Console(file=io.StringIO(), width=200)
    lines = Lines(console)
    for step in (0, 20, 40):
        lines.stage("resnet18@onnxruntime/b1", f"training {step}/40")
    assert console.file.getvalue().count("training") == 1
