"""How it looks in a terminal what a candidate is made of: its artifact, what each stage did, its runs, its lineage."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.text import Text

from harness import units
from harness.cli.answers import compression
from harness.cli.paragraphs import pairs
from harness.report.payoff import flips_told


def show(console: Console, told: Mapping[str, Any]) -> None:
    """Print what the stages told, the runs, the parent, and what was made of this candidate in turn."""
    rows = [*_parts(told), *_runs(told), *_lineage(told)]
    if rows:
        console.print()
        console.print(Text("made of", style="bold"))
        pairs(console, rows)


def _parts(told: Mapping[str, Any]) -> Iterator[tuple[str, str | Text]]:
    artifact = told["artifact"]
    if artifact:
        yield "artifact", f"{artifact['digest']}, {artifact['format']}\n{artifact['folder']}"
    for name, note in told["notes"].items():
        if name == "seconds":
            yield "made in", units.show_duration(note)
        else:
            yield name.replace("_", " "), _note(note)


def _note(note: Any) -> str:
    """Return what a stage told about itself, in a line; what is empty is left out."""
    if isinstance(note, Mapping):
        told = [(key.replace("_", " "), value) for key, value in note.items() if value not in ({}, [], None)]
        return ", ".join(
            f"{key} ({_note(value)})" if isinstance(value, Mapping) else f"{key} {_note(value)}" for key, value in told
        )
    if isinstance(note, Sequence) and not isinstance(note, str):
        return " ".join(map(_note, note))
    if isinstance(note, bool):
        return "yes" if note else "no"
    return f"{note:,}" if isinstance(note, int) else str(note)


def _runs(told: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for run in told["runs"]:
        timed = [f"{name} {about['queries']:,} queries" for name, about in run["scenarios"].items()]
        shared = f"\nshared with {run['candidate']}" if run["candidate"] != told["candidate"] else ""
        what = ["explanations"] if run["explains"] else [f"process {run['process'] + 1}", *timed]
        yield f"run {run['run']}", ", ".join(what) + shared


def _lineage(told: Mapping[str, Any]) -> Iterator[tuple[str, str | Text]]:
    """Return the parent with what became of it by compression, and those that this is the parent of."""
    parent = told["parent"]
    if parent:
        yield "parent", parent["candidate"]
        yield "", compression(parent)
        if parent["flips"]:
            yield "", flips_told(parent["flips"])
        for reason in parent["why"]:
            yield "", Text.assemble(f"• {reason['text']}", (f"\n→ {reason['advice']}", "cyan"))
    for number, label in enumerate(told["children"]):
        yield "" if number else "parent of", label
