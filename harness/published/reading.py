"""Reading a results table of pytorch-image-models: an accuracy table, or a benchmark.

A file that is no such table is an error with its place. A row that cannot be used is left out and told, with its line.
"""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from harness.errors import InputError
from harness.keys import digest
from harness.published.columns import Layout, layout, short
from harness.published.table import Entry, LeftOut, Table, described

MOST_BYTES: Final = 64 * 2**20
NAMES_SHOWN: Final = 6
EXPECTED: Final = "give a table like results-imagenet.csv or benchmark-infer-….csv of pytorch-image-models"

Lines = Sequence[tuple[int, list[str]]]
"""Rows, each with the line it ends on."""


def read(path: Path) -> Table:
    """Return the table in a file; raises InputError, in a line, for one that is none or has no row to use."""
    raw = _bytes(path)
    (line, header), *rows = _lines(path, raw)
    header = [name.strip() for name in header]
    twice = next((name for name in header if header.count(name) > 1), None)
    if twice is not None:
        raise InputError(f"{path}, line {line}: two columns are called {short(twice)}", "keep one of them")
    description = described(path.name)
    laid_out = layout(header, training=description.get("mode") == "train")
    if isinstance(laid_out, str):
        there = ", ".join(short(name) for name in header[:NAMES_SHOWN]) + (", …" if len(header) > NAMES_SHOWN else "")
        raise InputError(f"{path}, line {line}: no column {laid_out}, only {there}", EXPECTED)
    entries, left_out = _entries(rows, header, laid_out)
    if not entries:
        first = f"line {left_out[0].line}: {left_out[0].why}" if left_out else f"nothing follows line {line}"
        raise InputError(f"{path} has no row that can be used; {first}", EXPECTED)
    return Table(
        file=path.name,
        sha256=hashlib.sha256(raw).hexdigest(),
        content=digest([[one.name, one.img_size, one.batch_size, dict(one.values)] for one in entries]),
        kind="accuracy" if "accuracy" in laid_out.metrics else "benchmark",
        columns=tuple(header),
        description=description,
        entries=tuple(entries),
        left_out=tuple(left_out),
    )


def _bytes(path: Path) -> bytes:
    if not path.exists():
        raise InputError(f"there is no file {path}", "name a CSV file")
    if not path.is_file():
        raise InputError(f"{path} is no file", "name a CSV file")
    if path.stat().st_size > MOST_BYTES:
        raise InputError(f"{path} has over {MOST_BYTES // 2**20} MiB, and is no table of results", EXPECTED)
    return path.read_bytes()


def _lines(path: Path, raw: bytes) -> Lines:
    """Return what is not blank, the header first."""
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise InputError(f"{path}, line {line}: not UTF-8", "save it as CSV in UTF-8") from None
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        found = [(reader.line_num, row) for row in reader if any(cell.strip() for cell in row)]
    except csv.Error as error:
        raise InputError(f"{path}, line {reader.line_num}: {error}", "save it as CSV, fields between commas") from None
    if not found:
        raise InputError(f"{path} is empty", EXPECTED)
    return found


def _entries(rows: Lines, header: Sequence[str], laid_out: Layout) -> tuple[list[Entry], list[LeftOut]]:
    """Return what the rows say, by name, and those that cannot be used; of two that say one model, the first counts."""
    found: dict[tuple[str, str, int, int], tuple[int, Entry]] = {}
    left_out: list[LeftOut] = []
    for line, row in rows:
        try:
            if len(row) != len(header):
                raise ValueError(f"{len(row)} fields under {len(header)} columns")
            entry = laid_out.entry(dict(zip(header, row, strict=True)))
            first = found.setdefault(entry.place, (line, entry))
            if first[0] != line:
                raise ValueError(f"{entry.name} at this size is in line {first[0]} already")
        except ValueError as error:
            left_out.append(LeftOut(line, str(error)))
    return [found[place][1] for place in sorted(found)], left_out
