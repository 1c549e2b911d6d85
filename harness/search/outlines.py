"""What is known of a space's models before any is made: counts that their sources give, and accuracies that others published."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, Protocol

from harness.errors import JobError
from harness.ledger import Ledger
from harness.prepare.plan import Plan
from harness.search.features import Outlines
from harness.space import Space

SECONDS: Final = 60.0
"""For all models of a space: a search can do without."""


class Outliner(Protocol):
    """Asks a model's source what is known of it; raises JobError."""

    def outline(  # noqa: D102
        self, plan: Plan, door: str, say: Callable[[str], None], time_left: float
    ) -> dict[str, float]: ...


def outlines(
    ledger: Ledger, space: Space, outliner: Outliner, say: Callable[[str, str], None], time_left: Callable[[], float]
) -> Outlines:
    """Return what sources know of the models of ``space``, by label; of those that cannot be told, or not in time, nothing."""
    found: dict[str, Mapping[str, float]] = {}
    start = time_left()
    for candidate in {candidate.model.label: candidate for candidate in reversed(space.candidates)}.values():
        label, door = candidate.model.label, ledger.registry.models[candidate.model.part].outline_door
        left = min(time_left(), SECONDS - (start - time_left()))
        if door and left > 0:
            try:
                found[label] = outliner.outline(ledger.plan(candidate), door, lambda text, label=label: say(label, text), left)  # type: ignore[misc]
            except JobError as error:
                say(label, f"not outlined: {error.message}")
    return found


def with_published(known: Outlines, space: Space, accuracies: Mapping[str, float]) -> dict[str, dict[str, float]]:
    """Return ``known`` with the accuracies that others published of timm's networks, by their names."""
    models = {candidate.model.label: candidate.model for candidate in space.candidates}
    names: dict[str, Any] = {label: model.options.get("name") for label, model in models.items() if model.part == "timm"}
    told = {label: {"accuracy": accuracies[name]} for label, name in names.items() if name in accuracies}
    return {label: {**told.get(label, {}), **known.get(label, {})} for label in models}
