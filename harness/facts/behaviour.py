"""How a classifier behaves, beside its facts."""

from __future__ import annotations

from pydantic import Field

from harness.facts.told import Figure, Told


class Counted(Figure):
    """A figure with the samples that it rests on."""

    n: int


class Class(Counted):
    """The accuracy on a class."""

    name: str = Field(alias="class")


class Bin(Told):
    """A bin of a reliability diagram: how sure predictions are, and how often they are right."""

    confidence: float
    accuracy: float
    low: float
    high: float
    n: int


class Histogram(Told):
    """Predictions by twentieths of confidence from 0 to 1."""

    right: tuple[int, ...]
    wrong: tuple[int, ...]


class Temperature(Told):
    """What scores are to be divided by for confidence to be how often the model is right."""

    value: float
    """More than 1: it is too sure."""
    error: Counted
    """The calibration error that is left, each sample cooled by what the others say."""


class Flips(Counted):
    """Predicted classes that are others than the baseline's."""

    right: int
    """That became right."""
    wrong: int
    other: int


class Threshold(Told):
    """What happens where a person is asked beyond an expected cost."""

    threshold: float
    review_rate: float
    mistakes: float
    """What mistakes in the rest cost, per sample of all. With a person, ``mistakes + person * review_rate`` is paid."""


class Costs(Told):
    """What mistakes cost, and when it pays to ask a person."""

    mistakes: tuple[tuple[float, ...], ...]
    """A row for each true class."""
    person: float | None
    expected_cost: float
    review_rate: float
    counts: tuple[tuple[int, ...], ...]
    """A row for each true class: how many samples are said to be of each class, and last are handed to a person."""
    curve: tuple[Threshold, ...]
    """From asking always to never."""


class Surety(Told):
    """How sure a model is on average."""

    clean: float
    shuffled: float
    """Of samples that are none."""


class Corrupted(Told):
    """Accuracy on samples that were made worse."""

    clean: float
    """Accuracy on the same samples as they are."""
    kinds: dict[str, tuple[Counted, ...]]
    """By kind, at severities 1 to 5."""
    confidence: Surety


class Sides(Told):
    """A share in each of two groups."""

    above: Counted
    below: Counted


class Groups(Told):
    """Two groups of rows."""

    column: str
    above: float
    """Rows with more than this are one group."""
    positive: str
    accuracy: Sides | None = None
    rate: Sides | None = None
    """How often the positive class is predicted."""


class Behaviour(Told):
    """How a classifier behaves."""

    samples: int
    reliability: tuple[Bin, ...]
    confidence: Histogram
    temperature: Temperature
    classes: tuple[Class, ...]
    """Of more than 100, those with the lowest accuracy."""
    flips: Flips | None
    costs: Costs | None
    corruptions: Corrupted | None
    groups: Groups | None
