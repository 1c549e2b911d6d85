"""An arm's process, seen from its parent: started, asked for slices, ended; its crash or silence is a classified error."""

from __future__ import annotations

import contextlib
import json
import os
import select
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Final

from harness import launch
from harness.confine import THREAD_VARIABLES
from harness.errors import JobError
from harness.faults import died, kills_for_memory

IDLE: Final = {"OMP_WAIT_POLICY": "passive", "KMP_BLOCKTIME": "0"}
"""Threads that wait for work sleep, so that an arm is really idle while another one is timed."""


class Process:
    """One turn of an arm; use it as a context manager."""

    def __init__(self, job: Mapping[str, Any], folder: Path, limit: float) -> None:
        """Start it in ``folder``, and wait until it is warm; each answer may take ``limit`` seconds. Raises JobError."""
        self.limit = limit
        self.place = Path(tempfile.mkdtemp(prefix="turn-", dir=folder))
        self._rest = b""
        self._kills = kills_for_memory()
        began = time.monotonic()
        (self.place / "job.json").write_text(json.dumps({**job, "parent": os.getpid(), "started": began}))
        variables = dict.fromkeys(THREAD_VARIABLES, str(int(job["threads"]))) | IDLE | job["environment"]
        with (self.place / "log").open("wb") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-m", "harness.gating.turn", str(self.place / "job.json")],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                start_new_session=True,
                env={**os.environ, **variables},
            )
        try:
            self.ready = self._answer()
        except BaseException:
            self.close()
            raise
        self.cost = time.monotonic() - began
        """Seconds from its start until it was warm."""

    def __enter__(self) -> Process:
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def ask(self, queries: int) -> dict[str, Any]:
        """Return what so many queries took; of none, what is known at the end. Raises JobError."""
        if self._process.stdin is not None:
            with contextlib.suppress(BrokenPipeError):
                self._process.stdin.write(json.dumps({"queries": queries}).encode() + b"\n")
                self._process.stdin.flush()
        return self._answer()

    def close(self) -> None:
        """End it, and remove its files."""
        for pipe in (self._process.stdin, self._process.stdout):
            with contextlib.suppress(OSError):
                if pipe:
                    pipe.close()
        launch.kill(self._process)
        shutil.rmtree(self.place, ignore_errors=True)

    def _answer(self) -> dict[str, Any]:
        answers = self._process.stdout
        deadline = time.monotonic() + self.limit
        while answers is not None and b"\n" not in self._rest:
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([answers], [], [], left)[0]:
                raise JobError("timed_out", self._stage(), f"no answer after {self.limit:g} s", launch.tail(self.place / "log"))
            chunk = os.read(answers.fileno(), 1 << 20)
            if not chunk:
                self._process.wait()
                raise JobError(*self._died(), launch.tail(self.place / "log"))
            self._rest += chunk
        line, _, self._rest = self._rest.partition(b"\n")
        message: dict[str, Any] = json.loads(line)
        if "failed" in message:
            told = message["failed"]
            raise JobError(told["kind"], self._stage(), told["message"], launch.tail(self.place / "log"))
        return message

    def _died(self) -> tuple[str, str, str]:
        kind, text = died(self._process.returncode, self._kills)
        return kind, self._stage(), text

    def _stage(self) -> str:
        stage = self.place / "stage"
        return stage.read_text(encoding="utf-8") if stage.exists() else "load"
