"""From what a user asks to a run of the gate: which revision is the baseline, and what of the suite is compared."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from harness import pipeline, suitefile
from harness.errors import InputError, NoBaselineError, SuiteError
from harness.gate import baselines
from harness.gate.samples import Plan, Samples
from harness.gating import alone, pythons
from harness.gating.arms import Say
from harness.gating.revised import FEW, Pair, Revised, across, chosen, pairs
from harness.gating.revisions import Repository, Revision
from harness.gating.running import Run, Wish
from harness.pipeline import Setting
from harness.registry import Registry
from harness.spec import Suite

PREFIX: Final = "gate-"
"""How the folders begin, in the cache, of what is there only while a gate runs."""


@dataclass(frozen=True, slots=True)
class Against:
    """What to compare with: one of a git revision, an ONNX file, what is stored of a job, another suite, another Python.

    Of none: the revision where the main branch parted.
    """

    revision: str | None = None
    artifact: Path | None = None
    stored: Path | None = None
    suite: Path | None = None
    python: Path | None = None

    def check(self) -> None:
        """Raise InputError where it is more than one thing."""
        named = {
            "a revision": self.revision,
            "a file": self.artifact,
            "a stored baseline": self.stored,
            "another suite": self.suite,
            "another Python": self.python,
        }
        given = [name for name, value in named.items() if value]
        if len(given) > 1:
            raise InputError(f"both {given[0]} and {given[1]} are named to compare with", "leave one of them out")


def measured(setting: Setting, file: Path, against: Against, wanted: Sequence[str], wish: Wish, say: Say) -> Samples:
    """Return what was measured of the suite in ``file`` and of what it is compared ``against``."""
    against.check()
    if against.stored:
        return _against_stored(setting, file, against.stored, wanted, wish.plan, say)
    with pipeline.only_one(setting.root), place_in(setting.root) as place, _arms(setting, file, against, place) as arms:
        many = not wanted and len(setting.space.candidates) > FEW
        find = across if against.suite else pairs
        compared = find(arms.baseline, arms.candidate, wanted, recommended(setting) if many else ())
        if arms.baseline.python:
            runtimes = [one.baseline.runtime.part for one in compared if one.baseline]
            arms.baseline.python.check(setting.ledger.registry.runtimes[part] for part in runtimes)
        told = Run(arms.baseline, arms.candidate, wish, setting.environment, say).measure(compared, setting.root, place)
        return told.model_copy(update={"remarks": (*arms.remarks, *_renamed(compared), *told.remarks)})


def alone_now(setting: Setting, file: Path, labels: Sequence[str], plan: Plan, say: Say) -> alone.Measured:
    """Return what was measured of candidates of the suite in ``file``, without another arm."""
    with pipeline.only_one(setting.root), place_in(setting.root) as place:
        return alone.measured(setting, file, labels, plan, place, say)


def _against_stored(setting: Setting, file: Path, stored: Path, wanted: Sequence[str], plan: Plan, say: Say) -> Samples:
    """Return what was measured of the suite, beside what is stored: of all candidates that are, and of all if they are few."""
    if not stored.is_file():
        raise InputError(f"{stored}: there is no such file", "harness baseline writes one")
    baseline = baselines.read(stored.read_bytes(), str(stored))
    few = [one.label for one in setting.space.candidates] if len(setting.space.candidates) <= FEW else []
    labels = chosen(setting.space, wanted, ()) if wanted else list(dict.fromkeys((*baseline.cases, *few)))
    found = alone_now(setting, file, labels, plan, say)
    known = {label: frozen for label, frozen in baseline.cases.items() if label in labels}
    return baselines.against(found.samples, baseline.model_copy(update={"cases": known}), found.right)


def to_store(setting: Setting, wanted: Sequence[str]) -> list[str]:
    """Return the labels of what is stored: what is ``wanted``; else all candidates, if they are few; else what is recommended."""
    many = not wanted and len(setting.space.candidates) > FEW
    return chosen(setting.space, wanted, recommended(setting) if many else ())


def recommended(setting: Setting) -> list[str]:
    """Return the labels of what is recommended, as far as it is known."""
    told = pipeline.recommend_now(setting)["profiles"].values()
    return [one["candidate"] for one in told if one["candidate"] is not None and one["feasible"]]


@dataclass(frozen=True, slots=True)
class _Arms:
    """What is compared, and what is to be known of it."""

    baseline: Revised
    candidate: Revised
    remarks: tuple[str, ...] = ()


@contextmanager
def place_in(root: Path) -> Iterator[Path]:
    """Give a folder that is there only while the gate runs; those of runs that were killed are removed first."""
    caches = root / "cache"
    caches.mkdir(parents=True, exist_ok=True)
    for stale in caches.glob(f"{PREFIX}*"):
        shutil.rmtree(stale, ignore_errors=True)
    place = Path(tempfile.mkdtemp(prefix=PREFIX, dir=caches))
    try:
        yield place
    finally:
        shutil.rmtree(place, ignore_errors=True)


def _arms(setting: Setting, file: Path, against: Against, place: Path) -> AbstractContextManager[_Arms]:
    """Give both arms of the suite in ``file``, while what they consist of is there."""
    if against.artifact:
        return nullcontext(_beside_a_file(setting, against.artifact))
    if against.suite:
        return nullcontext(_beside_a_suite(setting, file, against.suite))
    if against.python:
        return nullcontext(_beside_a_python(setting, against.python))
    return _revisions(setting, file, against.revision, place)


def _beside_a_file(setting: Setting, file: Path) -> _Arms:
    """Return the suite with ``file`` in the place of its artifacts, and the suite as it is."""
    if not file.is_file():
        raise InputError(f"{file}: there is no such file", "name an ONNX file")
    registry, about = setting.ledger.registry, {"artifact": str(file)}
    older = Revised.of(setting.suite, registry, file.name, about, file.resolve())
    return _Arms(older, Revised.of(setting.suite, registry, "here", {}))


def _beside_a_suite(setting: Setting, file: Path, other: Path) -> _Arms:
    """Return another suite, and the suite in ``file``."""
    registry = setting.ledger.registry
    older = Revised.of(suitefile.load(other, registry), registry, str(other), {"suite": str(other)})
    return _Arms(older, Revised.of(setting.suite, registry, str(file), {"suite": str(file)}))


def _beside_a_python(setting: Setting, path: Path) -> _Arms:
    """Return the suite as it is, run by the Python at ``path``, and by this one."""
    suite, registry = setting.suite, setting.ledger.registry
    runtimes = (registry.runtimes[choice.part] for choice in suite.runtimes)
    names = tuple(dict.fromkeys((*(name for one in runtimes for name in (*one.packages, *one.optional)), "numpy")))
    older, newer = pythons.asked(path, names), pythons.Python.here(names)
    return _Arms(
        Revised.of(suite, registry, str(path), older.about, python=older),
        Revised.of(suite, registry, "here", newer.about, python=newer),
        (pythons.difference(older, newer),),
    )


def _renamed(compared: Sequence[Pair]) -> Iterator[str]:
    """Say which candidates are compared with one of another label."""
    for one in compared:
        if one.baseline and one.baseline.label != one.name:
            yield f"{one.name} is compared with {one.baseline.label}"


@contextmanager
def _revisions(setting: Setting, file: Path, wanted: str | None, place: Path) -> Iterator[_Arms]:
    """Give the suite at a revision, and as it is."""
    suite, registry = setting.suite, setting.ledger.registry
    repository = Repository(file.resolve().parent)
    here, there = repository.here(), repository.baseline(wanted)
    if wanted is None and here.commit == there.commit and not here.changed:
        raise InputError(
            f"nothing differs from {there.label}, so that there is nothing to gate", "say which revision: --baseline HEAD~1"
        )
    repository.forget(place.parent)
    with repository.checked_out(there, place) as tree:
        older = at_revision(tree, file.resolve().relative_to(repository.root.resolve()), there, registry)
        yield _Arms(
            Revised.of(older, registry, there.label, {"revision": there.commit}),
            Revised.of(suite, registry, here.label, {"revision": here.commit, "changed": here.changed}),
            tuple(_shared(repository.not_held([file, *_files(suite, registry)]))),
        )


def at_revision(tree: Path, inside: Path, there: Revision, registry: Registry) -> Suite:
    """Return the suite as it is at a revision that is checked out; raises NoBaselineError."""
    file = (tree / inside).resolve()
    if not (file.is_file() and file.is_relative_to(tree.resolve())):  # a link leads to what is here
        raise NoBaselineError(f"{there.label} has no {inside}", "compare with a revision that has it: --baseline REF")
    try:
        return suitefile.load(tree / inside, registry)
    except SuiteError as error:
        mistakes = f"{error.mistakes[0]}" if error.mistakes else error.message
        raise NoBaselineError(
            f"{inside} of {there.label} is no suite: {mistakes}", "compare with a later revision: --baseline REF"
        ) from None


def _files(suite: Suite, registry: Registry) -> Iterator[Path]:
    """Give the files that a suite's models are read from."""
    for choice in suite.models:
        yield from registry.models[choice.part].files(choice.options, Path(suite.folder))


def _shared(names: Sequence[str]) -> Iterator[str]:
    if names:
        yield f"git does not hold {', '.join(names)}, so that both arms have the same"
