"""A runtime whose sessions never give back what they once had: a planted leak."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from harness.interfaces import Array
from harness.runtimes.onnx_runtime import OrtSession

QUERIES = 20
"""Over so many the leak comes to what was asked for."""


class Leaking(OrtSession):
    """A session that keeps ``leak`` bytes more than it needs after some queries."""

    def __init__(self, path: Path, options: Mapping[str, Any], device: str) -> None:
        super().__init__(path, options, device)
        self.piece = int(options["leak"]) // QUERIES
        self.kept: list[Array] = []

    def run(self, batch: Array) -> Array:
        """Return the scores for ``batch``."""
        if len(self.kept) < QUERIES:
            self.kept.append(np.ones(self.piece, np.int8))
        return super().run(batch)


def load(folder: Path, options: Mapping[str, Any], device: str) -> Leaking:
    """Return a leaking session: the door of a runtime."""
    return Leaking(folder / "model.onnx", options, device)
