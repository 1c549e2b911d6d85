"""Constraints as people write them: ``latency_p90 <= 5 ms``, ``accuracy >= baseline - 1 pp``, ``throughput >= 2 * baseline``."""

from __future__ import annotations

import re
from typing import Final

from harness import units
from harness.metrics import METRICS
from harness.spec import Constraint
from harness.suitefile.suggest import suggest

_FORM: Final = re.compile(r"\s*(?P<metric>\w+)\s*(?P<op><=|>=|=<|=>|==|=|<|>)\s*(?P<bound>.+?)\s*")
_BASELINE: Final = re.compile(
    r"(?:(?P<before>[\d.]+)\s*\*\s*)?baseline(?:\s*\*\s*(?P<after>[\d.]+))?(?:\s*(?P<sign>[+-])\s*(?P<offset>[^+*-].*))?"
)


def parse(text: str) -> Constraint:
    """Return the constraint that ``text`` states, in SI; raises ValueError in words for the user."""
    match = _FORM.fullmatch(text)
    if match is None:
        raise ValueError(f"{text!r} is no constraint; write it like 'latency_p90 <= 5 ms'")
    name, op, bound = match.group("metric", "op", "bound")
    if name not in METRICS:
        raise ValueError(f"unknown metric {name!r}; {suggest(name, METRICS)}")
    if op not in ("<=", ">="):
        raise ValueError(f"{op!r} is not known here; use <= or >=")
    factor, offset = parse_bound(bound, METRICS[name].unit)
    return Constraint(metric=name, op="<=" if op == "<=" else ">=", factor=factor, offset=offset, text=" ".join(text.split()))


def parse_bound(text: str, unit: str) -> tuple[float, float]:
    """Return (factor of the baseline, offset) of a bound, absolute or relative; raises ValueError in words for the user."""
    match = _BASELINE.fullmatch(text)
    if match is None:
        return 0.0, units.parse(text, unit)
    before, after, sign, offset = match.group("before", "after", "sign", "offset")
    if before and after:
        raise ValueError(f"{text!r} multiplies the baseline twice")
    factor = units.parse(before or after or "1", units.COUNT)
    if factor <= 0:
        raise ValueError(f"{text!r} multiplies the baseline by {factor:g}; use a factor above 0")
    shift = units.parse(offset, unit) if offset else 0.0
    return factor, -shift if sign == "-" else shift
