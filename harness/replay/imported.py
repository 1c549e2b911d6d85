"""Problems from imported tables: every model of an accuracy table that a benchmark timed, accuracy against speed."""

from __future__ import annotations

import statistics
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from harness import published
from harness.errors import InputError
from harness.evaluate import Evaluation
from harness.metrics import METRICS
from harness.published import Row, Table
from harness.record import Fact
from harness.replay.problem import Problem
from harness.space import Space
from harness.spec import Candidate, Choice, Limits, Measure, Profile, Search, Suite, Target

OUTLINES: Final = ("parameters", "macs", "activations")
NONE: Final = "none"
TRIALS: Final = 50
WEIGHTS: Final = {"balanced": (1.0, 1.0), "accurate": (3.0, 1.0), "fast": (1.0, 3.0)}
"""By profile: of accuracy, and of the rest."""


@dataclass(frozen=True, slots=True)
class Wish:
    """Which of a store's tables to search, and what is known beforehand."""

    benchmark: str | None = None
    accuracy: str | None = None
    priors: tuple[str, ...] = ()
    """Tables whose figures a search may know; none given: the accuracies on other datasets; ``none``: no table's."""
    all_tags: bool = False
    """Whether every set of weights of a model is a candidate, not the best alone."""

    def require_none(self) -> None:
        """Raise InputError where anything is wished of a store: there is none."""
        if self != Wish():
            raise InputError(
                "--benchmark, --accuracy, --prior and --all-tags are about imported tables, and this is a suite", "leave them out"
            )


def problems(tables: Sequence[Table], wish: Wish) -> list[Problem]:
    """Return a problem for every accuracy table with every benchmark, or with those that are named.

    What a problem is about is never known beforehand: neither of its own tables is its prior.
    """
    known = _chosen([one for one in tables if one.kind == "accuracy"], wish.accuracy, "accuracy table")
    timed = _chosen([one for one in tables if one.kind == "benchmark"], wish.benchmark, "benchmark")
    named = [find(tables, name, "table") for name in wish.priors if name != NONE]
    found = []
    for mine in known:
        others = [one for one in tables if one.kind == "accuracy" and _about(one) != _about(mine)]
        for other in timed:
            rows = published.joined(mine, other)
            if not rows:
                raise InputError(f"{mine.file} and {other.file} have no model at the same image size", "import other tables")
            beforehand = [one for one in (named if wish.priors else others) if one.content not in (mine.content, other.content)]
            found.append(_problem(mine, other, rows if wish.all_tags else _best(rows), beforehand))
    return found


def _chosen(tables: Sequence[Table], name: str | None, what: str) -> list[Table]:
    if not tables:
        raise InputError(f"the store has no {what}", "harness import timm FILES")
    return list(tables) if name is None else [find(tables, name, what)]


def find(tables: Sequence[Table], name: str, what: str) -> Table:
    """Return the table that ``name`` means: its file, its dataset or hardware, or a part of those that no other has."""
    exact = [one for one in tables if name in (one.file, _about(one))]
    part = [one for one in tables if name in one.file]
    if len(exact) == 1 or len(part) == 1:
        return (exact if len(exact) == 1 else part)[0]
    there = ", ".join(_about(one) for one in tables)
    wrong = f"{len(exact or part)} tables are called {name!r}" if exact or part else f"the store has no {what} {name!r}"
    raise InputError(
        wrong, f"name the file: {', '.join(one.file for one in exact or part)}" if exact or part else f"it has {there}"
    )


def _about(table: Table) -> str:
    """Return what a table is about, in a word: the dataset or the hardware that its file is named for."""
    return table.description.get("dataset") or table.description.get("hardware") or table.file


def _best(rows: Sequence[Row]) -> list[Row]:
    """Return of each architecture at each image size, timed in each way, the row with the best accuracy."""
    best: dict[tuple[str, int, int | None], Row] = {}
    for row in rows:
        place = (row.architecture, row.img_size, row.batch_size)
        if place not in best or row.values["accuracy"] > best[place].values["accuracy"]:
            best[place] = row
    return list(best.values())


def _problem(accuracy: Table, benchmark: Table, rows: Sequence[Row], priors: Sequence[Table]) -> Problem:
    speed = "latency_mean" if {row.batch_size for row in rows} == {1} else "throughput"
    rows = [row for row in rows if speed in row.values]
    again = Counter((row.name, row.img_size) for row in rows)
    candidates = [_candidate(row, benchmark, again[row.name, row.img_size] > 1) for row in rows]
    known = {
        one.label: Evaluation(one, {m: _fact(m, row, benchmark) for m in ("accuracy", speed)}, None, 0, 0)
        for one, row in zip(candidates, rows, strict=True)
    }
    name = f"{_about(accuracy)} × {_about(benchmark)}"
    suite = suite_of(name, candidates, {m: [row.values[m] for row in rows] for m in ("accuracy", speed)})
    baselines = tuple(suite.baseline.model_copy(update={"batch_size": size}) for size in suite.batch_sizes)
    known |= {one.label: Evaluation(one, {}, None, 0, 0) for one in baselines}
    told = {f"{_metric(prior)} {_about(prior)}": _published(prior) for prior in priors}
    outlines = {
        one.model.label: {m: row.values[m] for m in OUTLINES if row.values.get(m, 0) > 0} | _looked_up(told, row)
        for one, row in zip(candidates, rows, strict=True)
    }
    return Problem(name, suite, Space(tuple(candidates), (), baselines), known, {}, outlines, tuple(told))


def _candidate(row: Row, benchmark: Table, again: bool) -> Candidate:
    """Return a row as a candidate; the samples of a query count only where the same model was timed with others, too."""
    model = Choice(part="timm", label=f"{row.name}@{row.img_size}", options={"name": row.name, "image_size": row.img_size})
    runtime = Choice(part="published", label=_about(benchmark))
    return Candidate(model=model, runtime=runtime, batch_size=(row.batch_size or 1) if again else 1)


def _fact(metric: str, row: Row, benchmark: Table) -> Fact:
    about = {"model": row.name, "img_size": row.img_size, "batch_size": row.batch_size, "table": benchmark.content}
    return published.fact(metric, row.values[metric], about)


def suite_of(name: str, candidates: Sequence[Candidate], values: Mapping[str, Sequence[float]]) -> Suite:
    """Return the question that a table answers: its ``values``, between their ends, speed on a log scale, under three profiles.

    Its baseline stands for none: nothing is relative to it.
    """
    ends = {m: (min(v), max(v)) if METRICS[m].higher else (max(v), min(v)) for m, v in values.items()}
    scales = {m: "log" for m in values if m != "accuracy"}
    return Suite(
        name=name,
        folder="",
        dataset=Choice(part="published", label=name),
        batch_sizes=tuple(sorted({one.batch_size for one in candidates})),
        baseline=Candidate(model=Choice(part="none", label="none"), runtime=Choice(part="none", label="none")),
        models=(),
        chains=((),),
        runtimes=(),
        scenarios=(),
        profiles=tuple(
            Profile(name=profile, weights={m: right if m == "accuracy" else fast for m in values}, ranges=ends, scales=scales)
            for profile, (right, fast) in WEIGHTS.items()
        ),
        search=Search(trials=TRIALS),
        measure=Measure(),
        limits=Limits(),
        target=Target(),
    )


def _metric(prior: Table) -> str:
    return "accuracy" if prior.kind == "accuracy" else "throughput"


Published = Mapping[tuple[str, int], float]
"""By name (``architecture.tag``, and the architecture alone) and image size, 0 for the mean over sizes."""


def _published(prior: Table) -> Published:
    """Return what a table says of its metric: of each entry, and the means over sizes and tags for what it lacks."""
    found: dict[tuple[str, int], list[float]] = defaultdict(list)
    for entry in prior.entries:
        if (value := entry.values.get(_metric(prior))) is None:
            continue
        for name in {entry.name, entry.architecture}:
            for size in (entry.img_size, 0):
                found[name, size].append(value)
    return {place: statistics.fmean(values) for place, values in found.items()}


def _looked_up(told: Mapping[str, Published], row: Row) -> dict[str, float]:
    """Return what each prior says of a row: of itself, else of its architecture at this size, else, of accuracies, at any."""
    found = {}
    for name, values in told.items():
        places: Iterable[tuple[str, int]] = [(row.name, row.img_size), (row.architecture, row.img_size)]
        if name.startswith("accuracy"):
            places = [(row.name, row.img_size), (row.name, 0), (row.architecture, row.img_size), (row.architecture, 0)]
        value = next((values[place] for place in places if place in values), None)
        if value is not None and value > 0:
            found[name] = value
    return found
