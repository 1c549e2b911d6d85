"""Published accuracies joined with published benchmarks, and as priors."""

from __future__ import annotations

import statistics
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from harness.published.keeping import tables
from harness.published.table import Entry, Table
from harness.store import Store

USUAL: Final = "imagenet"
"""The dataset whose accuracies are the prior where several are known."""


@dataclass(frozen=True, slots=True)
class Row:
    """A model at an image size as two tables know it; ``values`` are by metric, in SI, and may lack some."""

    name: str
    """``architecture.tag``."""
    architecture: str
    tag: str
    img_size: int
    batch_size: int | None
    values: Mapping[str, float]


def joined(accuracy: Table, benchmark: Table) -> list[Row]:
    """Return the rows of models that both tables have at the same image size, in the order of their names.

    They are joined on architecture and size: a benchmark mostly names no tag, and each tag of an architecture then shares
    its figures. Where it does name one, that row belongs to that tag alone. Parameters are those of the accuracy table, which
    are of the weights themselves.
    """
    timed: dict[tuple[str, int], list[Entry]] = defaultdict(list)
    for one in benchmark.entries:
        timed[one.architecture, one.img_size].append(one)
    return [
        Row(
            judged.name,
            judged.architecture,
            judged.tag,
            judged.img_size,
            one.batch_size,
            MappingProxyType({**one.values, **judged.values}),
        )
        for judged in accuracy.entries
        for one in _of_tag(timed[judged.architecture, judged.img_size], judged.tag)
    ]


def _of_tag(timed: Sequence[Entry], tag: str) -> list[Entry]:
    """Return the timed rows of a tag: those that name it, else those that name none."""
    return [one for one in timed if one.tag == tag] or [one for one in timed if not one.tag]


def pairs(known: Sequence[Table]) -> list[tuple[Table, Table, list[Row]]]:
    """Return every accuracy table with every benchmark, and the rows that they join to."""
    accuracies_ = [one for one in known if one.kind == "accuracy"]
    benchmarks = [one for one in known if one.kind == "benchmark"]
    return [(mine, other, joined(mine, other)) for mine in accuracies_ for other in benchmarks]


def accuracies(store: Store, dataset: str | None = None) -> dict[str, float]:
    """Return published accuracies by ``architecture.tag``, and by architecture alone the mean over its tags.

    They come from one table: the largest on ``dataset`` (as a file's name says it, ``imagenet-a``); where none is named, on
    ImageNet, else the largest of all. A name at several image sizes gets the mean over them. Which tag timm takes for a bare
    architecture is not in the tables, so it is not guessed.
    """
    known = [one for one in tables(store) if one.kind == "accuracy"]
    about = [one for one in known if one.description.get("dataset") == (dataset or USUAL)]
    chosen = max(about or ([] if dataset else known), key=lambda one: len(one.entries), default=None)
    named: dict[str, list[float]] = defaultdict(list)
    for one in chosen.entries if chosen else ():
        named[one.name].append(one.values["accuracy"])
    by_name = {name: statistics.fmean(shares) for name, shares in named.items()}
    tags: dict[str, list[float]] = defaultdict(list)
    for name, share in by_name.items():
        tags[name.partition(".")[0]].append(share)
    return {architecture: statistics.fmean(shares) for architecture, shares in tags.items()} | by_name
