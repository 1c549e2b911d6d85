"""A run's verdict in all its formats, decided once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Final

from harness.gate import file, junit, markdown, page
from harness.gate.decide import decide
from harness.gate.samples import Samples
from harness.gate.verdict import Verdict

FORMATS: Final[Mapping[str, Callable[[Verdict, Samples], str]]] = MappingProxyType(
    {"gate.json": file.render, "junit.xml": junit.render, "gate.md": markdown.render, "index.html": page.render}
)
"""What is written, by the name of its file."""


def write(samples: Samples, folder: Path) -> Verdict:
    """Return the verdict on ``samples``, after writing it into ``folder`` in every format."""
    verdict = decide(samples)
    folder.mkdir(parents=True, exist_ok=True)
    for name, render in FORMATS.items():
        folder.joinpath(name).write_text(render(verdict, samples), encoding="utf-8")
    return verdict
