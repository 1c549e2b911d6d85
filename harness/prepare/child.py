"""The process that prepares: it keeps torch loaded, makes one artifact after another, and may crash without harm.

Requests come as lines of JSON on standard input; answers go, as lines of JSON, to what was standard output when it
started. Whatever libraries print goes to standard error, which the parent keeps as a log.
"""

from __future__ import annotations

import json
import os
import sys
import traceback
from pathlib import Path
from typing import Any

from harness.confine import die_with_parent, limit_memory
from harness.errors import HarnessError
from harness.faults import classify, describe
from harness.prepare.plan import Plan


def main() -> None:
    """Answer requests until standard input ends."""
    die_with_parent()
    answers, requests = os.fdopen(os.dup(1), "w", encoding="utf-8"), os.fdopen(os.dup(0), encoding="utf-8")
    os.dup2(2, 1)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)  # a model's code that asks for input gets none, and not our requests

    def answer(message: dict[str, Any]) -> None:
        answers.write(json.dumps(message) + "\n")
        answers.flush()

    maker = None
    for line in requests:
        request = json.loads(line)
        try:
            if maker is None:
                limit_memory(request["memory_limit"])
                answer({"say": "loading torch"})
                maker = _maker(Path(request["root"]), answer)
            plan = Plan.model_validate(request["plan"])
            door = request.get("outline")
            answer({"done": maker.outline(plan, door) if door else maker.make(plan).model_dump(mode="json")})
        except Exception as error:
            if not isinstance(error, HarnessError):
                traceback.print_exc(file=sys.stderr)
            answer({"failed": {"kind": _kind(error), "message": describe(error), "hint": getattr(error, "hint", None)}})


def _kind(error: BaseException) -> str:
    """Return the failure kind of an error; memory that ran out is told as such, whatever was made of it on the way up."""
    inner: BaseException | None = error
    while inner is not None:
        kind = classify(inner)
        if kind in ("out_of_memory", "out_of_device_memory"):
            return kind
        inner = inner.__cause__ or inner.__context__
    return classify(error)


def _maker(root: Path, answer: Any) -> Any:
    from harness.prepare.stages import (
        Maker,  # late: torch takes seconds, and the parent should hear of it first
    )

    return Maker(root, say=lambda text: answer({"say": text}), began=lambda key: answer({"stage": key}))


if __name__ == "__main__":
    main()
