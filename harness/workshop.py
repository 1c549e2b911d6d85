"""The preparing process, seen from its parent: started when first needed, restarted when it died, never waited on for ever.

A stage that failed is not tried again while the workshop is open: candidates that share it share its failure.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any, Final

from harness import launch
from harness.dialogue import Child
from harness.errors import JobError
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
        self._child: Child | None = None
        self._failed: dict[str, JobError] = {}
        self._doing = ""

    def __enter__(self) -> Workshop:
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """End the process."""
        if self._child:
            self._child.close()
            self._child = None

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
        child = self._started()
        child.send(wish | {"root": str(self.root), "memory_limit": launch.memory_limit(self.memory_limit)})
        return self._answer(child, say, time_left)

    def _started(self) -> Child:
        if self._child is None or not self._child.is_alive:
            self.close()
            self.log.parent.mkdir(parents=True, exist_ok=True)
            self._child = Child("harness.prepare.child", (), self.log, {})
        return self._child

    def _answer(self, child: Child, say: Say, time_left: float) -> dict[str, Any]:
        end = time.monotonic() + time_left
        self._doing = "starting"
        stage, limit = "", min(START_LIMIT, time_left)
        deadline = time.monotonic() + limit
        try:
            while True:
                message = self._message(child, deadline, limit)
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

    def _message(self, child: Child, deadline: float, limit: float) -> dict[str, Any]:
        """Return the next message of the process; raises JobError when it died or is late: then it is ended."""
        try:
            return child.receive(deadline, f"no end after {limit:.3g} s")
        except JobError as error:
            self.close()
            raise JobError(error.kind, "prepare", f"{error.message} ({self._doing})", error.log) from None
