"""The page's own scripts, those that are pure functions, run by V8 without a browser."""

from __future__ import annotations

import json
from typing import Any

from py_mini_racer import MiniRacer

from harness.report import offline

NUMBERS = "(_, one) => (ArrayBuffer.isView(one) ? Array.from(one) : one)"


class Scripts:
    """Some scripts, loaded in their order; what goes in and comes out is JSON, so NaN comes out as None."""

    def __init__(self, *names: str) -> None:
        self._context = MiniRacer()
        for name in names:
            self._context.eval(offline.script(name))

    def put(self, name: str, value: Any) -> None:
        """Keep ``value`` under a ``name`` for expressions."""
        self._context.eval(f"var {name} = JSON.parse({json.dumps(json.dumps(value))}); 0")

    def get(self, expression: str) -> Any:
        """Return what an expression gives."""
        told = self._context.eval(f"JSON.stringify({expression}, {NUMBERS})")
        return None if told is None else json.loads(told)
