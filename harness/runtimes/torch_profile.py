"""The time of each operator in PyTorch, from its own profiler. Not yet run on a GPU; the CUDA lines are written for one.

It works on any session that computes with PyTorch, compiled ones too: what a compiler fused is one operator, ``fused``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from torch.profiler import ProfilerActivity
from torch.profiler import profile as recording

from harness.interfaces import Array, Session
from harness.operators import WARM_UP, OperatorTime, Profile, calm, repeat
from harness.runtimes.torch_runtime import load

FUSED: Final = "CompiledFxGraph"
"""In the name of the region that runs code of PyTorch's compiler: what is not an operator inside it is that code."""
Found = tuple[str, str, float]
"""Kind, kernel and seconds of an operator."""
MOST_QUERIES: Final = 20
"""Each operator leaves some ten events, and all are kept until the end."""


def profile(folder: Path, options: Mapping[str, Any], device: str, batches: Sequence[Array]) -> Profile:
    """Return the profile of queries with ``batches``."""
    return of_session(load(folder, options, device), "torch", device, batches)


def profile_compiled(folder: Path, options: Mapping[str, Any], device: str, batches: Sequence[Array]) -> Profile:
    """Return the profile of queries with ``batches`` to what PyTorch's compiler makes of the program."""
    from harness.runtimes import torch_compile_runtime  # late: it brings the compiler

    return of_session(torch_compile_runtime.load(folder, options, device), "torch_compile", device, batches)


def of_session(session: Session, runtime: str, device: str, batches: Sequence[Array]) -> Profile:
    """Return the profile of a ``session`` of the ``runtime``, which computes with PyTorch."""
    on_gpu = device != "cpu"
    repeat(session.run, batches, WARM_UP)
    activities = [ProfilerActivity.CPU, *([ProfilerActivity.CUDA] if on_gpu else [])]
    with recording(activities=activities) as recorded:
        taken = repeat(session.run, batches, MOST_QUERIES)
    roots = [event for event in recorded.events() if event.cpu_parent is None and event.device_type.name == "CPU"]
    found = [one for root in sorted(roots, key=lambda event: event.time_range.start) for one in _operators(root, on_gpu)]
    counted = calm(taken)
    seconds = sum(taken[i] for i in counted) / len(counted)
    return Profile(runtime, len(batches[0]), len(counted), seconds, averaged(found, len(taken), counted))


def _operators(event: Any, on_gpu: bool) -> Iterator[Found]:
    """Give kind, kernel and seconds of the operators in an event: itself, or those of the region that it is."""
    if "::" in event.name:
        kernel = max(_family(event), key=lambda one: _own(one, on_gpu))
        yield _plain(event.name), _plain(kernel.name), (event.device_time_total if on_gpu else event.cpu_time_total) / 1e6
        return
    for child in event.cpu_children:
        yield from _operators(child, on_gpu)
    if FUSED in event.name:
        yield "fused", "inductor", _own(event, on_gpu) / 1e6


def _family(event: Any) -> Iterator[Any]:
    yield event
    for child in event.cpu_children:
        yield from _family(child)


def _own(event: Any, on_gpu: bool) -> float:
    """Return the microseconds of an event without those of its children."""
    return float(event.self_device_time_total if on_gpu else event.self_cpu_time_total)


def _plain(name: str) -> str:
    """Return an operator's name without its library, and without the mark of those that work in place."""
    library, _, own = name.partition("::")
    return (own or library).rstrip("_")


def averaged(found: Sequence[Found], queries: int, counted: Sequence[int]) -> tuple[OperatorTime, ...]:
    """Return one operator for each place in a query, from the ``counted`` queries, where all of them run the same.

    Else it is one for each kind and kernel, from all queries.
    """
    each, rest = divmod(len(found), queries)
    rounds = [found[start : start + each] for start in range(0, len(found), each)] if each and not rest else []
    if not rounds or any([one[0] for one in other] != [one[0] for one in rounds[0]] for other in rounds):
        return _merged(found, queries)
    numbers: Counter[str] = Counter()
    operators = []
    for place in zip(*(rounds[i] for i in counted), strict=True):
        kind, kernel, _ = place[0]
        numbers[kind] += 1
        seconds = sum(one[2] for one in place) / len(counted)
        operators.append(OperatorTime(f"{kind} {numbers[kind]}", kind, kernel, seconds))
    return tuple(operators)


def _merged(found: Sequence[Found], queries: int) -> tuple[OperatorTime, ...]:
    groups: dict[tuple[str, str], list[float]] = {}
    for kind, kernel, seconds in found:
        groups.setdefault((kind, kernel), []).append(seconds)
    return tuple(
        OperatorTime(kind, kind, kernel, sum(taken) / queries, len(taken) / queries) for (kind, kernel), taken in groups.items()
    )
