"""The two sides of a pytest suite: its files as they are, and at another revision, each with what leads pytest to them."""

from __future__ import annotations

import shlex
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from harness.errors import InputError
from harness.gate.samples import Arm, ArmName, Arms, Plan, Samples
from harness.gating.revisions import Repository, Revision
from harness.measure import environment
from harness.pytest_gate.process import Side
from harness.pytest_gate.running import Run, Wish


@dataclass(frozen=True, slots=True)
class Asked:
    """A pytest run that is to be gated: where it was started, with which words, of which some are ``places`` of tests."""

    folder: Path
    words: tuple[str, ...]
    places: frozenset[str]
    names: tuple[str, ...]
    """The benchmarks that were collected."""
    more: tuple[str, ...] = ()
    """Options that the processes get beside."""


@dataclass(frozen=True, slots=True)
class How:
    """How to gate. ``control``: a copy of the baseline is measured, too."""

    baseline: str
    plan: Plan
    control: bool
    seed: int


def measured(asked: Asked, how: How, say: Callable[[str, str], None]) -> Samples:
    """Return what was measured of both revisions, block by block."""
    repository = Repository(asked.folder)
    here, there = repository.here(), repository.baseline(how.baseline)
    with tempfile.TemporaryDirectory(prefix="harness-gate-") as place, repository.checked_out(there, Path(place)) as tree:
        older, newer = _sides(asked, repository.root.resolve(), tree.resolve(), there)
        sides: dict[ArmName, Side] = {"baseline": older, "candidate": newer}
        if how.control:
            sides["control"] = older
        wish = Wish(
            plan=how.plan,
            arms=Arms(baseline=_arm(there), candidate=_arm(here)),
            environment=environment.read(),
            seed=how.seed,
            reproduce=shlex.join(["pytest", *asked.words]),
        )
        return Run(sides, wish, Path(place), say).measure(asked.names)


def _arm(revision: Revision) -> Arm:
    return Arm(label=revision.label, about={"revision": revision.commit, "changed": revision.changed})


def _sides(asked: Asked, root: Path, tree: Path, there: Revision) -> tuple[Side, Side]:
    inside = asked.folder.resolve().relative_to(root)
    if not (tree / inside).is_dir():
        raise InputError(f"{there.label} has no folder {inside}", "start pytest in a folder that both revisions have")
    words = tuple(_moved(asked, root, tree))
    if asked.places.intersection(asked.words) and not any(_place(one, tree / inside).exists() for one in words if one[0] != "-"):
        raise InputError(f"{there.label} has none of the tests that were named", "name tests that both revisions have")
    found = tuple(_own_paths(sys.path, root, tree))
    older = Side(tree, tree / inside, words, tuple(tree / one for one in found), asked.more)
    newer = Side(root, root / inside, asked.words, tuple(root / one for one in found), asked.more)
    return older, newer


def _moved(asked: Asked, root: Path, tree: Path) -> Iterator[str]:
    """Give the words as they are meant in the other tree, without the places of tests that it does not have."""
    for word in asked.words:
        path = _place(word, asked.folder).resolve()
        if word not in asked.places or not path.is_relative_to(root):
            yield word
        elif (tree / path.relative_to(root)).exists():
            _, selector, rest = word.partition("::")
            yield f"{tree / path.relative_to(root)}{selector}{rest}"


def _place(word: str, folder: Path) -> Path:
    return folder / word.partition("::")[0]


def _own_paths(paths: Sequence[str], root: Path, tree: Path) -> Iterable[Path]:
    """Give the folders of modules that both trees have, relative to them; not what is only linked, such as an environment."""
    for path in filter(None, paths):
        folder = Path(path).resolve()
        if folder.is_relative_to(root) and (tree / folder.relative_to(root)).resolve().is_relative_to(tree):
            yield folder.relative_to(root)
