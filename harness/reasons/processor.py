"""Reasons that lie in the processor."""

from __future__ import annotations

from typing import Final

from harness import units
from harness.reasons.case import Case, Reason

BALANCE: Final = 7.0
"""Multiply-accumulates for each byte moved, below which a core waits for memory. An estimate: two 512-bit units make 32 a cycle,
and memory gives a core some 4.5 bytes a cycle (the roofline of Williams, Waterman & Patterson, CACM 2009)."""
CACHED: Final = 2 * 2**20
"""Bytes that stay in a core's own cache from query to query."""


def no_int8(case: Case) -> Reason | None:
    """Say that there are no instructions for 8-bit products."""
    quantized = case.layers("int8", "dynamic")
    if not quantized or not case.on_x86 or case.flags & {"avx512_vnni", "avx_vnni", "amx_int8"}:
        return None
    return Reason(
        "no_int8",
        "This processor has no instructions for 8-bit products (VNNI, AMX), so int8 needs several for each.",
        "measure on the processor of the deployment",
        {"layers": quantized},
    )


def no_bf16(case: Case) -> Reason | None:
    """Say that there are no instructions for bfloat16."""
    if case.precision != "bf16" or not case.on_x86 or case.flags & {"avx512_bf16", "amx_bf16"}:
        return None
    return Reason(
        "no_bf16",
        "This processor has no instructions for bfloat16 (AVX512-BF16, AMX), so it is converted to float32 and back.",
        "use precision: f32 here",
        {},
    )


def no_fp16(case: Case) -> Reason | None:
    """Say that there are no instructions for float16 arithmetic."""
    wanted = case.precision == "f16" or case.layers("half")
    if not wanted or not case.on_x86 or case.flags & {"avx512_fp16", "amx_fp16"}:
        return None
    return Reason(
        "no_fp16",
        "This processor has no instructions for float16 arithmetic (AVX512-FP16).",
        "use precision: f32 here; 16-bit files are smaller all the same",
        {},
    )


def memory_bound(case: Case) -> Reason | None:
    """Say that the processor waits for memory rather than for its arithmetic."""
    moved = case.census.get("bytes", {})
    if not case.macs or "written" not in moved or case.device != "cpu":
        return None
    size = moved["stored"] + moved["written"] * case.batch_size
    intensity = case.macs * case.batch_size / size
    if size < CACHED or intensity >= BALANCE:
        return None
    return Reason(
        "memory_bound",
        f"It makes {intensity:.1f} multiply-accumulates for each byte it moves ({units.show(size, units.BYTE)} a query); "
        f"below some {BALANCE:g} a core waits for memory, whatever its arithmetic (an estimate).",
        "fewer bytes help, not faster arithmetic: fewer channels, smaller inputs",
        {"intensity": round(intensity, 2), "bytes": size},
    )
