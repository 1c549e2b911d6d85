"""The older of two revisions of a suite: which it is, and its files in a worktree of their own. Knows git, and no suite."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from harness.errors import InputError

MAIN: Final = ("origin/HEAD", "origin/main", "origin/master", "main", "master")
"""What the main branch may be called; the first that there is."""
WITHOUT_GIT: Final = "say what to compare with: --baseline-artifact FILE.onnx"


@dataclass(frozen=True, slots=True)
class Revision:
    """A commit, and what it was asked for by; ``changed``: files differ from it."""

    name: str
    commit: str
    changed: bool = False

    @property
    def label(self) -> str:
        """The revision in a few words."""
        short = self.commit[:8]
        known = short if self.commit.startswith(self.name) else f"{self.name} ({short})"
        return f"{known} with changes" if self.changed else known


class Repository:
    """The git repository that a folder lies in."""

    def __init__(self, folder: Path) -> None:
        """Find it; raises InputError where there is none."""
        if shutil.which("git") is None:
            raise InputError("git is not installed, so that there is no revision to compare with", WITHOUT_GIT)
        told = _git(folder, "rev-parse", "--show-toplevel")
        if told is None:
            raise InputError(f"{folder} is not in a git repository, so that there is no revision to compare with", WITHOUT_GIT)
        self.root = Path(told)

    def here(self) -> Revision:
        """Return the revision of the files as they are."""
        commit = self._commit("HEAD")
        if commit is None:
            raise InputError(f"{self.root}: the repository has no commit yet", WITHOUT_GIT)
        branch = _git(self.root, "symbolic-ref", "--short", "-q", "HEAD")
        return Revision(branch or commit, commit, changed=bool(_git(self.root, "status", "--porcelain")))

    def baseline(self, wanted: str | None) -> Revision:
        """Return the revision that is ``wanted``; none: where the main branch and this one parted."""
        if wanted is None:
            return self._parting()
        commit = self._commit(wanted)
        if commit is None:
            raise InputError(f"{self.root}: git knows no revision {wanted!r}", self._fetching(wanted))
        return Revision(wanted, commit)

    def _parting(self) -> Revision:
        main = next((name for name in MAIN if self._commit(name)), None)
        if main is None:
            raise InputError(f"{self.root} has no branch {' or '.join(MAIN[1:])}", "say which revision: --baseline REF")
        commit = _git(self.root, "merge-base", "HEAD", main)
        if commit is None:
            raise InputError(f"{self.root}: HEAD and {main} have no commit in common", self._fetching(main))
        return Revision(main, commit)

    def _commit(self, name: str) -> str | None:
        return _git(self.root, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}")

    def _fetching(self, name: str) -> str:
        shallow = _git(self.root, "rev-parse", "--is-shallow-repository") == "true"
        return "the clone is shallow: git fetch --unshallow" if shallow else f"git log {name} shows whether it is there"

    @contextmanager
    def checked_out(self, revision: Revision, place: Path) -> Iterator[Path]:
        """Give a folder below ``place`` with the files of a revision; it is gone afterwards.

        What git does not hold, such as data and weights, is linked from here: it is the same for both arms.
        """
        folder = place / "tree"
        if _git(self.root, "worktree", "add", "--detach", "--force", str(folder), revision.commit) is None:
            raise InputError(f"{self.root}: git made no worktree of {revision.label}", "git worktree list shows what there is")
        try:
            self._link(folder)
            yield folder
        finally:
            _git(self.root, "worktree", "remove", "--force", "--force", str(folder))

    def _link(self, folder: Path) -> None:
        told = _git(self.root, "ls-files", "--others", "--directory", "-z") or ""
        for name in filter(None, told.split("\0")):
            there, here = folder / name, self.root / name
            if not (os.path.lexists(there) or folder.is_relative_to(here.resolve())):
                there.parent.mkdir(parents=True, exist_ok=True)
                there.symlink_to(here.resolve())


def _git(folder: Path, *words: str) -> str | None:
    """Return what git prints, None where it fails; a hook's variables, which name another repository, are not passed on."""
    variables = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    command = ["git", "-C", str(folder), *words]
    done = subprocess.run(command, capture_output=True, text=True, env=variables, check=False)
    return done.stdout.strip() if done.returncode == 0 else None
