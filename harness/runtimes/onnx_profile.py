"""The time of each operator in ONNX Runtime, from the trace that its own profiler writes. It counts whole microseconds."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from harness.interfaces import Array
from harness.operators import WARM_UP, OperatorTime, Profile, repeat
from harness.runtimes.onnx_runtime import OrtSession

ENDING: Final = "_kernel_time"
PRECISIONS: Final = {"int8": "int8", "uint8": "int8", "float16": "f16", "bfloat16": "bf16", "float": "f32"}

Event = Mapping[str, Any]


def profile(folder: Path, options: Mapping[str, Any], device: str, batches: Sequence[Array]) -> Profile:
    """Return the profile of queries with ``batches``."""
    with tempfile.TemporaryDirectory() as place:
        session = OrtSession(folder / "model.onnx", options, device, trace=str(Path(place, "trace")))
        repeat(session.run, batches, WARM_UP)
        taken = repeat(session.run, batches)
        events = json.loads(Path(session.inner.end_profiling()).read_text())
    return Profile("onnxruntime", len(batches[0]), len(taken), sum(taken) / len(taken), of_trace(events, WARM_UP, len(taken)))


def of_trace(events: Iterable[Event], skipped: int, queries: int) -> tuple[OperatorTime, ...]:
    """Return the operators of a trace, in order; the first ``skipped`` of its queries are not counted."""
    ordered = sorted((one for one in events if _is_told(one)), key=lambda one: one["ts"])
    starts = [one["ts"] for one in ordered if one["name"] == "model_run"][skipped : skipped + 1]
    counted = [one for one in ordered if one["cat"] == "Node" and one["ts"] >= (starts[0] if starts else 0)]
    found: dict[str, list[Event]] = {}
    for one in counted:
        found.setdefault(f"{one['args'].get('node_index')} {one['name']}", []).append(one)
    return tuple(_operator(calls, queries) for calls in found.values())


def _is_told(event: Event) -> bool:
    return event.get("name") == "model_run" or (event.get("cat") == "Node" and event["name"].endswith(ENDING))


def _operator(calls: Sequence[Event], queries: int) -> OperatorTime:
    first = calls[0]
    about = first["args"]
    return OperatorTime(
        name=first["name"].removesuffix(ENDING),
        kind=about.get("op_name", "?"),
        kernel=about.get("provider", ""),
        seconds=sum(one["dur"] for one in calls) / queries / 1e6,
        calls=len(calls) / queries,
        precision=_precision(about.get("input_type_shape", ())),
    )


def _precision(inputs: Sequence[Mapping[str, Any]]) -> str:
    """Return the least precise of an operator's first two inputs: what it multiplies."""
    found = {PRECISIONS[name] for one in inputs[:2] for name in one if name in PRECISIONS}
    return next((name for name in PRECISIONS.values() if name in found), "")
