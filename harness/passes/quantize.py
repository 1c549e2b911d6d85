"""What every way to quantize a graph has in common: layers left in float, the check, the notes.

A tool's module gives the rest: for a job, a ``Make``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import onnx

from harness.errors import HarnessError, JobError
from harness.interfaces import Bench, Work
from harness.passes import quantize_sensitivity as sensitivity
from harness.passes.declared import QuantizeOptions
from harness.passes.quantize_check import judged, scores, told
from harness.passes.quantize_job import Job, Make, job


def quantized(work: Work, options: Mapping[str, Any], bench: Bench, tool: str, maker: Callable[[Job], Make]) -> Work:
    """Return the graph as ``maker``'s tool quantizes it, checked; what the tool cannot follow is a JobError."""
    wish = QuantizeOptions.model_validate(dict(options))
    try:
        done, notes = _quantized(job(work, wish, bench), maker)
    except HarnessError:
        raise
    except Exception as error:  # quantizers meet graphs they cannot follow in many ways
        first = (str(error).strip().splitlines() or [""])[0][:200]
        message = f"{tool} cannot quantize this graph: {type(error).__name__}: {first}"
        raise JobError("unsupported", "prepare", message) from error
    about = {"method": wish.method, "tool": tool, **notes, **told(done)}
    return replace(work, model=done, notes={**work.notes, "quantize": about})


def _quantized(asked: Job, maker: Callable[[Job], Make]) -> tuple[onnx.ModelProto, dict[str, Any]]:
    exact = scores(asked.graph, asked.samples)
    asked.say(f"quantizing ({asked.wish.method})")
    make = maker(asked)
    done, about = make(frozenset()), {}
    if asked.wish.accuracy_aware:
        kept, done = sensitivity.within(asked, make, done, exact, asked.wish.accuracy_aware.max_drop)
        about = {"kept_float": list(kept)}
    found = judged(exact, scores(done, asked.samples), asked.samples.labels)
    return done, {**found.notes(), "checked_samples": len(asked.samples.labels), **about}
