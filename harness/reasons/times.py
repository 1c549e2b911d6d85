"""Reasons that are seen in the time of each operator."""

from __future__ import annotations

from collections import Counter
from typing import Final

from harness import units
from harness.operators import OperatorTime, Profile, role
from harness.reasons.case import Case, Reason, counted, percent

CONVERSIONS: Final = 0.1
"""Share of the time in conversions, beyond those of the parent, that matters."""
REFERENCE: Final = 0.05
OUTSIDE: Final = 0.5
SLOWER: Final = 1.1
"""Times the parent's, from which its layers are slower."""
SMALL: Final = 10e-6
"""Seconds of an operator below which what is around its arithmetic (a call, a thread handing over) weighs as much."""


def slow_kernels(case: Case) -> Reason | None:
    """Say that the layers themselves take longer than the parent's."""
    if case.profile is None or case.parent is None:
        return None
    mine, theirs = (sum(one.seconds for one in each.layers) for each in (case.profile, case.parent))
    if not theirs or mine < SLOWER * theirs or _kernels(case.profile) == _kernels(case.parent):
        return None  # the same kernels on the same layers: that they took longer was chance
    kernels = ", ".join(dict.fromkeys(one.kind for one in _slowest(case.profile.layers)[:2]))
    return Reason(
        "slow_kernels",
        f"Its layers take {_shown(mine)}, the parent's {_shown(theirs)}: "
        f"the kernels for what they became ({kernels}) are slower here.",
        "try another runtime: each has kernels of its own",
        {"seconds": mine, "parent": theirs},
    )


def _kernels(profile: Profile) -> Counter[tuple[str, str, str]]:
    return Counter((one.kind, one.kernel, one.precision) for one in profile.layers)


def float_kernels(case: Case) -> Reason | None:
    """Say that layers that are 8-bit in the file run in float."""
    if case.profile is None or not case.layers("int8", "dynamic"):
        return None
    wrong = [one for one in case.profile.layers if one.precision not in ("int8", "")]
    share, expected = case.profile.share(wrong), case.layers("float", "half", "expanded")
    if len(wrong) <= expected or share < CONVERSIONS:
        return None
    kernels = ", ".join(dict.fromkeys(one.kernel or one.kind for one in _slowest(wrong)[:2]))
    return Reason(
        "float_kernels",
        f"{counted(len(wrong), 'layer')} ran in float, {percent(share)} of the time, though {case.layers('int8', 'dynamic')} of "
        f"{case.layers()} are 8-bit in the file ({kernels}): {case.runtime} has no int8 kernel for them on this CPU.",
        "try another runtime, or keep these layers in float on purpose",
        {"layers": len(wrong), "share": round(share, 4)},
    )


def conversions(case: Case) -> Reason | None:
    """Say that time goes into converting numbers from one form to another."""
    if case.profile is None:
        return None
    found, before = (_conversions(profile) for profile in (case.profile, case.parent))
    mine, theirs = (sum(one.seconds for one in each) for each in (found, before))
    if not mine or (mine - theirs) / case.profile.covered < CONVERSIONS:
        return None
    share = case.profile.share(found)
    slow = sorted({one.kind for one in found}, key=lambda kind: -sum(one.seconds for one in found if one.kind == kind))
    parents = f"; the parent's take {_shown(theirs)}" if theirs else ""
    return Reason(
        "conversions",
        f"{percent(share)} of the time, {_shown(mine)}, goes into {counted(len(found), 'conversion')} "
        f"({', '.join(slow[:3])}){parents}.",
        "quantize more of the neighbours, or fewer layers: each border between 8 bits and float costs a conversion"
        if any("quantize" in kind.lower() for kind in slow)
        else "try another runtime: these change the form of numbers for the kernels that it has",
        {"share": round(share, 4), "operators": len(found), "seconds": mine, "parent": theirs},
    )


def _conversions(profile: Profile | None) -> list[OperatorTime]:
    return [one for one in profile.operators if role(one.kind) == "conversion"] if profile else []


def reference_kernels(case: Case) -> Reason | None:
    """Say that operators run in a runtime's plain kernels, which no instruction set speeds up."""
    if case.profile is None:
        return None
    found = [one for one in case.profile.operators if one.kernel.lower().startswith("ref")]
    share = case.profile.share(found)
    if share < REFERENCE:
        return None
    kinds = ", ".join(dict.fromkeys(one.kind for one in _slowest(found)[:3]))
    return Reason(
        "reference_kernels",
        f"{percent(share)} of the time goes into {counted(len(found), 'operator')} with a plain reference kernel only ({kinds}).",
        "try another runtime, or a model without these operators",
        {"share": round(share, 4), "operators": len(found)},
    )


def outside(case: Case) -> Reason | None:
    """Say that most of a query passes outside operators."""
    if case.profile is None or not case.profile.seconds or case.profile.uncovered / case.profile.seconds < OUTSIDE:
        return None
    share = case.profile.uncovered / case.profile.seconds
    return Reason(
        "outside",
        f"{percent(share)} of a query, {_shown(case.profile.uncovered)}, passes outside operators: "
        "in the call and in handing work to threads, which compression hardly changes.",
        "send more samples in a query (batch_size), or fewer threads",
        {"share": round(share, 4), "seconds": case.profile.uncovered},
    )


def too_small(case: Case) -> Reason | None:
    """Say that operators are so small that starting them costs as much as what they do."""
    count = len(case.profile.operators) if case.profile else case.census.get("operators", 0)
    if not count or case.latency is None or case.latency / count >= SMALL:
        return None
    each = case.latency / count
    return Reason(
        "too_small",
        f"A query takes {_shown(case.latency)} for {count} operators, {_shown(each)} each: "
        "there is little arithmetic to save beside the cost of starting them.",
        "send more samples in a query (batch_size), or fewer threads",
        {"operators": count, "seconds": each},
    )


def _slowest(operators: list[OperatorTime] | tuple[OperatorTime, ...]) -> list[OperatorTime]:
    return sorted(operators, key=lambda one: -one.seconds)


def _shown(seconds: float) -> str:
    return units.show(seconds, units.SECOND)
