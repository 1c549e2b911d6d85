"""The time of each operator in OpenVINO, from its performance counters.

A counter is the mean over all queries since the model was compiled, in whole microseconds: what the warm-up took is
subtracted, which leaves an error of about a microsecond for each operator. Always in one stream: the times of operators that run
beside each other add up to more than a query takes.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from harness.interfaces import Array
from harness.operators import WARM_UP, OperatorTime, Profile, repeat
from harness.runtimes.openvino_runtime import OvSession, cpu_only


def profile(folder: Path, options: Mapping[str, Any], device: str, batches: Sequence[Array]) -> Profile:
    """Return the profile of queries with ``batches``."""
    cpu_only(device)
    session = OvSession(folder / "model.onnx", {**options, "hint": "latency"}, counting=True)
    repeat(session.run, batches, WARM_UP)
    before = {one.node_name: one.real_time.total_seconds() for one in session.requests[0].get_profiling_info()}
    taken = repeat(session.run, batches)
    queries = len(taken)
    operators = tuple(
        OperatorTime(
            name=one.node_name,
            kind=one.node_type,
            kernel=one.exec_type,
            seconds=later(before.get(one.node_name, 0.0), WARM_UP, one.real_time.total_seconds(), queries),
            precision=precision(one.exec_type),
        )
        for one in session.requests[0].get_profiling_info()
        if one.status.name == "EXECUTED"
    )
    return Profile("openvino", len(batches[0]), queries, sum(taken) / queries, operators)


def later(mean_before: float, before: int, mean_of_all: float, queries: int) -> float:
    """Return the mean of ``queries``, from the mean of them and of those ``before``."""
    return max(0.0, (mean_of_all * (before + queries) - mean_before * before) / queries)


def precision(kernel: str) -> str:
    """Return what a kernel computes in, which its name ends with: ``brgconv_avx512_amx_I8``."""
    end = re.search(r"_(i8|u8|f32|f16|bf16|i32)$", kernel.lower())
    return {"i8": "int8", "u8": "int8"}.get(end[1], end[1]) if end else ""
