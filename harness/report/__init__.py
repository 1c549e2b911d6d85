"""The report of a suite: facts first (plain data), then figures and the page; knows nothing but an answer.

It is three files: ``facts.json`` (the answer and the suite's text), ``report.md`` (for a pull request) and ``index.html``
(one file that opens offline). The last two are made of the first and nothing else.
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
PAGE: Final = "index.html"


def write(answer: Mapping[str, Any], suite_text: str, folder: Path) -> Path:
    """Write the report of ``answer`` into ``folder``, each file whole or not at all; return the path of its page."""
    from harness.report.markdown import render as markdown  # late: they draw in jinja and plotly
    from harness.report.page import render as page

    text = json.dumps({**answer, "suite_text": suite_text}, indent=1, allow_nan=False) + "\n"
    facts = json.loads(text)
    written = {FACTS: text, MARKDOWN: markdown(facts), PAGE: page(facts)}
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in written.items():
        _replace(folder / name, content)
    return folder / PAGE


def write_replay(told: Sequence[Mapping[str, Any]], path: Path) -> Path:
    """Write the page of replayed searches, whole or not at all; return its path."""
    from harness.report.curves import render  # late: it draws in jinja and plotly

    path.parent.mkdir(parents=True, exist_ok=True)
    _replace(path, render(told))
    return path


def _replace(path: Path, text: str) -> None:
    """Put ``text`` at ``path`` in one step, so that a reader never sees half a file."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(text.encode("utf-8", "replace"))
        os.chmod(name, 0o644)  # noqa: PTH101 - a temporary file is the owner's alone
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
