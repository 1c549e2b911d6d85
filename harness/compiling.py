"""What a runtime compiles for a candidate: made once, in a process of its own, before anything of the candidate is timed.

So every measuring process finds the code, as a deployment does that was started before; and the time that compiling took is
that of a process that found nothing.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from harness.keys import digest, runtime_identity
from harness.launch import Outcome
from harness.record import Artifact
from harness.registry import Registry
from harness.spec import Candidate

NOTE: Final = "compiled.json"
"""In a folder of compiled code, written last: the seconds it took."""

NOTHING: Final[Mapping[str, Any]] = {"scenarios": {}, "probe": None, "evaluate": False}
"""What is asked of the process that compiles, beside an answer."""

Launch = Callable[[Mapping[str, Any]], Outcome]


def folder(root: Path, registry: Registry, candidate: Candidate, artifact: Artifact, machine: str) -> Path | None:
    """Return the folder for what the candidate's runtime compiles on this ``machine``; None where it keeps nothing."""
    runtime = registry.runtimes[candidate.runtime.part]
    if not runtime.code_variable:
        return None
    about = runtime_identity(runtime, candidate.runtime.options), candidate.device, candidate.batch_size, machine
    return root / "cache/code" / digest([artifact.digest, *about])


def is_compiled(place: Path) -> bool:
    """Whether the code in ``place`` is whole."""
    return (place / NOTE).exists()


def compiled(place: Path, variable: str, job: Mapping[str, Any], launch: Launch) -> float:
    """Return the seconds that compiling took; unless the code is in ``place``, it is made now, with nothing to build on."""
    if not is_compiled(place):
        shutil.rmtree(place, ignore_errors=True)
        place.mkdir(parents=True)
        found = launch({**job, **NOTHING, "environment": {variable: str(place)}}).found
        part = place / "part"
        part.write_text(json.dumps({"seconds": found["first_query"]}))
        part.rename(place / NOTE)
    return float(json.loads((place / NOTE).read_text())["seconds"])
