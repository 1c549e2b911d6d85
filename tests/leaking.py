"""A runtime whose sessions never give back what they once had: a planted leak."""

from __future__ import annotations

import mmap
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from harness.interfaces import Array
from harness.runtimes.onnx_runtime import OrtSession

PRIVATE = mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS
QUERIES = 20
"""Over so many the leak comes to what was asked for."""


class Leaking(OrtSession):
    """A session that keeps ``leak`` bytes more than it needs after some queries."""

    def __init__(self, path: Path, options: Mapping[str, Any], device: str) -> None:
        super().__init__(path, options, device)
        self.piece = int(options["leak"]) // QUERIES
        self.kept: list[mmap.mmap] = []

    def run(self, batch: Array) -> Array:
        """Return the scores for ``batch``."""
        if self.piece and len(self.kept) < QUERIES:
            self.kept.append(mmap.mmap(-1, self.piece, PRIVATE))  # what the allocator has left over would not be more
            self.kept[-1].write(bytes([1]) * self.piece)
        return super().run(batch)


def load(folder: Path, options: Mapping[str, Any], device: str) -> Leaking:
    """Return a leaking session: the door of a runtime."""
    return Leaking(folder / "model.onnx", options, device)
