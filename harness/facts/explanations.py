"""How decisions were explained, and a few of them with their explanations."""

from __future__ import annotations

from typing import Any, Literal

from harness.facts.told import Told


class VersusRandom(Told):
    """Explanations against a random order of the features, on the same samples."""

    won: int
    """Samples of which their top tenth takes more of the decision away than a random tenth does."""
    lost: int
    even: int
    chance: float
    """That luck alone wins as often or oftener: a sign test, one-sided."""
    beats: bool


class Explained(Told):
    """How a candidate's decisions were explained."""

    asked: int
    """Samples that were to be explained."""
    samples: int
    """Samples that were, in the budget."""
    versus_random: VersusRandom


class Explanation(Told):
    """One candidate's decision about a sample."""

    decided: int
    """The class, or 0 of a regression."""
    scores: tuple[float, ...]
    """As the model gives them."""
    attributions: tuple[float, ...]
    """What each feature adds to the score of the class decided for, in the order of ``layout``."""
    games: dict[str, float]
    """What decides (a probability, or a regression's value) with all features, with none, with the top tenth of them, without it,
    and with and without a random tenth."""


class ExplainedSample(Told):
    """A real sample, and how candidates decide it."""

    row: int
    """In the test split."""
    why: Literal["right", "wrong", "divided"]
    """Why it is shown: it is decided rightly, wrongly, or by some so and by others otherwise."""
    label: float
    sample: Any
    """A row of numbers, or an image (height, width, channels) of 0 to 255."""
    by: dict[str, Explanation]
    """By candidate."""


class Explanations(Told):
    """A few decisions with their explanations, the same of all candidates that are shown, and models that can be read."""

    layout: tuple[int, ...]
    """Features: (columns) of a table, (rows, columns) of a grid over an image."""
    columns: tuple[str, ...]
    """Names of a table's columns, where it has any."""
    classes: tuple[str, ...]
    background: Any
    """What stands for a feature that is not there, shaped like a sample."""
    samples: tuple[ExplainedSample, ...]
    models: dict[str, Any]
    """By candidate: a tree's nodes, a linear model's weights, the curves of a sum of terms."""
