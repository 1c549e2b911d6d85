"""One fresh pytest process of an arm: started, waited for, and what it told; what stops it is a JobError."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from harness import launch
from harness.errors import InputError, JobError
from harness.faults import died, kills_for_memory
from harness.gate.samples import ArmName, Name
from harness.pytest_gate import results
from harness.pytest_gate.cases import Process
from harness.pytest_gate.inside import ENDED, TOLD

BENCHMARKS: Final = "benchmark.json"
NOTHING_COLLECTED: Final = 5
"""Exit status of pytest that ran no test."""
SOURCES: Final = ("", "src")
"""Where a repository's packages may lie."""


class FailedError(JobError):
    """A benchmark that failed in an arm's process; ``case`` is its name."""

    def __init__(self, case: Name, message: str) -> None:
        super().__init__("failed", "measure", message)
        self.case = case


@dataclass(frozen=True, slots=True)
class Side:
    """Where an arm's processes run: its ``tree`` of files, the folder in it, pytest's arguments, and where modules are found."""

    tree: Path
    folder: Path
    words: tuple[str, ...]
    paths: tuple[Path, ...] = ()
    more: tuple[str, ...] = ()
    """Options beside."""

    def with_options(self, options: Sequence[str]) -> list[str]:
        """Return pytest's arguments with all options, the later of which win, before the word that ends options."""
        at = self.words.index("--") if "--" in self.words else len(self.words)
        return [*self.words[:at], *self.more, *options, *self.words[at:]]

    def environment(self, caches: Path) -> dict[str, str]:
        """Return the variables of its processes: bytecode is kept in a place of its own, since the arms share untracked files."""
        found = [*map(str, self.paths), *filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep))]
        return {**os.environ, "PYTHONPATH": os.pathsep.join(found), "PYTHONPYCACHEPREFIX": str(caches)}

    def strays(self, modules: Mapping[str, str]) -> Iterator[tuple[str, str]]:
        """Give the modules that come from elsewhere though the tree has them, with their files."""
        for name, file in modules.items():
            places = (self.tree / base / name for base in (*map(Path, SOURCES), *self.paths))
            own = any(self._holds(path) for place in places for path in (place / "__init__.py", place.with_suffix(".py")))
            if own and not Path(file).resolve().is_relative_to(self.tree.resolve()):
                yield name, file

    def _holds(self, path: Path) -> bool:
        return path.is_file() and path.resolve().is_relative_to(self.tree.resolve())


def run(arm: ArmName, side: Side, place: Path, ended: Iterable[str], limit: float | None) -> Process:
    """Return what one process of an arm measured, of all but the benchmarks that ``ended``; raises JobError and InputError."""
    folder = Path(tempfile.mkdtemp(prefix="pytest-", dir=place))
    try:
        (folder / ENDED).write_text(json.dumps(sorted(ended)), encoding="utf-8")
        status, kills = _wait(side, place, folder, limit)
        return _told(arm, side, folder, status, kills)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _wait(side: Side, place: Path, folder: Path, limit: float | None) -> tuple[int, int | None]:
    """Run pytest until it ends; return its exit status."""
    kills = kills_for_memory()
    ours = [
        f"--harness-turn={folder}",
        "--benchmark-enable",
        "--benchmark-only",
        f"--benchmark-json={folder / BENCHMARKS}",
        f"--benchmark-storage=file://{folder / 'storage'}",
    ]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "pytest", *side.with_options(ours)],
            cwd=side.folder,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            env=side.environment(place / "bytecode"),
        )
        try:
            return process.wait(limit), kills
        except subprocess.TimeoutExpired:
            raise JobError("timed_out", "measure", f"no end after {limit:.0f} s", launch.tail(folder / "log")) from None
        finally:
            launch.kill(process)


def _told(arm: ArmName, side: Side, folder: Path, status: int, kills: int | None) -> Process:
    log = launch.tail(folder / "log")
    if status < 0:
        kind, message = died(status, kills)
        raise JobError(kind, "measure", message, log)
    if not (folder / TOLD).exists():
        raise JobError("failed", "load", _complaint(log) or f"pytest ended with exit status {status}", log)
    told: dict[str, Any] = json.loads((folder / TOLD).read_text(encoding="utf-8"))
    for case, message in told["failed"]:
        raise FailedError(case or "pytest", message)
    if status not in {0, NOTHING_COLLECTED}:
        raise JobError("failed", "load", _complaint(log) or f"pytest ended with exit status {status}", log)
    stray = next(side.strays(told["modules"]), None)
    if stray is not None:
        raise InputError(
            f"the {arm} imports {stray[0]} from {stray[1]}, not from its own files in {side.tree}",
            "install the package with `pip install -e .`, or name its folder in PYTHONPATH",
        )
    return Process(_results(folder / BENCHMARKS), told["quality"], told["machine"])


def _results(file: Path) -> results.Results:
    return results.read(file.read_bytes(), "pytest-benchmark") if file.exists() else results.Results(benchmarks=())


def _complaint(log: str) -> str:
    """Return the line in which pytest says why it does not run."""
    lines = [line.strip() for line in log.splitlines()]
    return next((line for line in lines if line.startswith(("ERROR", "pytest: error"))), "")
