"""A child process that is sent messages and answers them, a line of JSON each: started, waited for, ended."""

from __future__ import annotations

import contextlib
import json
import os
import select
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from harness import launch
from harness.errors import JobError
from harness.faults import died, kills_for_memory
from harness.interpreter import command


class Child:
    """A module of the harness that runs in a process of its own. What it prints beside its answers is in ``log``."""

    def __init__(
        self, module: str, words: Sequence[str], log: Path, variables: Mapping[str, str], python: str | None = None
    ) -> None:
        """Start it with ``words`` as its arguments, and ``variables`` beside the environment's; by ``python``, if named."""
        self.log = log
        self._rest = b""
        self._kills = kills_for_memory()
        with log.open("wb") as file:
            self._process = subprocess.Popen(
                command(module, words, python),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=file,
                start_new_session=True,
                env={**os.environ, **variables},
            )

    @property
    def pid(self) -> int:
        """The number of its process."""
        return self._process.pid

    @property
    def is_alive(self) -> bool:
        """Whether it has not ended."""
        return self._process.poll() is None

    def send(self, message: Mapping[str, Any]) -> None:
        """Send it a message; that it has died is told by what it answers."""
        self._kills = kills_for_memory()
        if self._process.stdin is not None:
            with contextlib.suppress(BrokenPipeError):
                self._process.stdin.write(json.dumps(message).encode() + b"\n")
                self._process.stdin.flush()

    def receive(self, deadline: float, late: str) -> dict[str, Any]:
        """Return its next message; raises JobError when it died, or with the message ``late`` after the ``deadline``.

        The deadline is one of ``time.monotonic``; the error's stage is left to who knows what was asked.
        """
        while b"\n" not in self._rest:
            self._rest += self._more(deadline, late)
        line, _, self._rest = self._rest.partition(b"\n")
        message: dict[str, Any] = json.loads(line)
        return message

    def _more(self, deadline: float, late: str) -> bytes:
        answers = self._process.stdout
        left = deadline - time.monotonic()
        if answers is None or left <= 0 or not select.select([answers], [], [], left)[0]:
            raise JobError("timed_out", "", late, launch.tail(self.log))
        chunk = os.read(answers.fileno(), 1 << 20)
        if not chunk:
            kind, text = died(self._process.wait(), self._kills)
            raise JobError(kind, "", text, launch.tail(self.log))
        return chunk

    def close(self) -> None:
        """End it, and whatever it has started."""
        for pipe in (self._process.stdin, self._process.stdout):
            with contextlib.suppress(OSError):
                if pipe:
                    pipe.close()
        launch.kill(self._process)
