"""A space of which everything is known, and what is wanted of it: a search can be run over it without measuring anything."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from harness.decide import pareto, utility
from harness.decide.columns import gather
from harness.errors import InputError
from harness.evaluate import Evaluation
from harness.interfaces import Array
from harness.search.features import Outlines
from harness.search.gains import axes
from harness.space import Space
from harness.spec import Suite


@dataclass(frozen=True, slots=True)
class Problem:
    """A suite's space with what became of each candidate, and what a search may know of them before it tries them."""

    name: str
    suite: Suite
    space: Space
    known: Mapping[str, Evaluation]
    """By label, of every candidate and baseline."""
    sharing: Mapping[str, NDArray[np.int64]] = field(default_factory=dict)
    """By metric, which candidates have a fact in common: equal numbers, equal facts."""
    outlines: Outlines = field(default_factory=dict)
    """By the label of a model, what is known of it untried."""
    priors: tuple[str, ...] = ()
    """What of the outlines others published, in words."""


@dataclass(frozen=True, slots=True)
class Worth:
    """What every candidate of a problem is worth, and all of them together: the measure of a search over it."""

    rows: Mapping[str, int]
    """By label, the row of a candidate in what follows."""
    losses: Array
    """How far each is from the best end of every objective, 0 to 1; NaN where it failed."""
    volume: float
    """The hypervolume of all."""
    utilities: Mapping[str, Array]
    """By profile; 0 where a candidate is not feasible."""
    failing: NDArray[np.bool_]


def worth(problem: Problem) -> Worth:
    """Return what the candidates of ``problem`` are worth; raises InputError where no range is known to measure them by."""
    labels = [candidate.label for candidate in problem.space.candidates]
    everything = {label: one.facts for label, one in problem.known.items()}
    profiles = utility.anchored(problem.suite, everything)
    facts = {label: {} if problem.known[label].failure else everything[label] for label in labels}
    objectives = axes(profiles)
    if not objectives:
        raise InputError(f"no range of {problem.name} is known: its baseline was not measured", "measure it first")
    columns = gather(facts, tuple(objectives))
    reached = [utility.desirabilities(columns.mine[metric].value, *axis) for metric, axis in objectives.items()]
    losses = 1 - np.column_stack(reached)
    utilities = {}
    for profile in profiles:
        weighed = utility.weigh(profile, gather(facts, utility.wanted(profile), problem.space.baseline_of(), everything))
        utilities[profile.name] = np.where(weighed.feasible, weighed.utility, 0.0)
    return Worth(
        rows={label: row for row, label in enumerate(labels)},
        losses=losses,
        volume=pareto.volume(losses),
        utilities=utilities,
        failing=np.array([problem.known[label].failure is not None for label in labels]),
    )
