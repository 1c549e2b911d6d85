"""How far figures may be believed, and what changed since the answer before."""

from __future__ import annotations

from typing import Literal

from harness.facts.told import Figure, Told
from harness.record import Quality


class Withheld(Told):
    """A percentile that was withheld for want of queries."""

    needs: int
    most: int
    """The most that a candidate without it had."""
    candidates: int


class Revision(Told):
    """The state of the suite's folder in git."""

    revision: str
    dirty: bool
    """Whether tracked files differ from it."""


class Trust(Told):
    """How far the figures may be believed, and how to get them again."""

    harness: str
    """Version of the harness."""
    suite_file: str | None
    command: str | None
    """That measures the same suite again, with the default results and store."""
    seed: int
    """Of the search, and of training and calibration."""
    git: Revision | None
    facts: int
    """Distinct facts of the candidates."""
    qualities: dict[Quality, int]
    taken_again: int
    """Facts that were measured more than once since something disturbed them."""
    withheld: dict[str, Withheld]


class Reason(Told):
    """Why a recommendation changed."""

    kind: Literal["priorities", "infeasible", "failed", "gone", "unknown", "violates", "new", "moved", "tied"]
    words: str


class ChangedRecommendation(Told):
    """Another candidate than before; null is nothing feasible."""

    profile: str
    before: str | None
    after: str | None
    why: tuple[Reason, ...]


class MovedFigure(Told):
    """A figure that moved by three standard errors or more."""

    candidate: str
    metric: str
    unit: str
    before: Figure
    after: Figure
    better: bool


class Changed(Told):
    """What the answer before did not say."""

    since: str | None
    """When that began, in ISO 8601."""
    evaluated: tuple[int, int]
    """Candidates, before and now."""
    versions: dict[str, tuple[str | None, str | None]]
    """That are others, before and now."""
    recommendations: tuple[ChangedRecommendation, ...]
    figures: tuple[MovedFigure, ...]
