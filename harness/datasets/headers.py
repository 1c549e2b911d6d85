"""What a NumPy archive holds, read off its headers: a suite is checked often, and its arrays may be large."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import NamedTuple

import numpy as np


class Header(NamedTuple):
    """An array's shape and kind of numbers (``numpy.dtype.kind``)."""

    shape: tuple[int, ...]
    kind: str


def headers(path: Path) -> dict[str, Header]:
    """Return the headers of the archive's arrays by name; nothing where it cannot be read, as opening it will tell why."""
    try:
        with zipfile.ZipFile(path) as archive:
            return {name.removesuffix(".npy"): _header(archive, name) for name in archive.namelist()}
    except (OSError, ValueError, zipfile.BadZipFile, EOFError):
        return {}


def _header(archive: zipfile.ZipFile, name: str) -> Header:
    with archive.open(name) as file:
        version = np.lib.format.read_magic(file)
        read = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
        shape, _, dtype = read(file)
    return Header(tuple(shape), dtype.kind)
