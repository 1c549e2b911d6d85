"""Reading a suite file: YAML as data, every mistake at once, each with its place, its line and a suggestion."""

from harness.suitefile.load import load, loads
from harness.suitefile.reference import reference
from harness.suitefile.schema import schema

__all__ = ["load", "loads", "reference", "schema"]
