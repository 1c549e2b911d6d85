"""A published table as a value, and what its file's name says of how it was made."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import PurePath
from types import MappingProxyType
from typing import Final, Literal

Kind = Literal["accuracy", "benchmark"]

PRECISIONS: Final = frozenset({"amp", "amp_bf16", "fp32", "fp16", "bf16", "float32", "float16", "bfloat16", "tf32"})
LAYOUTS: Final = frozenset({"nchw", "nhwc"})
COMPILERS: Final = frozenset({"dynamo", "inductor", "compile", "jit", "torchscript", "aot"})


@dataclass(frozen=True, slots=True)
class Entry:
    """A row of one table: a model at an image size, with its figures by metric, in SI."""

    architecture: str
    tag: str
    """Which weights; empty where the table names the architecture alone."""
    img_size: int
    batch_size: int | None
    """Samples that a query carried; None where nothing was timed."""
    values: Mapping[str, float]

    @property
    def name(self) -> str:
        """``architecture.tag``, or the architecture alone."""
        return f"{self.architecture}.{self.tag}" if self.tag else self.architecture

    @property
    def place(self) -> tuple[str, str, int, int]:
        """What tells it from the other entries of its table, and orders them."""
        return (self.architecture, self.tag, self.img_size, self.batch_size or 0)


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A row that could not be used, and why."""

    line: int
    why: str


@dataclass(frozen=True, slots=True)
class Table:
    """A published table. ``entries`` are in the order of their names, whatever the file's was."""

    file: str
    """The name of the file, without its folder."""
    sha256: str
    """Of the file's bytes."""
    content: str
    """Digest of what was read: the same for a copy with another name or other line ends."""
    kind: Kind
    columns: tuple[str, ...]
    description: Mapping[str, str]
    """What the file's name says: ``dataset``, or ``hardware``, ``precision``, ``layout``, ``torch``, ``cuda``, ``compiler``."""
    entries: tuple[Entry, ...]
    left_out: tuple[LeftOut, ...] = ()


def described(file: str) -> dict[str, str]:
    """Return what the name of a table's file says, by the habits of pytorch-image-models; what it does not say is absent."""
    first, *words = PurePath(file).stem.split("-")
    if first == "results":
        return {"dataset": "-".join(words)} if words else {}
    if first != "benchmark":
        return {}
    found: dict[str, str] = {}
    hardware: list[str] = []
    for word in words:
        name, value = next(((name, told) for name, says in _SAYS.items() if (told := says(word))), ("", ""))
        if name:
            found.setdefault(name, value)
        else:
            hardware.append(word)
    return found | ({"hardware": "-".join(hardware)} if hardware else {})


def _one_of(words: frozenset[str]) -> Callable[[str], str]:
    return lambda word: word.lower() if word.lower() in words else ""


def _torch(word: str) -> str:
    """Return the version in ``pt240`` or ``pt112``: 2.4.0, but 1.12, since the first PyTorch had no third digit there."""
    digits = word.removeprefix("pt")
    if not re.fullmatch(r"pt\d{3,4}", word, re.ASCII):
        return ""
    return f"1.{digits[1:]}" if digits[0] == "1" else f"{digits[0]}.{digits[1:-1]}.{digits[-1]}"


def _cuda(word: str) -> str:
    return f"{word[2:-1]}.{word[-1]}" if re.fullmatch(r"cu\d{3}", word, re.ASCII) else ""


_SAYS: Final = MappingProxyType(
    {
        "mode": _one_of(frozenset({"infer", "train", "both"})),
        "precision": _one_of(PRECISIONS),
        "layout": _one_of(LAYOUTS),
        "torch": _torch,
        "cuda": _cuda,
        "device": _one_of(frozenset({"cpu", "cuda", "mps"})),
        "compiler": _one_of(COMPILERS),
    }
)
"""What a word of a benchmark's name can say; any other is part of the hardware's name."""
