"""Samples that an exported artifact can be checked with: some of the test split, and the scores of the harness's own session."""

from __future__ import annotations

import io
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from PIL import Image

from harness import compiling, jobs, launch
from harness.geometry import FORMATS
from harness.handover.choosing import Chosen
from harness.interfaces import Array
from harness.ledger import ACCURACY
from harness.pipeline import Setting

SAMPLES: Final = 8
SUFFIXES: Final = {"JPEG": ".jpg", "TIFF": ".tif"}


@dataclass(frozen=True, slots=True)
class Example:
    """Samples after their geometry, with the scores they got here; ``settings`` were in effect."""

    samples: Array
    scores: Array
    settings: Mapping[str, Any]
    original: tuple[str, bytes] | None
    """Of images: the first sample as it was before its geometry, as a file with a name."""

    @property
    def kind(self) -> str:
        """What a sample is: ``image``, ``row`` or ``record``."""
        if self.samples.dtype.names:
            return "record"
        return "image" if self.samples.ndim == 4 else "row"


def example(setting: Setting, chosen: Chosen) -> Example:
    """Return samples with their scores, from a fresh process that loads the artifact as it was measured; raises JobError."""
    raw = np.load(Path(chosen.artifact.inputs, "samples.npy"), mmap_mode="r")[:SAMPLES]
    samples = np.array(raw)
    with tempfile.TemporaryDirectory() as folder:
        np.save(Path(folder, "samples.npy"), samples)
        np.save(Path(folder, "labels.npy"), np.zeros(len(samples)))  # none is judged here
        limits = setting.suite.limits
        job = _job(setting, chosen, len(samples)) | {"inputs": folder}
        outcome = launch.measure(job, limits.prepare_time + limits.measure_time, setting.root / "cache/jobs")
    original = _original(Path(chosen.artifact.originals)) if samples.ndim == 4 else None
    return Example(samples, outcome.arrays()["predictions"], outcome.found["settings"], original)


def batch(setting: Setting, chosen: Chosen) -> int | None:
    """Return the only batch size that the artifact takes in its runtime; None where it takes any."""
    candidate = chosen.known.candidate
    per_shape = setting.ledger.registry.runtimes[candidate.runtime.part].per_shape
    return candidate.batch_size if per_shape else chosen.artifact.fixed_batch


def _job(setting: Setting, chosen: Chosen, samples: int) -> dict[str, Any]:
    """Return the job of a process that answers the samples in one batch, or in batches of the size that is fixed."""
    candidate, registry = chosen.known.candidate, setting.ledger.registry
    job = jobs.job(setting.suite, registry, candidate, chosen.artifact, (ACCURACY,))
    size = batch(setting, chosen) or samples
    place = compiling.folder(setting.root, registry, candidate, chosen.artifact, setting.environment.id)
    variable = registry.runtimes[candidate.runtime.part].code_variable
    compiled = {variable: str(place)} if place and compiling.is_compiled(place) else {}
    return job | {"batch_size": size, "fixed_batch": size, "end_to_end": False, "environment": compiled}


def _original(folder: Path) -> tuple[str, bytes]:
    """Return the first raw sample, as the file that it is or as a NumPy file."""
    arrays = folder / "originals.npy"
    if not arrays.exists():
        content = min(folder.iterdir()).read_bytes()
        kind = Image.open(io.BytesIO(content), formats=FORMATS).format or ""
        return f"example_raw{SUFFIXES.get(kind, f'.{kind.lower()}')}", content
    buffer = io.BytesIO()
    np.save(buffer, np.load(arrays, mmap_mode="r")[0])
    return "example_raw.npy", buffer.getvalue()
