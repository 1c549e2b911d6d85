"""A suite file, read, checked and settled."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path as FilePath
from types import MappingProxyType
from typing import Any, Final

from pydantic import ValidationError

from harness import compatibility
from harness.compatibility import Workload
from harness.errors import InputError, SuiteError
from harness.metrics import qualities
from harness.registry import Registry
from harness.sources import sources
from harness.spec import Candidate, Choice, Suite
from harness.suitefile import behaving, explaining, needs, profiles
from harness.suitefile.document import Document
from harness.suitefile.needs import ABSENT, Needs, inside
from harness.suitefile.parts import COMBINATIONS_AT_MOST, expand
from harness.suitefile.suggest import note
from harness.suitefile.yaml_text import Path, Reading, read

CANDIDATES_AT_MOST: Final = 100_000


def load(path: FilePath, registry: Registry) -> Suite:
    """Return the suite in the file at ``path``.

    Raises InputError when the file cannot be read, and SuiteError with all its mistakes when it is wrong.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        known = sorted(path.parent.glob("*.yaml")) if path.parent.is_dir() else []
        hint = f"there is {', '.join(map(str, known))}" if known else "give the path of a suite file"
        raise InputError(f"no suite file at {path}", hint) from None
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"cannot read the suite file {path}: {error}") from None
    return loads(text, registry, path.parent, str(path)).model_copy(update={"file": str(path)})


def loads(text: str, registry: Registry, folder: FilePath, source: str = "suite") -> Suite:
    """Return the suite that ``text`` holds; relative paths in it start at ``folder``."""
    reading = read(text)
    suite = None if reading.mistakes and reading.value is None else _settle(reading, registry, folder)
    if suite is None or reading.mistakes:
        raise SuiteError(source, tuple(sorted(reading.mistakes, key=lambda m: m.line or 0)))
    return suite


def _settle(reading: Reading, registry: Registry, folder: FilePath) -> Suite | None:
    raw = reading.value
    if not isinstance(raw, dict):
        reading.mistake((), "expected keys and values: name, workload, models, runtimes, profiles")
        return None
    document: Document | None = None
    try:
        document = Document.model_validate(raw)
    except ValidationError as error:
        note(reading, error, Document)
    scenarios = _scenarios(raw, registry, reading)
    labels = _Labels(), _Labels(), _Labels()
    models = _each(
        raw.get("models"),
        registry.models,
        "models",
        reading,
        labels[0],
        lambda choice: registry.models[choice.part].files(choice.options, folder),
    )
    chains = _chains(raw.get("passes", [[]]), registry, reading, labels[1])
    runtimes = _each(raw.get("runtimes"), registry.runtimes, "runtimes", reading, labels[2])
    dataset = _one(inside(raw, "workload", "dataset"), registry.datasets, "datasets", reading, ("workload", "dataset"))
    task = "classification"
    if dataset:
        dataset, task = needs.task(inside(raw, "workload", "task", None), dataset, registry, folder, reading)
    own = document.workload.metric if document else None
    if own:
        _try(lambda: sources(own.python, folder), reading, ("workload", "metric", "python"))
    judged = qualities(task, own.better if own else None)
    given = Needs(raw, tuple(choice.part for choice in scenarios), judged, needs.unscored(dataset, models, registry), registry)
    settled = profiles.settle(raw.get("profiles"), judged[0], given.lacks, reading)
    bearing = compatibility.workload(registry, dataset, task) if dataset else Workload()
    explain = explaining.settle(document.explain, task, bearing, registry, reading) if document and document.explain else None
    asked = behaving.Asked()
    if document and dataset:
        lacking = given.lacks_classes or ("one input" if bearing.several else None)
        asked = behaving.settle(document.workload, dataset, lacking, registry, reading, folder)
    if bearing.unjudged:
        needs.judge_nothing(bearing.unjudged, chains, runtimes, registry, reading)
    if dataset:
        _try(lambda: registry.datasets[dataset.part].digest(dataset.options, folder), reading, ("workload", "dataset"))
    baseline = _baseline(raw.get("baseline"), registry, reading, labels, bearing)
    if raw.get("baseline") is None:
        baseline = _first_that_fits(models, runtimes, registry, bearing)
    batch_sizes = _batch_sizes(inside(raw, "workload", "batch_size", 1), reading)
    if (count := len(models) * len(chains) * len(runtimes) * len(batch_sizes)) > CANDIDATES_AT_MOST:
        reading.mistake((), f"its axes multiply to {count:,} combinations", f"at most {CANDIDATES_AT_MOST:,}")
    if reading.mistakes or document is None or dataset is None:
        return None
    if baseline is None:
        reading.mistake(("runtimes",), "none of the runtimes can run any of the models")
        return None
    return Suite(
        name=document.name,
        folder=str(folder.resolve()),
        dataset=dataset,
        batch_sizes=batch_sizes,
        end_to_end=document.workload.end_to_end,
        task=task,
        own_metric=own,
        **asked._asdict(),
        explain=explain,
        baseline=baseline.model_copy(update={"batch_size": batch_sizes[0], "device": document.target.device}),
        models=models,
        chains=chains,
        runtimes=runtimes,
        scenarios=scenarios,
        profiles=settled,
        search=document.search,
        measure=document.measure,
        limits=document.limits,
        target=document.target,
    )


class _Labels:
    """Sees to it that the choices of one kind are told apart: other options, another label."""

    def __init__(self) -> None:
        self._labels: dict[str, str] = {}
        self._uses: dict[str, int] = {}

    def settle(self, choice: Choice) -> Choice:
        """Return ``choice`` with a number behind its label when other options have that label already."""
        about = choice.model_dump_json(exclude={"label"})
        if about not in self._labels:
            uses = self._uses[choice.label] = self._uses.get(choice.label, 0) + 1
            self._labels[about] = choice.label + (f"~{uses}" if uses > 1 else "")
        return choice.model_copy(update={"label": self._labels[about]})


def _each(
    uses: Any,
    parts: Mapping[str, Any],
    kind: str,
    reading: Reading,
    labels: _Labels,
    check: Callable[[Choice], object] | None = None,
) -> tuple[Choice, ...]:
    """Return every choice of a list of uses, each once; ``check`` may raise InputError about one."""
    found: dict[str, Choice] = {}
    for i, use in enumerate(uses if isinstance(uses, list) else ()):
        for choice in expand(use, parts, kind, reading, (kind, i)):
            if check:
                _try(partial(check, choice), reading, (kind, i))
            settled = labels.settle(choice)
            found[settled.label] = settled
    return tuple(found.values())


def _one(
    use: Any, parts: Mapping[str, Any], kind: str, reading: Reading, at: Path, models: Mapping[str, Any] = MappingProxyType({})
) -> Choice | None:
    if use is ABSENT:
        return None  # told by the document's own types
    found = expand(use, parts, kind, reading, at, models)
    if len(found) > 1:
        reading.mistake(at, f"stands for {len(found)} at once; exactly one is needed here")
    return found[0] if found else None


def _chains(raw: Any, registry: Registry, reading: Reading, labels: _Labels) -> tuple[tuple[Choice, ...], ...]:
    """Return every chain once, the axes of its passes multiplied."""
    found: dict[tuple[str, ...], tuple[Choice, ...]] = {}
    for i, chain in enumerate(raw if isinstance(raw, list) else ()):
        uses = enumerate(chain if isinstance(chain, list) else ())
        steps = [expand(use, registry.passes, "passes", reading, ("passes", i, j), registry.models) for j, use in uses]
        if (count := math.prod(map(len, steps))) > COMBINATIONS_AT_MOST:
            reading.mistake(("passes", i), f"its lists multiply to {count:,} combinations", f"at most {COMBINATIONS_AT_MOST:,}")
            continue
        for choices in itertools.product(*steps):
            settled = tuple(labels.settle(choice) for choice in choices)
            found[tuple(choice.label for choice in settled)] = settled
    return tuple(found.values())


def _scenarios(raw: dict[str, Any], registry: Registry, reading: Reading) -> tuple[Choice, ...]:
    """Return the scenarios, each name once: two settings of one would give one metric two values."""
    uses = raw.get("scenarios", ["single_stream", "offline"])
    found: dict[str, Choice] = {}
    for i, use in enumerate(uses if isinstance(uses, list) else ()):
        choice = _one(use, registry.scenarios, "scenarios", reading, ("scenarios", i))
        if choice and found.setdefault(choice.part, choice).options != choice.options:
            reading.mistake(
                ("scenarios", i), f"{choice.part} stands here twice, with other options", "write another suite for it"
            )
    return tuple(found.values())


def _baseline(
    raw: Any, registry: Registry, reading: Reading, labels: tuple[_Labels, _Labels, _Labels], bearing: Workload
) -> Candidate | None:
    if not isinstance(raw, dict):
        return None
    model = _one(raw.get("model", ABSENT), registry.models, "models", reading, ("baseline", "model"))
    runtime = _one(raw.get("runtime", ABSENT), registry.runtimes, "runtimes", reading, ("baseline", "runtime"))
    uses = raw.get("passes", [])
    passes = [
        _one(use, registry.passes, "passes", reading, ("baseline", "passes", i), registry.models)
        for i, use in enumerate(uses if isinstance(uses, list) else ())
    ]
    if model is None or runtime is None or None in passes:
        return None
    baseline = Candidate(
        model=labels[0].settle(model),
        passes=tuple(labels[1].settle(choice) for choice in passes if choice),
        runtime=labels[2].settle(runtime),
    )
    refusal = compatibility.refusal(registry, model, baseline.passes, runtime, bearing)
    if refusal:
        reading.mistake(("baseline",), refusal)
    return baseline


def _first_that_fits(
    models: tuple[Choice, ...], runtimes: tuple[Choice, ...], registry: Registry, bearing: Workload
) -> Candidate | None:
    pairs = ((model, runtime) for model in models for runtime in runtimes)
    fitting = (pair for pair in pairs if compatibility.refusal(registry, pair[0], (), pair[1], bearing) is None)
    return next((Candidate(model=model, runtime=runtime) for model, runtime in fitting), None)


def _batch_sizes(raw: Any, reading: Reading) -> tuple[int, ...]:
    sizes = raw if isinstance(raw, list) else [raw]
    at: Path = ("workload", "batch_size")
    for i, size in enumerate(sizes):
        if isinstance(size, int) and not isinstance(size, bool) and not 1 <= size <= 65_536:
            reading.mistake((*at, i) if isinstance(raw, list) else at, f"a batch holds 1 to 65,536 samples, got {size}")
    if not sizes:
        reading.mistake(at, "an empty list has no value to try")
    return tuple(dict.fromkeys(size for size in sizes if isinstance(size, int)))


def _try(action: Any, reading: Reading, at: Path) -> None:
    try:
        action()
    except InputError as error:
        reading.mistake(at, error.message, error.hint)
    except OSError as error:
        reading.mistake(at, f"cannot be looked at: {error.strerror}")
