"""An arm's process, seen from its parent: started, asked for slices, ended; its crash or silence is a classified error."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Final

from harness import launch
from harness.confine import THREAD_VARIABLES
from harness.dialogue import Child
from harness.errors import JobError

IDLE: Final = {"OMP_WAIT_POLICY": "passive", "KMP_BLOCKTIME": "0"}
"""Threads that wait for work sleep, so that an arm is really idle while another one is timed."""


class Process:
    """One turn of an arm; use it as a context manager."""

    def __init__(self, job: Mapping[str, Any], folder: Path, limit: float) -> None:
        """Start it in ``folder``, and wait until it is warm; each answer may take ``limit`` seconds. Raises JobError."""
        self.limit = limit
        self.place = Path(tempfile.mkdtemp(prefix="turn-", dir=folder))
        began = time.monotonic()
        file = self.place / "job.json"
        file.write_text(json.dumps({**job, "parent": os.getpid(), "started": began}))
        variables = dict.fromkeys(THREAD_VARIABLES, str(int(job["threads"]))) | IDLE | job["environment"]
        self._child = Child("harness.gating.turn", [str(file)], self.place / "log", variables, job.get("python"))
        try:
            self.ready = self._answer()
        except BaseException:
            self.close()
            raise
        self.cost = time.monotonic() - began
        """Seconds from its start until it was warm."""

    @property
    def pid(self) -> int:
        """The number of the process."""
        return self._child.pid

    def __enter__(self) -> Process:
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def ask(self, queries: int) -> dict[str, Any]:
        """Return what so many queries took; of none, what is known at the end. Raises JobError."""
        self._child.send({"queries": queries})
        return self._answer()

    def close(self) -> None:
        """End it, and remove its files."""
        self._child.close()
        shutil.rmtree(self.place, ignore_errors=True)

    def _answer(self) -> dict[str, Any]:
        try:
            message = self._child.receive(time.monotonic() + self.limit, f"no answer after {self.limit:g} s")
        except JobError as error:
            raise JobError(error.kind, self._stage(), error.message, error.log) from None
        if "failed" in message:
            told = message["failed"]
            raise JobError(told["kind"], self._stage(), told["message"], launch.tail(self._child.log))
        return message

    def _stage(self) -> str:
        stage = self.place / "stage"
        return stage.read_text(encoding="utf-8") if stage.exists() else "load"
