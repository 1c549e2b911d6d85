"""Running an exported folder where this package cannot be imported."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np

RUN = """
import importlib.abc
import runpy
import sys


class Closed(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] == "harness":
            raise ImportError("there is no harness here")


sys.meta_path.insert(0, Closed())
loader, given, scores = sys.argv[1:]
sys.argv = [loader]
names = runpy.run_path(loader, run_name="__main__")

import numpy as np

np.save(scores, names["predict"](names["load"](), np.load(given)))
assert not [name for name in sys.modules if name.partition(".")[0] == "harness"]
"""


def scores_of(folder: Path, samples: np.ndarray, work: Path) -> tuple[np.ndarray, str]:
    """Return the scores that the ``load.py`` of ``folder`` gives ``samples``, and what its check of itself printed."""
    np.save(work / "given.npy", samples)
    command = [sys.executable, "-I", "-c", RUN, str(folder / "load.py"), str(work / "given.npy"), str(work / "scores.npy")]
    done = subprocess.run(command, cwd=work, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    return np.load(work / "scores.npy"), done.stdout
