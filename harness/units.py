"""Quantities: read with a unit, kept in SI, written for people.

Inside the package every number is in seconds, bytes, samples per second or shares of one; this module is the only
place where other units exist.
"""

from __future__ import annotations

import math
import re
from types import MappingProxyType
from typing import Final

SECOND: Final = "s"
MINUTE: Final = "min"
"""Of budgets alone, which are told and kept in minutes."""
BYTE: Final = "B"
SHARE: Final = "share"
RATE: Final = "samples/s"
COUNT: Final = "count"
JOULE: Final = "J"
COST: Final = "per 1k"
"""Money for 1,000 samples, in the currency of the price that was stated."""
WATT: Final = "W"
NUMBER: Final = "number"
"""What has no scale, and may be below nought: an error in the target's own unit, a correlation, the user's own metric."""

SCALES: Final = MappingProxyType(
    {
        SECOND: MappingProxyType(
            {
                "ns": 1e-9,
                "us": 1e-6,
                "µs": 1e-6,
                "ms": 1e-3,
                "s": 1.0,
                "sec": 1.0,
                "seconds": 1.0,
                "min": 60.0,
                "minute": 60.0,
                "minutes": 60.0,
                "h": 3600.0,
                "hour": 3600.0,
                "hours": 3600.0,
            }
        ),
        BYTE: MappingProxyType(
            {"B": 1.0, "kB": 1e3, "KB": 1e3, "MB": 1e6, "GB": 1e9, "KiB": 1024.0, "MiB": 1024.0**2, "GiB": 1024.0**3}
        ),
        SHARE: MappingProxyType({"%": 0.01, "pp": 0.01}),
        RATE: MappingProxyType({"samples/s": 1.0, "/s": 1.0, "k/s": 1e3, "M/s": 1e6}),
        COUNT: MappingProxyType({"k": 1e3, "K": 1e3, "M": 1e6, "G": 1e9}),
        JOULE: MappingProxyType({"nJ": 1e-9, "uJ": 1e-6, "µJ": 1e-6, "mJ": 1e-3, "J": 1.0, "kJ": 1e3, "Wh": 3600.0}),
        COST: MappingProxyType({"per 1k": 1.0, "per 1M": 1e-3, "per 1G": 1e-6}),
        WATT: MappingProxyType({"mW": 1e-3, "W": 1.0, "kW": 1e3}),
        NUMBER: MappingProxyType[str, float]({}),
    }
)

_QUANTITY: Final = re.compile(r"\s*([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)\s*([^\s\d.,+-].*?)?\s*")


def parse(value: object, unit: str) -> float:
    """Return ``value`` as a number in ``unit``: a plain number is taken as it is, a text may carry another scale.

    Raises ValueError, in words for the user, for anything that is no finite quantity of that unit.
    """
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise ValueError(f"expected {_expected(unit)}, got {value!r}")
    if isinstance(value, str):
        value = _parse_text(value, unit)
    try:
        number = float(value)
    except OverflowError:
        number = math.inf
    if not math.isfinite(number):
        raise ValueError(f"expected a finite number, got {value!r}")
    return number


def _parse_text(text: str, unit: str) -> float:
    match = _QUANTITY.fullmatch(text)
    if match is None:
        raise ValueError(f"expected {_expected(unit)}, got {text!r}")
    number, scale = match.groups()
    if scale is None:
        return float(number)
    try:
        return float(number) * SCALES[unit][scale]
    except KeyError:
        if not SCALES[unit]:
            raise ValueError(f"expected {_expected(unit)}, got {text!r}") from None
        raise ValueError(f"{scale!r} is no unit of this quantity; use one of {', '.join(SCALES[unit])}") from None


def _expected(unit: str) -> str:
    if unit == NUMBER:
        return "a plain number, like '0.5'"
    example = {
        SECOND: "20 ms",
        BYTE: "300 MB",
        SHARE: "2 %",
        RATE: "500 samples/s",
        COUNT: "5 M",
        JOULE: "2 mJ",
        COST: "0.02 per 1k",
        WATT: "65 W",
    }[unit]
    return f"a number with an optional unit, like {example!r}"


def show(value: float, unit: str) -> str:
    """Return ``value`` of ``unit`` with about three digits and a scale that suits it: ``1.23 ms``.

    A unit that is not known here, of facts from another version, has no other scale.
    """
    if unit == SHARE:
        return f"{value * 100:.1f} %"
    if unit == NUMBER:
        return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"
    if unit not in SCALES:
        return f"{show(value, NUMBER)} {unit}"
    scales = {
        SECOND: (("s", 1.0), ("ms", 1e-3), ("µs", 1e-6), ("ns", 1e-9)),
        BYTE: (("GB", 1e9), ("MB", 1e6), ("kB", 1e3), ("B", 1.0)),
        RATE: (("M/s", 1e6), ("k/s", 1e3), ("/s", 1.0)),
        COUNT: (("G", 1e9), ("M", 1e6), ("k", 1e3), ("", 1.0)),
        JOULE: (("kJ", 1e3), ("J", 1.0), ("mJ", 1e-3), ("µJ", 1e-6), ("nJ", 1e-9)),
        COST: (("per 1k", 1.0), ("per 1M", 1e-3), ("per 1G", 1e-6)),
        WATT: (("kW", 1e3), ("W", 1.0), ("mW", 1e-3)),
    }[unit]
    name, scale = next(((n, s) for n, s in scales if abs(value) >= s), scales[-1])
    if value == 0:
        name, scale = scales[-1]
    return f"{_digits(float(f'{value / scale:.12g}'))} {name}".rstrip()  # 10 µs, not 10.000000000000002


def _digits(number: float) -> str:
    if number == int(number) and abs(number) < 1000:
        return str(int(number))
    decimals = max(0, 2 - math.floor(math.log10(abs(number)))) if number else 0
    return f"{number:,.{min(decimals, 3)}f}"


def show_duration(seconds: float) -> str:
    """Return a wall-clock span for people: ``0.8 s``, ``42 s``, ``3 min 05 s``."""
    if seconds < 10:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    return f"{whole} s" if whole < 60 else f"{whole // 60} min {whole % 60:02d} s"
