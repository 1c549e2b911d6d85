"""Text over several lines, and labels that stay whole."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console
from rich.text import Text

from harness.cli.paragraphs import pairs, paragraph, printable, whole

LABEL = "resnet10t+prune:channel,ratio=0.5+quantize:static@onnxruntime:threads=1/b1"


def printed(print_it, width: int = 40, **about) -> list[str]:
    console = Console(file=io.StringIO(), width=width, **about)
    print_it(console)
    return console.file.getvalue().splitlines()


def test_further_lines_are_indented_and_none_is_too_long() -> None:
    lines = printed(lambda console: paragraph(console, Text("one two three " * 9), indent=2, hanging=6))
    assert len(lines) > 2
    assert lines[0].startswith("  one")
    assert all(line.startswith("      ") and line[6] != " " for line in lines[1:])
    assert max(map(len, lines)) <= 40
    assert " ".join(" ".join(lines).split()) == " ".join(["one two three"] * 9)


def test_a_label_longer_than_a_line_gets_one_of_its_own_and_stays_whole() -> None:
    lines = printed(lambda console: paragraph(console, Text(f"next: {LABEL} utility 0.9")))
    assert lines == ["next:", f"    {LABEL}", "    utility 0.9"]
    assert printed(lambda console: whole(console, Text(LABEL), indent=2)) == [f"  {LABEL}"]


def test_a_number_stays_with_its_unit_and_a_label_that_ends_in_a_digit_does_not_bind() -> None:
    text = Text("is tightened beyond it, to about 96.6 % or so")
    assert printed(lambda console: paragraph(console, text), 37) == ["is tightened beyond it, to about", "    96.6 % or so"]
    assert printed(lambda console: paragraph(console, Text("deploy this utility 0.913")), 22) == [
        "deploy this",
        "    utility 0.913",
    ]
    assert printed(lambda console: paragraph(console, Text("see resnet/b1 of all")), 14) == ["see resnet/b1", "    of all"]


def test_a_number_before_a_comma_does_not_bind_what_is_listed_next() -> None:
    text = Text("with timm 1.0.31, onnx 1.19, numpy")
    assert printed(lambda console: paragraph(console, text), 20) == ["with timm 1.0.31,", "    onnx 1.19, numpy"]


def test_styles_go_with_their_words_over_lines() -> None:
    text = Text.assemble("plain words ", ("bold words that run on", "bold"))
    lines = printed(lambda console: paragraph(console, text), 24, force_terminal=True, color_system="standard")
    assert lines == ["plain words \x1b[1mbold words\x1b[0m", "    \x1b[1mthat run on\x1b[0m"]


def test_a_new_line_in_a_text_is_a_further_line() -> None:
    assert printed(lambda console: paragraph(console, Text("one\ntwo"), indent=1, hanging=3)) == [" one", "   two"]


@given(st.text(alphabet=st.characters(codec="ascii", exclude_categories=["Cc"]), max_size=200), st.integers(20, 60))
def test_no_word_is_lost_or_broken(text: str, width: int) -> None:
    lines = printed(lambda console: paragraph(console, Text(text), indent=2), width)
    assert " ".join(lines).split() == text.split()


def test_the_texts_of_pairs_stand_below_each_other() -> None:
    rows = [("a", "first " * 9), (Text("longer", style="green"), "second")]
    lines = printed(lambda console: pairs(console, rows))
    assert lines[0].startswith("  a       first")
    assert lines[1].startswith("          first")
    assert lines[-1] == "  longer  second"
    assert printed(lambda console: pairs(console, [])) == []


@pytest.mark.parametrize("sign", ["\x1b", "\x07", "\x9b", "\x00", "\u202e"])
def test_nothing_that_steers_a_terminal_is_printed(sign: str) -> None:
    assert printable(f"one{sign}[2J\ttwo\nthree") == "one�[2J\ttwo\nthree"
