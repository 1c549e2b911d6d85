"""All rules, what was timed before what was counted: the first reasons are the surest."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from harness.reasons import graph, processor, times
from harness.reasons.case import Case, Reason

RULES: Final[tuple[Callable[[Case], Reason | None], ...]] = (
    graph.same_file,
    times.slow_kernels,
    times.float_kernels,
    times.conversions,
    times.reference_kernels,
    times.outside,
    graph.zeros,
    graph.expanded_weights,
    graph.half_weights,
    graph.float_layers,
    graph.float_between,
    graph.dynamic_ranges,
    processor.no_int8,
    processor.no_bf16,
    processor.no_fp16,
    times.too_small,
    processor.memory_bound,
)


def why(case: Case) -> tuple[Reason, ...]:
    """Return every reason that is found."""
    return tuple(reason for rule in RULES if (reason := rule(case)) is not None)
