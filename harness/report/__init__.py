"""The report of a suite: facts first (plain data), then figures and the page; knows nothing but an answer.

It is four files: ``facts.json`` (the answer and the suite's text), ``report.md`` (for a pull request), ``facts.csv`` (a row
per candidate and metric) and ``index.html`` (one file that opens offline; a light one needs ``plotly.min.js`` beside it); on
demand also ``facts.parquet`` and ``figures/``. All are made of the first and nothing else.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

FACTS: Final = "facts.json"
MARKDOWN: Final = "report.md"
CSV: Final = "facts.csv"
PARQUET: Final = "facts.parquet"
FIGURES: Final = "figures"
PAGE: Final = "index.html"
SIDES: Final = "sides.json"


def write(answer: Mapping[str, Any], suite_text: str, folder: Path, light: bool = False) -> Path:
    """Write the report of ``answer`` into ``folder``, each file whole or not at all; return the path of its page.

    That of a ``light`` report is small, and draws with plotly.js in a file beside it.
    """
    from harness.report.markdown import render as markdown  # late: they draw in jinja and plotly
    from harness.report.page import render as page
    from harness.report.rows import as_csv

    text = _as_lines({**answer, "suite_text": suite_text})
    facts = json.loads(text)
    written = {FACTS: text, MARKDOWN: markdown(facts), CSV: as_csv(facts), PAGE: page(facts, light)}
    return _write({**_library(light), **written}, folder)


def write_sides(told: Mapping[str, Any], folder: Path, light: bool = False) -> Path:
    """Write a comparison into ``folder``: its page, ``report.md`` and ``sides.json``; return the path of the page."""
    from harness.report.sides_markdown import render as markdown  # late: they draw in jinja and plotly
    from harness.report.sides_page import render as page

    written = {SIDES: _as_lines(told), MARKDOWN: markdown(told), PAGE: page(told, light)}
    return _write({**_library(light), **written}, folder)


def _library(light: bool) -> dict[str, str]:
    """Return what goes beside a light page."""
    from harness.report.figures import LIBRARY, library  # late: it imports plotly

    return {LIBRARY: library()} if light else {}


def _write(files: Mapping[str, str], folder: Path) -> Path:
    """Write files by name, in their order, and return the path of the page among them."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        _replace(folder / name, content.encode("utf-8", "replace"))
    return folder / PAGE


def write_parquet(answer: Mapping[str, Any], folder: Path) -> Path:
    """Write the facts as Parquet into ``folder``; return the path. Raises UnavailableError without pyarrow."""
    from harness.report.rows import as_parquet  # late: it may import pyarrow

    _replace(folder / PARQUET, as_parquet(answer))
    return folder / PARQUET


def write_figures(answer: Mapping[str, Any], folder: Path) -> Path:
    """Write figures for print into a folder in ``folder``, and return it. Raises UnavailableError without a browser."""
    from harness.report.figures import write  # late: they import plotly
    from harness.report.prints import prints

    write(prints(answer), folder / FIGURES)
    return folder / FIGURES


def write_replay(told: Sequence[Mapping[str, Any]], path: Path) -> Path:
    """Write the page of replayed searches, whole or not at all; return its path."""
    from harness.report.curves import render  # late: it draws in jinja and plotly

    path.parent.mkdir(parents=True, exist_ok=True)
    _replace(path, render(told).encode("utf-8", "replace"))
    return path


def _as_lines(facts: Mapping[str, Any]) -> str:
    """Return facts as JSON, a line per key and per candidate: quick to write, and two files can be compared."""
    lines = (f" {json.dumps(key)}: {_as_json(value)}" for key, value in facts.items())
    return "{\n" + ",\n".join(lines) + "\n}\n"


def _as_json(value: Any) -> str:
    """Return a value as JSON, of a list of mappings a line each."""
    if isinstance(value, Sequence) and value and all(isinstance(one, Mapping) for one in value):
        return "[\n" + ",\n".join(f"  {json.dumps(one, allow_nan=False)}" for one in value) + "\n ]"
    return json.dumps(value, allow_nan=False)


def _replace(path: Path, content: bytes) -> None:
    """Put ``content`` at ``path`` in one step, so that a reader never sees half a file."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        os.chmod(name, 0o644)  # noqa: PTH101 - a temporary file is the owner's alone
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
