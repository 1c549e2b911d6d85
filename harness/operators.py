"""How long each operator of a model takes in a runtime: one format for the profilers of all runtimes.

Values, and the loop that every profiler is driven by. It knows no runtime: each has a door that fills these in.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

WARM_UP: Final = 3
"""Queries before a profile: the first ones allocate, and choose kernels."""
QUERIES: Final = 100
SECONDS: Final = 1.0
"""A profile ends after so many queries or so long, what comes first."""
AT_LEAST: Final = 3

LAYERS: Final = frozenset(
    {"linear", "_mkl_linear", "_linear_pointwise", "qlinear", "qlinear_pointwise", "addmm", "mm", "bmm", "baddbmm"}
)
MULTIPLYING: Final = ("matmul", "gemm", "fullyconnected", "conv")
CONVERTING: Final = ("quantize", "reorder", "convert", "transpose", "permute", "cast")
CONVERSIONS: Final = frozenset({"to", "copy", "clone", "contiguous"})
"""How kinds of operators are named that compute nothing new: they change the form of numbers, or their order."""


@dataclass(frozen=True, slots=True)
class OperatorTime:
    """One operator as it really ran. What was fused into another operator is not told apart."""

    name: str
    kind: str
    """Its type in the runtime's own words: ``Conv``, ``QuantizeLinear``, ``Reorder``."""
    kernel: str
    """What executed it, as the runtime names it: ``CPUExecutionProvider``, ``brgconv_avx512_amx_I8``, ``mkldnn_convolution``."""
    seconds: float
    """Of a query, mean over the profiled queries that count (``calm``)."""
    calls: float = 1.0
    """In a query."""
    precision: str = ""
    """``int8``, ``f16``, ``bf16``, ``f32``; empty where the runtime does not tell."""


@dataclass(frozen=True, slots=True)
class Profile:
    """What a query consists of; times are taken with a profiler on, which slows: shares mean more than seconds."""

    runtime: str
    batch_size: int
    queries: int
    """How many the times are the mean of."""
    seconds: float
    """Of a query, with the profiler on."""
    operators: tuple[OperatorTime, ...]
    """In order of execution."""
    quality: str = "clean"
    """``contended`` or ``throttled``: something disturbed it, as it may any timing."""

    @property
    def covered(self) -> float:
        """Seconds of a query inside operators. It is more than the query takes where operators run side by side."""
        return sum(one.seconds for one in self.operators)

    @property
    def uncovered(self) -> float:
        """Seconds of a query outside operators: the runtime's own work between them, and the call."""
        return max(0.0, self.seconds - self.covered)

    @property
    def layers(self) -> tuple[OperatorTime, ...]:
        """The operators that multiply by weights, or by each other's results."""
        return tuple(one for one in self.operators if role(one.kind) == "layer")

    def share(self, operators: Sequence[OperatorTime]) -> float:
        """Return the part of all operators' time that these take."""
        return sum(one.seconds for one in operators) / self.covered if self.covered else 0.0


@dataclass(frozen=True, slots=True)
class Kind:
    """All operators of one kind in a profile."""

    kind: str
    count: int
    seconds: float
    share: float


def role(kind: str) -> str:
    """Return what a kind of operator is for, whatever the runtime calls it: ``layer``, ``conversion`` or ``other``."""
    name = kind.lower()
    if name in LAYERS or (any(part in name for part in MULTIPLYING) and "convert" not in name):
        return "layer"
    return "conversion" if name in CONVERSIONS or any(part in name for part in CONVERTING) else "other"


def kinds(profile: Profile) -> tuple[Kind, ...]:
    """Return the kinds of operators, the slowest first."""
    found: dict[str, list[OperatorTime]] = {}
    for one in profile.operators:
        found.setdefault(one.kind, []).append(one)
    told = (Kind(kind, len(some), sum(one.seconds for one in some), profile.share(some)) for kind, some in found.items())
    return tuple(sorted(told, key=lambda one: -one.seconds))


def trimmed(profile: Profile, most: int) -> dict[str, Any]:
    """Return a profile in JSON's terms: all its kinds, and the slowest operators, at ``most`` so many, in order of execution."""
    slowest = set(sorted(range(len(profile.operators)), key=lambda i: -profile.operators[i].seconds)[:most])
    return {
        "runtime": profile.runtime,
        "batch_size": profile.batch_size,
        "queries": profile.queries,
        "seconds": profile.seconds,
        "uncovered": profile.uncovered,
        "quality": profile.quality,
        "kinds": [asdict(one) for one in kinds(profile)],
        "operators": [asdict(one) for i, one in enumerate(profile.operators) if i in slowest],
    }


def read(told: Mapping[str, Any]) -> Profile:
    """Return the profile that was written as JSON (``dataclasses.asdict``)."""
    return Profile(**{**told, "operators": tuple(OperatorTime(**one) for one in told["operators"])})


def calm(taken: Sequence[float]) -> list[int]:
    """Return which queries count: the faster half, since what else a machine does falls on one operator or another."""
    half = sorted(range(len(taken)), key=lambda i: taken[i])[: (len(taken) + 1) // 2]
    return sorted(half)


def repeat(run: Callable[[Any], Any], batches: Sequence[Any], queries: int = QUERIES, seconds: float = SECONDS) -> list[float]:
    """Run the batches in turn, and return how long each query took."""
    taken: list[float] = []
    began = time.perf_counter()
    for batch in itertools.islice(itertools.cycle(batches), queries):
        start = time.perf_counter()
        run(batch)
        end = time.perf_counter()
        taken.append(end - start)
        if len(taken) >= AT_LEAST and end - began >= seconds:
            break
    return taken
