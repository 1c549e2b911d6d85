"""Tables of results that others measured and published: read, kept in the store as facts, and joined.

What was published holds for another machine: its facts share no key and no environment with anything measured here.
"""

from harness.published.importing import read_all, take_in
from harness.published.joining import Row, accuracies, joined, pairs
from harness.published.keeping import Added, add, fact, tables
from harness.published.reading import read
from harness.published.table import Entry, LeftOut, Table

__all__ = [
    "Added",
    "Entry",
    "LeftOut",
    "Row",
    "Table",
    "accuracies",
    "add",
    "fact",
    "joined",
    "pairs",
    "read",
    "read_all",
    "tables",
    "take_in",
]
