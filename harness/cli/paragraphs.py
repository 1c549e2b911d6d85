"""Text that runs over several lines of a terminal, and labels that never do: a label in two parts could not be copied."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable
from typing import Final

from rich.console import Console
from rich.text import Text

BINDS: Final = re.compile(r"(?<!\S)([−+(\d.,]*[−+(\d]|utility) (?=\S)")
"""What follows, mostly a unit, stays on the line of it."""


def paragraph(console: Console, text: Text, indent: int = 0, hanging: int = 4) -> None:
    """Print ``text`` from column ``indent`` on, its further lines from ``hanging`` on; a word longer than a line stays whole."""
    for number, part in enumerate(text.split("\n")):
        margin = hanging if number else indent
        for start, end in _lines(part.plain, console.width, margin, hanging):
            whole(console, part[start:end], margin)
            margin = hanging


def _lines(text: str, width: int, first: int, others: int) -> list[tuple[int, int]]:
    """Return where the lines of a text start and end."""
    glued = BINDS.sub("\\1\N{NO-BREAK SPACE}", text)
    lines = textwrap.wrap(
        glued,
        width,
        initial_indent=" " * first,
        subsequent_indent=" " * others,
        expand_tabs=False,
        replace_whitespace=False,
        break_long_words=False,
        break_on_hyphens=False,
    )
    found, at = [], 0
    for number, line in enumerate(lines):
        bare = line[others if number else first :]
        start = glued.index(bare, at)
        at = start + len(bare)
        found.append((start, at))
    return found


def whole(console: Console, text: Text, indent: int = 0) -> None:
    """Print ``text`` in one line, whatever its length."""
    console.print(Text(" " * indent).append_text(text), no_wrap=True, overflow="ignore", crop=False)


def pairs(console: Console, rows: Iterable[tuple[str | Text, str | Text]], indent: int = 2) -> None:
    """Print a name and a text a row, the texts one below the other."""
    named = [(name if isinstance(name, Text) else Text(name, style="dim"), text) for name, text in rows]
    column = max((name.cell_len for name, _ in named), default=0) + 2
    for name, text in named:
        gap = " " * (column - name.cell_len)
        paragraph(console, Text.assemble(name, gap, text), indent, indent + column)


def printable(text: str) -> str:
    """Return what others wrote, such as the log of a process, with nothing in it that could steer a terminal."""
    return "".join(sign if sign.isprintable() or sign in "\n\t" else "�" for sign in text)
