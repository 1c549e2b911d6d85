"""The time of each operator in ONNX Runtime, from the trace that its own profiler writes. It counts whole microseconds."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from harness.interfaces import Array
from harness.operators import WARM_UP, OperatorTime, Profile, calm, repeat
from harness.runtimes.onnx_runtime import OrtSession

ENDING: Final = "_kernel_time"
RUN: Final = "model_run"
"""The event of a query; those of its operators begin after it."""
PRECISIONS: Final = {"int8": "int8", "uint8": "int8", "float16": "f16", "bfloat16": "bf16", "float": "f32"}

INT8: Final = frozenset({"DynamicQuantizeMatMul", "DynamicQuantizeLSTM", "MatMulIntegerToFloat"})
"""Kinds that quantize inside, and whose weights are packed away when the file is loaded."""

Event = Mapping[str, Any]


def profile(folder: Path, options: Mapping[str, Any], device: str, batches: Sequence[Array]) -> Profile:
    """Return the profile of queries with ``batches``."""
    with tempfile.TemporaryDirectory() as place:
        session = OrtSession(folder / "model.onnx", options, device, trace=str(Path(place, "trace")))
        repeat(session.run, batches, WARM_UP)
        taken = repeat(session.run, batches)
        events = json.loads(Path(session.inner.end_profiling()).read_text())
    counted = calm(taken)
    seconds = sum(taken[i] for i in counted) / len(counted)
    return Profile("onnxruntime", len(batches[0]), len(counted), seconds, of_trace(events, [WARM_UP + i for i in counted]))


def of_trace(events: Iterable[Event], counted: Sequence[int]) -> tuple[OperatorTime, ...]:
    """Return the operators of a trace, in order, from those of its queries that are ``counted``."""
    found: dict[str, list[Event]] = {}
    query, wanted = -1, set(counted)
    for one in sorted((one for one in events if _is_told(one)), key=lambda one: one["ts"]):
        if one["name"] == RUN:
            query += 1
        elif query in wanted:
            found.setdefault(f"{one['args'].get('node_index')} {one['name']}", []).append(one)
    return tuple(_operator(calls, len(wanted)) for calls in found.values())


def _is_told(event: Event) -> bool:
    return event.get("name") == RUN or (event.get("cat") == "Node" and event["name"].endswith(ENDING))


def _operator(calls: Sequence[Event], queries: int) -> OperatorTime:
    first = calls[0]
    about = first["args"]
    return OperatorTime(
        name=first["name"].removesuffix(ENDING),
        kind=about.get("op_name", "?"),
        kernel=about.get("provider", ""),
        seconds=sum(one["dur"] for one in calls) / queries / 1e6,
        calls=len(calls) / queries,
        precision=_precision(about.get("op_name", ""), about.get("input_type_shape", ())),
    )


def _precision(kind: str, inputs: Sequence[Mapping[str, Any]]) -> str:
    """Return the least precise of an operator's first two inputs, which are what it multiplies; some kinds say it by name."""
    if kind in INT8:
        return "int8"
    found = {PRECISIONS[name] for one in inputs[:2] for name in one if name in PRECISIONS}
    return next((name for name in PRECISIONS.values() if name in found), "")
