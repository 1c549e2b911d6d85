"""All facts as a tidy table, a row per candidate and metric: CSV for spreadsheets and data frames, and Parquet."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from typing import Any, Final

from harness.errors import UnavailableError
from harness.report.table import standing

COLUMNS: Final = {
    "candidate": "string",
    "model": "string",
    "passes": "string",
    "runtime": "string",
    "batch_size": "int64",
    "metric": "string",
    "value": "float64",
    "low": "float64",
    "high": "float64",
    "unit": "string",
    "n": "int64",
    "quality": "string",
    "provenance": "string",
    "front": "string",
}
"""The columns, and their types in Arrow. ``front`` is ``front``, ``near`` (could be on it) or empty."""

FORMULA: Final = tuple("=+-@\t\r\n＝＋－＠")
"""What a spreadsheet takes for the beginning of a formula (OWASP, CSV Injection)."""


def rows(facts: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield every fact of every candidate, in SI units."""
    for one in facts["candidates"]:
        about = {
            "candidate": one["candidate"],
            "model": one["model"]["label"],
            "passes": " + ".join(choice["label"] for choice in one["passes"]),
            "runtime": one["runtime"]["label"],
            "batch_size": one["batch_size"],
        }
        where = {"front": standing(one["candidate"], facts)}
        for metric, fact in one["facts"].items():
            told = {"provenance": "measured", **fact}
            yield about | {"metric": metric} | {name: told[name] for name in COLUMNS if name in told} | where


def as_csv(facts: Mapping[str, Any]) -> str:
    """Return the table as CSV (RFC 4180), in which no text is a formula."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    writer.writerows([_harmless(row[name]) for name in COLUMNS] for row in rows(facts))
    return text.getvalue()


def _harmless(cell: Any) -> Any:
    """Return a text that a spreadsheet would calculate with an apostrophe before it; numbers stay numbers."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULA) else cell


def as_parquet(facts: Mapping[str, Any]) -> bytes:
    """Return the table as Parquet; raises UnavailableError where pyarrow is not installed."""
    try:
        import pyarrow as pa
        from pyarrow import parquet
    except ImportError:
        raise UnavailableError(
            "Parquet needs pyarrow, which is not installed", "pip install pyarrow, the extra 'parquet'"
        ) from None
    fields = pa.schema([(name, pa.type_for_alias(kind)) for name, kind in COLUMNS.items()])
    sink = io.BytesIO()
    parquet.write_table(pa.Table.from_pylist(list(rows(facts)), schema=fields), sink)
    return sink.getvalue()
