"""What the rules look at, and what they say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from harness.operators import Profile


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason: the rule that found it, a sentence, what to do about it, and the figures it rests on."""

    rule: str
    text: str
    advice: str
    figures: Mapping[str, float | int | str]


@dataclass(frozen=True, slots=True)
class Case:
    """A compressed candidate and its parent. What is not known is empty, and no rule needs it to be there."""

    runtime: str
    device: str = "cpu"
    batch_size: int = 1
    precision: str = ""
    """What the runtime is told to compute in, where it has such an option."""
    same_file: bool = False
    """Whether the candidate's artifact is the parent's."""
    census: Mapping[str, Any] = field(default_factory=dict)
    """What its graph is made of (``prepare.census``)."""
    macs: int | None = None
    latency: float | None = None
    """Seconds of a query, median."""
    profile: Profile | None = None
    parent: Profile | None = None
    """The parent's profile."""
    machine: str = ""
    """The processor's architecture: ``x86_64``."""
    flags: frozenset[str] = frozenset()
    """What its kernels can use (``environment.TELLING_FLAGS``)."""

    def layers(self, *kinds: str) -> int:
        """Return how many layers compute in one of these ways; all of them without a way."""
        found = self.census.get("layers", {})
        return sum(count for kind, count in found.items() if not kinds or kind in kinds)

    @property
    def on_x86(self) -> bool:
        """Whether it runs on an x86 processor whose flags are known."""
        return self.device == "cpu" and self.machine in ("x86_64", "AMD64") and bool(self.flags)


def counted(number: int, what: str) -> str:
    """Return ``1 layer`` or ``12 layers``."""
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def percent(share: float) -> str:
    """Return ``12 %``."""
    return f"{100 * share:.0f} %"
