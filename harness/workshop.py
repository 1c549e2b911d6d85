"""The preparing process, seen from its parent: started when first needed, restarted when it died, never waited on for ever."""

from __future__ import annotations

import contextlib
import json
import select
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any

from harness import launch
from harness.errors import JobError
from harness.prepare.plan import Plan
from harness.record import Artifact

Say = Callable[[str], None]


class Workshop:
    """Makes artifacts in a process of its own, one at a time; use it as a context manager."""

    def __init__(self, root: Path, time_limit: float, memory_limit: float | None) -> None:
        self.root = root
        self.time_limit = time_limit
        self.memory_limit = memory_limit
        self.log = root / "cache" / "prepare.log"
        self._process: subprocess.Popen[bytes] | None = None
        self._rest = b""

    def __enter__(self) -> Workshop:
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """End the process."""
        if self._process:
            for pipe in (self._process.stdin, self._process.stdout):
                with contextlib.suppress(OSError):
                    if pipe:
                        pipe.close()
            launch.kill(self._process)
            self._process = None

    def make(self, plan: Plan, say: Say, time_left: float) -> Artifact:
        """Return the artifact of ``plan``; raises JobError, classified, when it cannot be made.

        It may take the workshop's own limit or ``time_left`` seconds, whichever is less.
        """
        process = self._started()
        request = {"plan": plan.model_dump(mode="json"), "root": str(self.root), "memory_limit": launch.memory_limit(self.memory_limit)}
        if process.stdin is None:
            raise JobError("crashed", "prepare", "the preparing process has no input")
        with contextlib.suppress(BrokenPipeError):
            process.stdin.write(json.dumps(request).encode() + b"\n")
            process.stdin.flush()
        return self._answer(process, say, min(self.time_limit, time_left))

    def _started(self) -> subprocess.Popen[bytes]:
        if self._process is None or self._process.poll() is not None:
            self.close()
            self.log.parent.mkdir(parents=True, exist_ok=True)
            self._rest = b""
            with self.log.open("wb") as log:
                self._process = subprocess.Popen(
                    [sys.executable, "-P", "-m", "harness.prepare.child"],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=log,
                    start_new_session=True,
                )
        return self._process

    def _answer(self, process: subprocess.Popen[bytes], say: Say, limit: float) -> Artifact:
        deadline = time.monotonic() + limit
        while True:
            message = self._message(process, deadline)
            if "say" in message:
                say(message["say"])
            elif "done" in message:
                return Artifact.model_validate(message["done"])
            else:
                told = message["failed"]
                text = told["message"] + (f" — {told['hint']}" if told.get("hint") else "")
                raise JobError(told["kind"], "prepare", text, launch.tail(self.log))

    def _message(self, process: subprocess.Popen[bytes], deadline: float) -> dict[str, Any]:
        """Return the next line of the process as a message; raises JobError when it died or is late."""
        while b"\n" not in self._rest:
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([process.stdout], [], [], left)[0]:
                self.close()
                raise JobError("timed_out", "prepare", f"no end after {self.time_limit:g} s", launch.tail(self.log))
            chunk = process.stdout.read1(65536) if process.stdout else b""  # type: ignore[attr-defined]
            if not chunk:
                process.wait()
                kind, text = launch.died(process.returncode)
                raise JobError(kind, "prepare", text, launch.tail(self.log))
            self._rest += chunk
        line, _, self._rest = self._rest.partition(b"\n")
        message: dict[str, Any] = json.loads(line)
        return message
