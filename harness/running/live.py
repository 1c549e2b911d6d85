"""When a run that goes on tells how far it is: between measurements, and so rarely that it takes next to nothing of the run."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping
from typing import Any, Final

from harness.interfaces import Clock

Publish = Callable[[Mapping[str, Any]], object]
"""Takes the answer so far, to be shown; a reader must never see half of it."""

PAUSE: Final = 10.0
"""Seconds at least from one answer to the next."""

SHARE: Final = 0.01
"""Of the run, after the first one: the longer an answer takes, the rarer it is."""


class Live:
    """Publishes answers while a run goes on, each when it is due."""

    def __init__(self, publish: Publish | None, clock: Clock) -> None:
        self._publish, self._clock = publish, clock
        self._due = clock() + PAUSE
        self.spent = 0.0
        """Seconds."""

    def offer(self, so_far: Callable[[], Mapping[str, Any]]) -> None:
        """Publish what ``so_far`` returns, if it is time. A disk that is full stops no run: its end will tell."""
        began = self._clock()
        if self._publish is None or began < self._due:
            return
        with contextlib.suppress(OSError):
            self._publish(so_far())
        took = self._clock() - began
        self.spent += took
        self._due = began + max(PAUSE, took / SHARE)
