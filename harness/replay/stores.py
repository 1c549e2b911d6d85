"""What the command line calls a store: a database, found from a path or a URL, without making one that is not there."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from harness import published
from harness.errors import InputError
from harness.published import Table
from harness.store import Store

MAGIC: Final = b"SQLite format 3\x00"
"""What a database of SQLite begins with."""


def is_store(what: str) -> bool:
    """Whether ``what`` is a URL or a database, not a suite file; raises InputError where there is nothing."""
    if "://" in what:
        return True
    path = Path(what)
    if not path.exists():
        raise InputError(f"there is no file {what}", "give a suite file, or a result store like results/harness.db")
    if path.is_dir():
        raise InputError(f"{what} is a folder", "give a suite file, or a result store like results/harness.db")
    with path.open("rb") as file:
        return file.read(len(MAGIC)) == MAGIC


def imported(what: str) -> Sequence[Table]:
    """Return the tables in a store; raises InputError where it has none."""
    with Store(what if "://" in what else f"sqlite:///{Path(what).resolve()}") as store:
        tables = published.tables(store)
    if not tables:
        raise InputError(f"{what} has no imported table", "harness import timm FILES")
    return tables
