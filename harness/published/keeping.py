"""Published tables in the result store: each a run in an environment of its own, its figures facts of that run."""

from __future__ import annotations

import io
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

import numpy as np

from harness.keys import fact_key
from harness.metrics import METRICS
from harness.published.table import Entry, Table
from harness.record import Environment, Fact
from harness.store import Run, Store

ENVIRONMENT: Final = "published-"
"""How the identities of published environments begin: those of machines are hexadecimal digits alone."""


@dataclass(frozen=True, slots=True)
class Added:
    """How many facts of a table were new to the store, and how many it had already."""

    new: int
    known: int


def add(store: Store, table: Table) -> Added:
    """Keep a table; one whose content is there already, under whatever name, adds nothing."""
    count = sum(len(one.values) for one in table.entries)
    if store.runs_in(_environment(table).id):
        return Added(0, count)
    buffer = io.BytesIO()
    np.savez(buffer)  # nothing was sampled here
    body = {"published": _about(table)}
    store.add_run(Run(_environment(table), body, buffer.getvalue(), facts=tuple(_facts(table))))
    return Added(count, 0)


def _environment(table: Table) -> Environment:
    identity: dict[str, Any] = {"published": table.content, **table.description}
    return Environment(id=ENVIRONMENT + table.content, identity=identity, context={"file": table.file}, versions={})


def _about(table: Table) -> dict[str, Any]:
    return {
        "file": table.file,
        "sha256": table.sha256,
        "content": table.content,
        "kind": table.kind,
        "rows": len(table.entries),
        "columns": list(table.columns),
        "description": dict(table.description),
    }


def _facts(table: Table) -> Iterator[Fact]:
    for entry in table.entries:
        about = {
            "published": table.file,
            "sha256": table.sha256,
            "model": entry.name,
            "architecture": entry.architecture,
            "tag": entry.tag,
            "img_size": entry.img_size,
            "batch_size": entry.batch_size,
        }
        yield from (fact(metric, value, about) for metric, value in entry.values.items())


def fact(metric: str, value: float, about: Mapping[str, Any]) -> Fact:
    """Return a published figure as a fact about what it is told of; exact, since nobody published how sure it is."""
    subject = {"metric": metric, **about}
    return Fact(
        key=fact_key(subject),
        metric=metric,
        value=value,
        low=value,
        high=value,
        n=1,
        unit=METRICS[metric].unit,
        subject=subject,
        provenance="published",
    )


def tables(store: Store) -> list[Table]:
    """Return the published tables of a store, in the order they were added; rows that were left out are not kept."""
    return [_table(store, number) for number in store.runs_in(ENVIRONMENT)]


def _table(store: Store, run: int) -> Table:
    about: Mapping[str, Any] = store.run(run)["published"]
    values: dict[tuple[str, str, int, int | None], dict[str, float]] = defaultdict(dict)
    for fact in store.facts_of(run):
        told: Mapping[str, Any] = fact.subject
        values[told["architecture"], told["tag"], told["img_size"], told["batch_size"]][fact.metric] = fact.value
    entries = (Entry(*place, MappingProxyType(_in_order(several))) for place, several in values.items())
    return Table(
        file=about["file"],
        sha256=about["sha256"],
        content=about["content"],
        kind=about["kind"],
        columns=tuple(about["columns"]),
        description=about["description"],
        entries=tuple(sorted(entries, key=lambda one: one.place)),
    )


def _in_order(values: Mapping[str, float]) -> dict[str, float]:
    return {metric: values[metric] for metric in METRICS if metric in values}
