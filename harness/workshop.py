"""The preparing process, seen from its parent: started when first needed, restarted when it died, never waited on for ever.

A stage that failed is not tried again while the workshop is open: candidates that share it share its failure.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Final

from harness import launch
from harness.errors import JobError
from harness.faults import died, kills_for_memory
from harness.prepare.plan import Plan
from harness.record import Artifact

Say = Callable[[str], None]

START_LIMIT: Final = 300.0
"""Seconds for what is not the candidate's: starting the process, importing PyTorch, reading the dataset."""


class Workshop:
    """Makes artifacts in a process of its own, one at a time; use it as a context manager."""

    def __init__(self, root: Path, time_limit: float, memory_limit: float | None) -> None:
        self.root = root
        self.time_limit = time_limit
        self.memory_limit = memory_limit
        self.log = root / "cache" / "prepare.log"
        self._process: subprocess.Popen[bytes] | None = None
        self._rest = b""
        self._failed: dict[str, JobError] = {}
        self._doing = ""
        self._kills: int | None = None

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

        Each of its stages may take the workshop's own limit, all together ``time_left`` seconds.
        """
        for stage in plan.stages:
            if stage.key in self._failed:
                known = self._failed[stage.key]
                raise JobError(known.kind, known.stage, known.message, known.log)
        return Artifact.model_validate(self._ask({"plan": plan.model_dump(mode="json")}, say, time_left))

    def outline(self, plan: Plan, door: str, say: Say, time_left: float) -> dict[str, float]:
        """Return what is known of a plan's model without making it, by the door of its source; raises JobError."""
        found = self._ask({"plan": plan.model_dump(mode="json"), "outline": door}, say, time_left)
        return {name: float(value) for name, value in found.items()}

    def _ask(self, wish: dict[str, Any], say: Say, time_left: float) -> dict[str, Any]:
        process = self._started()
        self._kills = kills_for_memory()
        request = wish | {"root": str(self.root), "memory_limit": launch.memory_limit(self.memory_limit)}
        if process.stdin is None:
            raise JobError("crashed", "prepare", "the preparing process has no input")
        with contextlib.suppress(BrokenPipeError):
            process.stdin.write(json.dumps(request).encode() + b"\n")
            process.stdin.flush()
        return self._answer(process, say, time_left)

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

    def _answer(self, process: subprocess.Popen[bytes], say: Say, time_left: float) -> dict[str, Any]:
        if process.stdout is None:
            raise JobError("crashed", "prepare", "the preparing process has no output")
        end = time.monotonic() + time_left
        self._doing = "starting"
        stage, limit = "", min(START_LIMIT, time_left)
        deadline = time.monotonic() + limit
        try:
            while True:
                message = self._message(process, process.stdout, deadline, limit)
                if "stage" in message:
                    stage, limit = message["stage"], min(self.time_limit, end - time.monotonic())
                    deadline = time.monotonic() + limit
                elif "say" in message:
                    self._doing = message["say"]
                    say(self._doing)
                elif "done" in message:
                    found: dict[str, Any] = message["done"]
                    return found
                else:
                    raise self._told(message["failed"])
        except JobError as error:
            if stage:
                self._failed[stage] = error
            raise

    def _told(self, failed: dict[str, Any]) -> JobError:
        text = failed["message"] + (f" — {failed['hint']}" if failed.get("hint") else "")
        return JobError(failed["kind"], "prepare", text, launch.tail(self.log))

    def _message(self, process: subprocess.Popen[bytes], answers: IO[bytes], deadline: float, limit: float) -> dict[str, Any]:
        """Return the next line of the process as a message; raises JobError when it died or is late."""
        while b"\n" not in self._rest:
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([answers], [], [], left)[0]:
                self.close()
                raise JobError("timed_out", "prepare", f"no end after {limit:.3g} s ({self._doing})", launch.tail(self.log))
            chunk = os.read(answers.fileno(), 65536)
            if not chunk:
                process.wait()
                kind, text = died(process.returncode, self._kills)
                raise JobError(kind, "prepare", f"{text} ({self._doing})", launch.tail(self.log))
            self._rest += chunk
        line, _, self._rest = self._rest.partition(b"\n")
        message: dict[str, Any] = json.loads(line)
        return message
