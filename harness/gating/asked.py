"""From what a user asks to a run of the gate: which revision is the baseline, and what of the suite is compared."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from harness import pipeline, suitefile
from harness.errors import InputError
from harness.gate.samples import Samples
from harness.gating.arms import Say
from harness.gating.revisions import Repository
from harness.gating.running import Run, Wish
from harness.gating.sides import FEW, Side, pairs
from harness.pipeline import Setting


@dataclass(frozen=True, slots=True)
class Against:
    """What to compare with: a git revision (None: where the main branch parted), or an ONNX file."""

    revision: str | None = None
    artifact: Path | None = None


def measured(setting: Setting, file: Path, against: Against, wanted: Sequence[str], wish: Wish, say: Say) -> Samples:
    """Return what was measured of the suite in ``file`` and of what it is compared ``against``."""
    if against.revision and against.artifact:
        raise InputError("both a revision and a file are named to compare with", "leave one of them out")
    setting.root.mkdir(parents=True, exist_ok=True)
    sides = _beside_a_file(setting, against.artifact) if against.artifact else _revisions(setting, file, against.revision)
    with pipeline.only_one(setting.root), sides as (baseline, candidate):
        many = not wanted and len(setting.space.candidates) > FEW
        compared = pairs(baseline, candidate, wanted, recommended(setting) if many else ())
        return Run(baseline, candidate, wish, setting.environment, say).measure(compared, setting.root)


def recommended(setting: Setting) -> list[str]:
    """Return the labels of what is recommended, as far as it is known."""
    told = pipeline.recommend_now(setting)["profiles"].values()
    return [one["candidate"] for one in told if one["candidate"] is not None and one["feasible"]]


@contextmanager
def _beside_a_file(setting: Setting, file: Path) -> Iterator[tuple[Side, Side]]:
    """Give the suite with ``file`` in the place of its artifacts, and the suite as it is."""
    if not file.is_file():
        raise InputError(f"{file}: there is no such file", "name an ONNX file")
    registry = setting.ledger.registry
    about = {"artifact": str(file)}
    yield Side.of(setting.suite, registry, file.name, about, file.resolve()), Side.of(setting.suite, registry, "here", {})


@contextmanager
def _revisions(setting: Setting, file: Path, wanted: str | None) -> Iterator[tuple[Side, Side]]:
    """Give the suite at a revision, and as it is."""
    registry = setting.ledger.registry
    repository = Repository(file.resolve().parent)
    here, there = repository.here(), repository.baseline(wanted)
    inside = file.resolve().relative_to(repository.root.resolve())
    with tempfile.TemporaryDirectory(prefix="harness-gate-") as place, repository.checked_out(there, Path(place)) as tree:
        older_file = (tree / inside).resolve()
        if not (older_file.is_file() and older_file.is_relative_to(tree.resolve())):  # a link leads to what is here
            raise InputError(f"{there.label} has no {inside}", "compare with a revision that has it: --baseline REF")
        suite = suitefile.load(tree / inside, registry)
        older = Side.of(suite, registry, there.label, {"revision": there.commit})
        yield older, Side.of(setting.suite, registry, here.label, {"revision": here.commit, "changed": here.changed})
