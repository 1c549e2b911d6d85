"""Another Python as the baseline: what it has installed, asked in a process of its own.

The harness is lent to it (``interpreter``), so that both arms are measured by the same code, and only what runs a model differs.
"""

from __future__ import annotations

import json
import platform
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any, Final

from harness.errors import InputError
from harness.interfaces import Runtime
from harness.interpreter import command
from harness.keys import versions

ADVICE: Final = "name a Python, such as venv/bin/python"
PATIENCE: Final = 60.0
"""Seconds in which a Python tells what it has."""


@dataclass(frozen=True, slots=True)
class Python:
    """An interpreter with its packages. ``versions`` are those of the distributions that were asked for and are installed."""

    path: str
    version: str
    versions: Mapping[str, str]

    @property
    def about(self) -> dict[str, Any]:
        """What finds it again."""
        return {"python": f"{self.path}, {self.version}", **self.versions}

    @classmethod
    def here(cls, names: Sequence[str]) -> Python:
        """Return the Python that runs this."""
        return cls(sys.executable, platform.python_version(), versions(names))

    def check(self, runtimes: Iterable[Runtime]) -> None:
        """Raise InputError where it has not what a runtime needs."""
        for runtime in runtimes:
            for name in runtime.packages:
                if name not in self.versions:
                    raise InputError(f"{self.path} has no {name}, which runtime {runtime.name} needs", "install it there")


def asked(path: Path, names: Sequence[str]) -> Python:
    """Return the Python at ``path`` with its versions of the distributions ``names``; raises InputError."""
    whole = str(path.absolute())  # not resolved: a link in bin/ is what makes an environment of it
    try:
        done = subprocess.run(
            command("harness.gating.pythons", names, whole), capture_output=True, text=True, timeout=PATIENCE, check=False
        )
    except subprocess.TimeoutExpired:
        raise InputError(
            f"{path} does not tell what it has within {PATIENCE:g} s", "name a Python, such as venv/bin/python"
        ) from None
    except OSError as error:
        raise InputError(f"{path}: {error.strerror or error}", ADVICE) from None
    if done.returncode:
        raise InputError(*_why(path, done.stderr))
    try:
        told = json.loads(done.stdout)
        return Python(whole, told["version"], told["versions"])
    except (ValueError, TypeError, KeyError):
        raise InputError(
            f"{path} is no Python: it prints {done.stdout[:40]!r}", "name a Python, such as venv/bin/python"
        ) from None


def _why(path: Path, log: str) -> tuple[str, str]:
    """Return why a Python cannot run the harness, and what to do."""
    last = next((line for line in reversed(log.splitlines()) if line.strip()), "it ends without a word")
    if "No module named" in last:
        return f"{path} has no {last.split(chr(39))[1]}, which measuring needs", "install the harness's dependencies there, too"
    return f"{path} cannot run the harness: {last.strip()}", "name a Python of version 3.11 or later"


def difference(baseline: Python, candidate: Python) -> str:
    """Say which versions of what they were asked for the environments differ in."""
    told = {"Python": (baseline.version, candidate.version)} | {
        name: (baseline.versions.get(name, "none"), candidate.versions.get(name, "none"))
        for name in dict.fromkeys((*baseline.versions, *candidate.versions))
    }
    changed = [f"{name} {old} → {new}" for name, (old, new) in told.items() if old != new]
    return f"the environments differ in {', '.join(changed)}" if changed else "the environments have the same versions"


def main(names: Sequence[str]) -> None:
    """Tell what is installed here, if an arm's process can run here at all."""
    import_module("harness.gating.turn")
    print(json.dumps({"version": platform.python_version(), "versions": versions(names)}))


if __name__ == "__main__":
    main(sys.argv[1:])
