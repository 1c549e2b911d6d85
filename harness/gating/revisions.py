"""The older of two revisions of a suite: which it is, and its files in a worktree of their own. Knows git, and no suite."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from harness.errors import InputError
from harness.gate.samples import Commit

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
        told = _asked(folder, "rev-parse", "--show-toplevel")
        if "not a git repository" in told.stderr:
            raise InputError(f"{folder} is not in a git repository, so that there is no revision to compare with", WITHOUT_GIT)
        if told.returncode:
            raise InputError(f"{folder}: git finds no repository: {_why(told)}", _advice(told) or WITHOUT_GIT)
        self.root = Path(told.stdout.strip())

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

    def commit(self, revision: Revision) -> Commit:
        """Return what is to be told of a revision."""
        told = (_git(self.root, "show", "--no-patch", "--format=%ct %s", revision.commit) or "0").partition(" ")
        when = datetime.fromtimestamp(int(told[0]), UTC).isoformat()
        subject = told[2].encode(errors="surrogateescape").decode(errors="replace")
        return Commit(revision=revision.commit, subject=subject, committed=when, changed=revision.changed)

    def authored(self, revision: Revision) -> str:
        """Return when a revision was written, in ISO 8601; it may have been committed later."""
        return _git(self.root, "show", "--no-patch", "--format=%aI", revision.commit) or ""

    def line(self, good: Revision, bad: Revision) -> list[Revision]:
        """Return the commits after ``good`` up to ``bad``, oldest first: of merges the line they were merged into."""
        told = _git(self.root, "merge-base", "--is-ancestor", good.commit, bad.commit)
        if told is None or good.commit == bad.commit:
            raise InputError(f"{good.label} is not before {bad.label}", "git log --oneline --graph shows which are")
        found = _git(self.root, "rev-list", "--reverse", "--first-parent", f"{good.commit}..{bad.commit}") or ""
        return [Revision(one, one) for one in found.split()]

    @contextmanager
    def checked_out(self, revision: Revision, place: Path) -> Iterator[Path]:
        """Give a folder below ``place`` with the files of a revision; it is gone afterwards.

        What git does not hold, such as data and weights, is linked from here: it is the same for both arms.
        """
        folder = place / "tree"
        try:
            made = _asked(self.root, "worktree", "add", "--detach", "--force", str(folder), revision.commit)
            if made.returncode:
                message = f"{self.root}: git made no worktree of {revision.label}: {_why(made)}"
                raise InputError(message, _advice(made) or "git worktree list shows what there is")
            self._link(folder)
            yield folder
        finally:
            self._remove(folder)

    def forget(self, place: Path) -> None:
        """Forget the worktrees below ``place``, those of runs that were killed, whether their files are still there or not."""
        told = (_git(self.root, "worktree", "list", "--porcelain") or "").splitlines()
        for folder in (Path(line.removeprefix("worktree ")) for line in told if line.startswith("worktree ")):
            if folder.is_relative_to(place.resolve()):
                self._remove(folder)

    def _remove(self, folder: Path) -> None:
        _git(self.root, "worktree", "remove", "--force", "--force", str(folder))

    def not_held(self, files: Iterable[Path]) -> list[str]:
        """Return those of some files that lie here and that git does not hold, by their paths from here."""
        root = self.root.resolve()
        inside = {str(one.resolve().relative_to(root)) for one in files if one.resolve().is_relative_to(root)}
        held = _git(self.root, "--literal-pathspecs", "ls-files", "-z", "--", *inside) if inside else ""
        return sorted(inside - {*(held or "").split("\0")})

    def _link(self, folder: Path) -> None:
        told = _git(self.root, "ls-files", "--others", "--directory", "-z") or ""
        for name in filter(None, told.split("\0")):
            there, here = folder / name, self.root / name
            if not (os.path.lexists(there) or folder.is_relative_to(here.resolve())):
                there.parent.mkdir(parents=True, exist_ok=True)
                there.symlink_to(here.resolve())


def _git(folder: Path, *words: str) -> str | None:
    """Return what git prints; None where it fails."""
    done = _asked(folder, *words)
    return done.stdout.strip() if done.returncode == 0 else None


def _asked(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Ask git, in English; a hook's variables, which name another repository, are not passed on."""
    variables = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")} | {"LC_ALL": "C"}
    command = ["git", "-C", str(folder), *words]
    return subprocess.run(command, capture_output=True, text=True, errors="surrogateescape", env=variables, check=False)


def _why(done: subprocess.CompletedProcess[str]) -> str:
    """Return why git failed, in its own words."""
    lines = done.stderr.strip().splitlines() or [f"exit status {done.returncode}"]
    return next((line for line in reversed(lines) if line.startswith("fatal: ")), lines[-1]).removeprefix("fatal: ")


def _advice(done: subprocess.CompletedProcess[str]) -> str | None:
    """Return the command with which git would trust a repository of another user."""
    return next((line.strip() for line in done.stderr.splitlines() if "--add safe.directory" in line), None)
