"""Taking published tables into a store, and telling what came of it, as plain data."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from harness.errors import InputError
from harness.published.joining import pairs
from harness.published.keeping import add, tables
from harness.published.reading import read
from harness.published.table import Table
from harness.store import Store

SOURCES: Final = MappingProxyType({"timm": read})
"""Whose tables can be read, and by what."""


def read_all(source: str, files: Sequence[Path]) -> list[Table]:
    """Return the tables in ``files``; raises InputError for the first that is none, before anything is kept."""
    if source not in SOURCES:
        raise InputError(f"no tables of {source!r} can be read", f"one of {', '.join(SOURCES)}")
    return [SOURCES[source](path) for path in files]


def take_in(store: Store, read_: Sequence[Table]) -> dict[str, Any]:
    """Keep tables, and return what was new of each and what now joins with what in the store."""
    told = [_told(store, table) for table in read_]
    joins = [{"accuracy": mine.file, "benchmark": other.file, "rows": len(rows)} for mine, other, rows in pairs(tables(store))]
    return {"tables": told, "joins": joins}


def _told(store: Store, table: Table) -> dict[str, Any]:
    added = add(store, table)
    return {
        "file": table.file,
        "sha256": table.sha256,
        "kind": table.kind,
        "description": dict(table.description),
        "rows": len(table.entries),
        "facts": {"new": added.new, "known": added.known},
        "left_out": [{"line": one.line, "why": one.why} for one in table.left_out],
    }
