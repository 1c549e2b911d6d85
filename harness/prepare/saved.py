"""The state of a training on disk, so that one that was killed goes on where it was. It knows nothing of what is trained."""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, Protocol

import torch

from harness.interfaces import Clock

EVERY: Final = 20.0
"""Seconds between two states at least: what a kill may cost."""
SHARE: Final = 0.02
"""Of the time, at most, that goes into writing: a large network is saved more seldom."""


class Stateful(Protocol):
    """Part of a training: the model, its optimizer, the order of samples."""

    def state_dict(self) -> dict[str, Any]:
        """Return all that it needs to go on."""

    def load_state_dict(self, state: Any, /) -> Any:
        """Go on from there."""


class Saved:
    """The latest state of one training at ``path``, with the state of torch's random numbers."""

    def __init__(self, path: Path, every: float = EVERY, clock: Clock = time.monotonic) -> None:
        self.path, self.every, self.clock = path, every, clock
        self.next = clock() + every

    def restore(self, parts: Mapping[str, Stateful]) -> None:
        """Put ``parts`` back to where they were, if there is anything to go back to."""
        try:
            state = torch.load(self.path, weights_only=True)
        except FileNotFoundError:
            return
        except Exception:  # cut short by a power failure: what torch raises then is of many kinds
            self.path.unlink()
            return
        for name, part in parts.items():
            part.load_state_dict(state[name])
        torch.set_rng_state(state["random"])

    def keep(self, parts: Mapping[str, Stateful]) -> None:
        """Write the state of ``parts``, whole or not at all, if it is time to."""
        began = self.clock()
        if began < self.next:
            return
        self.path.parent.mkdir(parents=True, exist_ok=True)
        part = self.path.with_suffix(".part")
        torch.save({"random": torch.get_rng_state()} | {name: one.state_dict() for name, one in parts.items()}, part)
        part.replace(self.path)
        now = self.clock()
        self.next = now + max(self.every, (now - began) / SHARE)
