"""What a suite says of costs, groups and corruptions, settled: classes and columns by number, every mistake with its place."""

from __future__ import annotations

import math
from pathlib import Path as FilePath
from typing import Any, Final, NamedTuple

from harness.errors import HarnessError
from harness.interfaces import GivesNames, Names
from harness.registry import Registry
from harness.spec import IMAGE_CORRUPTIONS, ROW_CORRUPTIONS, Choice, Corruptions, Costs, Groups
from harness.suitefile.document import CorruptionsDocument, CostsDocument, GroupsDocument, WorkloadDocument
from harness.suitefile.suggest import suggest
from harness.suitefile.yaml_text import Path, Reading

MISTAKES: Final = ("workload", "costs", "mistakes")
EXAMPLE: Final = "[[0, 1000], [4000, 0]], or {TRUE: {PREDICTED: 4000}}"
BLOCKS: Final = ("costs", "groups", "corruptions")


class Asked(NamedTuple):
    """What a suite asks of behaviour, and what there is called how."""

    classes: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    costs: Costs | None = None
    groups: Groups | None = None
    corruptions: Corruptions | None = None


def settle(
    document: WorkloadDocument, dataset: Choice, unjudged: str | None, registry: Registry, reading: Reading, folder: FilePath
) -> Asked:
    """Return what is asked; ``unjudged`` says why nothing of it can be told, if so. Mistakes are noted."""
    names = _names(dataset, registry, folder)
    if unjudged:
        for name in (block for block in BLOCKS if getattr(document, block) is not None):
            reading.mistake(("workload", name), f"needs {unjudged}", "leave it out")
        return Asked(*(names or ()))
    return Asked(
        *(names or Names()),
        _costs(document.costs, names, reading) if document.costs else None,
        _groups(document.groups, names, dataset.part, reading) if document.groups else None,
        _corruptions(document.corruptions, names, dataset.part, reading) if document.corruptions else None,
    )


def _names(dataset: Choice, registry: Registry, folder: FilePath) -> Names | None:
    """Return the names of classes and columns, None where the dataset does not tell them."""
    part = registry.datasets[dataset.part]
    try:
        return part.names(dataset.options, folder) if isinstance(part, GivesNames) else None
    except (HarnessError, OSError):
        return None  # a dataset that is not there is told with its own place


def _costs(document: CostsDocument, names: Names | None, reading: Reading) -> Costs | None:
    """Return the costs as a matrix, or None with its mistakes noted."""
    before, classes = len(reading.mistakes), names.classes if names else ()
    raw = document.mistakes
    if isinstance(raw, dict):
        rows = _named(raw, classes, reading)
    elif isinstance(raw, list) and all(isinstance(row, list) for row in raw) and raw:
        rows = _rows(raw, classes, reading)
    else:
        reading.mistake(MISTAKES, "expected a row of costs for each class, or costs by true and predicted class", EXAMPLE)
        return None
    if len(reading.mistakes) > before:
        return None
    if not any(map(any, rows)):
        reading.mistake(MISTAKES, "every cost is 0, so all answers are equal", EXAMPLE)
        return None
    return Costs(mistakes=tuple(map(tuple, rows)), person=document.person)


def _rows(raw: list[list[Any]], classes: tuple[str, ...], reading: Reading) -> list[list[float]]:
    wanted = len(classes) or len(raw)
    known = f"the classes are {', '.join(classes)}" if 0 < len(classes) <= 16 else f"there are {wanted} classes"
    if len(raw) != wanted:
        reading.mistake(MISTAKES, f"has {len(raw)} rows, one for each true class is needed", known)
    for i, row in enumerate(raw):
        if len(row) != wanted:
            reading.mistake((*MISTAKES, i), f"has {len(row)} costs, one for each predicted class is needed", known)
    return [[_cost(one, (*MISTAKES, i, j), reading) for j, one in enumerate(row)] for i, row in enumerate(raw)]


def _named(raw: dict[str, Any], classes: tuple[str, ...], reading: Reading) -> list[list[float]]:
    if not classes:
        reading.mistake(MISTAKES, "names classes, and the dataset does not tell theirs", "write rows: [[0, 1000], [4000, 0]]")
    rows = [[0.0] * len(classes) for _ in classes]
    for true, costs in raw.items():
        if not isinstance(costs, dict):
            reading.mistake((*MISTAKES, true), "expected costs by predicted class", f"{{{true}: {{PREDICTED: 4000}}}}")
            continue
        row = _known(true, classes, (*MISTAKES, true), reading)
        for predicted, one in costs.items():
            at = (*MISTAKES, true, predicted)
            column, cost = _known(predicted, classes, at, reading), _cost(one, at, reading)
            if row is not None and column is not None:
                rows[row][column] = cost
    return rows


def _cost(value: Any, at: Path, reading: Reading) -> float:
    if isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < math.inf:
        return float(value)
    reading.mistake(at, f"a cost is a number, 0 or more, got {value!r}")
    return 0.0


def _known(name: str, classes: tuple[str, ...], at: Path, reading: Reading) -> int | None:
    """Return the number of a class by its name."""
    if name in classes:
        return classes.index(name)
    if classes:
        reading.mistake(at, f"unknown class {name!r}", suggest(name, classes))
    return None


def _groups(document: GroupsDocument, names: Names | None, dataset: str, reading: Reading) -> Groups | None:
    classes, columns = names or Names()
    if not columns:
        reading.mistake(("workload", "groups"), f"needs columns, and {dataset} tells of none", "leave it out")
        return None
    before = len(reading.mistakes)
    column = _place(document.column, columns, "column", reading)
    last = max(len(classes) - 1, 0)
    positive = last if document.positive is None else _place(document.positive, classes, "positive", reading)
    return None if len(reading.mistakes) > before else Groups(column=column, above=document.above, positive=positive)


def _place(value: int | str, names: tuple[str, ...], key: str, reading: Reading) -> int:
    """Return where a name stands among ``names``, or a number that says so itself."""
    if isinstance(value, int) and 0 <= value < len(names):
        return value
    if value in names:
        return names.index(str(value))
    what = "column" if key == "column" else "class"
    reading.mistake(("workload", "groups", key), f"unknown {what} {value!r}", suggest(str(value), names))
    return 0


def _corruptions(document: CorruptionsDocument, names: Names | None, dataset: str, reading: Reading) -> Corruptions | None:
    at = ("workload", "corruptions")
    there = (ROW_CORRUPTIONS if names.columns else IMAGE_CORRUPTIONS) if names else (*IMAGE_CORRUPTIONS, "missing")
    if not names and not document.kinds:
        reading.mistake(at, f"{dataset} does not tell what its samples are", f"name the kinds: {', '.join(there)}")
        return None
    strange = [kind for kind in document.kinds or () if kind not in there]
    for kind in strange:
        what = "rows" if names and names.columns else "images"
        reading.mistake((*at, "kinds"), f"{kind} is not for {what}", f"there is {', '.join(there)}")
    kinds = tuple(dict.fromkeys(document.kinds or there))
    return None if strange else Corruptions(kinds=kinds, samples=document.samples)
