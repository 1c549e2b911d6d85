"""What every way to quantize a graph has in common: layers left in float, the check, the notes.

A tool's module gives the rest: for a job, a ``Make``; and the form of graphs it works on, unless that is ONNX.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Final

from harness.bench import Bench, Work
from harness.errors import HarnessError, JobError
from harness.passes import quantize_sensitivity as sensitivity
from harness.passes.declared import QuantizeOptions
from harness.passes.graphs import fixed_batch
from harness.passes.quantize_check import judged, scores, told
from harness.passes.quantize_graph import prepared
from harness.passes.quantize_job import Form, Job, Make, job

ONNX: Final = Form("graph", prepared, fixed_batch, scores, lambda asked, _: sensitivity.ranked(asked), told)


def quantized(
    work: Work, options: Mapping[str, Any], bench: Bench, tool: str, maker: Callable[[Job], Make], form: Form = ONNX
) -> Work:
    """Return the graph as ``maker``'s tool quantizes it, checked; what the tool cannot follow is a JobError."""
    wish = QuantizeOptions.model_validate(dict(options))
    try:
        done, notes = _quantized(job(work, wish, bench, form), maker, form)
    except HarnessError:
        raise
    except Exception as error:  # quantizers meet graphs they cannot follow in many ways
        first = (str(error).strip().splitlines() or [""])[0][:200]
        message = f"{tool} cannot quantize this {form.name}: {type(error).__name__}: {first}"
        raise JobError("unsupported", "prepare", message) from error
    about = {"method": wish.method, "tool": tool, **notes, **form.told(done)}
    return replace(work, model=done, notes={**work.notes, "quantize": about})


def _quantized(asked: Job, maker: Callable[[Job], Make], form: Form) -> tuple[Any, dict[str, Any]]:
    exact = form.scores(asked.graph, asked.samples)
    asked.say(f"quantizing ({asked.wish.method})")
    make = maker(asked)
    done, about = make(frozenset()), {}
    if asked.wish.accuracy_aware:
        kept, done = sensitivity.within(asked, maker, form, done, exact)
        about = {"kept_float": list(kept)}
    found = judged(exact, form.scores(done, asked.samples), asked.samples.labels)
    return done, {**found.notes(), "checked_samples": len(asked.samples.labels), **about}
