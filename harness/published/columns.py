"""The columns of results tables of pytorch-image-models, by all the names they have had, and what a cell may say.

Speeds of training are not read: no metric here is one of training.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from harness.published.table import Entry

LONGEST_NAME: Final = 200
MOST: Final = 100_000
"""Pixels of an image's side, and samples of a batch: beyond it stands another column."""
LONGEST_SHOWN: Final = 40

NUMBER: Final = re.compile(r"[+-]?((\d{1,3}(,\d{3})+|\d+)(\.\d*)?|\.\d+)([eE][+-]?\d+)?", re.ASCII)
"""Plain digits, or groups of three: ``1,014.45``."""
NAME: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_./:+@-]*")

Row = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Column:
    """A metric's column: its names, newest first, and how much of the metric's unit one of the column's is."""

    names: tuple[str, ...]
    unit: float
    timed: bool = False
    """Whether it is a speed, which must be above nought, and may be one of training."""
    most: float = math.inf


COLUMNS: Final = MappingProxyType(
    {
        "accuracy": Column(("top1",), 0.01, most=100.0),
        "throughput": Column(("infer_samples_per_sec", "samples_per_sec"), 1.0, timed=True),
        "latency_mean": Column(("infer_step_time", "step_time"), 1e-3, timed=True),
        "parameters": Column(("param_count", "infer_param_count", "train_param_count"), 1e6),
        "macs": Column(("infer_gmacs", "gmacs"), 1e9),
        "activations": Column(("infer_macts", "macts"), 1e6),
    }
)
SIZES: Final = ("img_size", "infer_img_size", "train_img_size")
BATCHES: Final = ("infer_batch_size", "batch_size")


@dataclass(frozen=True, slots=True)
class Layout:
    """Which of a table's columns say what; ``batch`` is None where none does."""

    metrics: Mapping[str, str]
    size: str
    batch: str | None

    def entry(self, row: Row) -> Entry:
        """Return what a row says; raises ValueError, in words for the user, where it says nothing that can be used."""
        model = row["model"].strip()
        if len(model) > LONGEST_NAME or not NAME.fullmatch(model):
            raise ValueError(f"{short(model)} is no name of a model")
        architecture, _, tag = model.partition(".")
        values = {metric: _value(metric, name, row[name]) for metric, name in self.metrics.items() if row[name].strip()}
        if not values:
            raise ValueError("it has no figure")
        batch = _whole(self.batch, row[self.batch]) if self.batch and row[self.batch].strip() else None
        return Entry(architecture, tag, _whole(self.size, row[self.size]), batch, MappingProxyType(values))


def layout(header: Sequence[str], training: bool) -> Layout | str:
    """Return how a table with this header is laid out, or the name of the column that is missing.

    In a table of ``training`` only columns named for inference are speeds, and the batch is not theirs.
    """
    metrics: dict[str, str] = {}
    for metric, column in COLUMNS.items():
        meant = [name for name in column.names if name.startswith("infer_") or not (training and column.timed)]
        if there := [name for name in meant if name in header]:
            metrics[metric] = there[0]
    size = next((name for name in SIZES if name in header), None)
    if "model" not in header:
        return "model"
    if size is None:
        return "img_size"
    timed = any(COLUMNS[metric].timed for metric in metrics)
    batch = next((name for name in BATCHES if name in header), None) if timed else None
    return Layout(MappingProxyType(metrics), size, batch) if metrics else "top1 or infer_samples_per_sec"


def _value(metric: str, name: str, text: str) -> float:
    """Return a cell's figure in the metric's unit."""
    column, number = COLUMNS[metric], _number(name, text)
    low_enough = number <= column.most and math.isfinite(number * column.unit)
    if not low_enough or number < 0 or (column.timed and number == 0):
        wanted = f"from 0 to {column.most:g}" if math.isfinite(column.most) else "above 0" if column.timed else "of 0 or more"
        raise ValueError(f"{name} is {short(text)}, not a number {wanted}")
    return number * column.unit if column.unit <= 1 else float(round(number * column.unit))


def _number(name: str, text: str) -> float:
    if not NUMBER.fullmatch(text.strip()):
        raise ValueError(f"{name} is {short(text)}, not a number")
    return float(text.replace(",", ""))


def _whole(name: str, text: str) -> int:
    number = _number(name, text)
    if not 1 <= number <= MOST or number != int(number):
        raise ValueError(f"{name} is {short(text)}, not a whole number from 1 to {MOST:,}")
    return int(number)


def short(text: str) -> str:
    """Return a text of a file in quotes, cut where it is long, with nothing in it that a terminal obeys."""
    return ascii(text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}...")
