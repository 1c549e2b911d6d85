"""What is known of candidates, and of those that there is little known of."""

from __future__ import annotations

from typing import Any

from pydantic import JsonValue

from harness.decide.decision import Violation
from harness.facts.explanations import Explained
from harness.facts.told import ShownFact, Told
from harness.spec import Choice


class Score(Told):
    """A candidate under a profile."""

    utility: float
    half_width: float
    violations: tuple[Violation, ...]


class Absence(Told):
    """Why a metric is absent: queries that a percentile needs and has, or a reason."""

    needs: int | None = None
    has: int | None = None
    why: str | None = None


class Candidate(Told):
    """A candidate with facts."""

    candidate: str
    """Its label: model+pass@runtime/bN."""
    facts: dict[str, ShownFact]
    model: Choice
    passes: tuple[Choice, ...]
    runtime: Choice
    batch_size: int
    device: str
    artifact: str | None
    """Digest of the exported files."""
    notes: dict[str, JsonValue]
    """What the stages of preparing told of themselves."""
    runs: tuple[int, ...]
    """Measuring processes that its facts rest on, by their numbers in the store."""
    paired: dict[str, dict[str, float]]
    """By metric: what it has more than its baseline on the same samples."""
    withheld: dict[str, Absence]
    scores: dict[str, Score]
    """By profile."""
    eligible: bool
    """Whether it may be recommended: a baseline outside of the space may not."""
    dominated_by: str | None
    """A candidate that is better in some objective and worse in none; one that is recommended, if such a one does."""
    reruns: int
    """How often its timings were taken again since something disturbed them."""
    same: tuple[str, ...]
    """Metrics whose fact is its baseline's, too."""
    parent: dict[str, Any] | None
    """What it gained and lost against the same model uncompressed: ratios, differences, flips, and why it is not faster."""
    own_metric: dict[str, int | None] | None = None
    explanation: Explained | None = None
    """Null where its decisions were not explained."""
    prior: float | None = None
    """The model's published accuracy."""


class Failure(Told):
    """A candidate that did not get through."""

    candidate: str
    kind: str
    stage: str
    message: str
    log: str
    """The end of what its process said."""


class Screened(Told):
    """A candidate that a quick look ended."""

    candidate: str
    why: str
    facts: dict[str, ShownFact]


class Excluded(Told):
    """A rule that kept combinations out of the space."""

    rule: str
    count: int
    example: str


class Space(Told):
    """What there was to look at."""

    candidates: int
    evaluated: int
    excluded: tuple[Excluded, ...]
