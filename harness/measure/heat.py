"""How hot the machine is, where its sensors tell."""

from __future__ import annotations

import contextlib

import psutil


def degrees() -> dict[str, float]:
    """Return the highest degrees Celsius by sensor chip; nothing where the machine does not tell."""
    with contextlib.suppress(Exception):  # a sensor's driver may answer anything, and no figure depends on it
        return {chip: max(sensor.current for sensor in read) for chip, read in psutil.sensors_temperatures().items() if read}
    return {}
