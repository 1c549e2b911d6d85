"""What an explainer keeps: a test class to inherit."""
# ruff: noqa: D102 (a test's name is its docstring)

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from harness.interfaces import Array, Decision
from harness.registry import Registry, open_door
from harness.testing.part_contracts import TRAITS, PartContract, takes

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.interfaces import Explainer

WEIGHTS: Final = np.array([4.0, -3.0, 2.0, 0.5, -1.0, 0.0])
SAMPLE: Final = np.array([1.0, 1.0, -2.0, 3.0, 0.5, 9.0])
BACKGROUND: Final = np.array([0.0, 2.0, 1.0, 1.0, 1.5, 1.0])


class Additive:
    """A session whose second score is a weighted sum of the columns; its first is nought."""

    settings: Mapping[str, Any] = {}

    def run(self, batch: Array) -> Array:
        """Return the scores of rows."""
        return np.stack([np.zeros(len(batch)), batch @ WEIGHTS], axis=1)

    def device_memory(self) -> int | None:
        """Return nothing: there is no GPU."""
        return None

    def forward(self, batch: Any) -> Any:
        """Return the scores of rows, a PyTorch tensor."""
        import torch  # late: only what takes gradients needs it

        weights = torch.from_numpy(np.stack([np.zeros(len(WEIGHTS)), WEIGHTS], axis=1)).float()
        return batch @ weights


def additive(seed: int = 0) -> Decision:
    """Return a decision to which each feature adds its weight times its deviation from the background."""
    session, rows = Additive(), [each[None].astype(np.float32) for each in (SAMPLE, BACKGROUND)]
    return Decision(
        features=len(WEIGHTS),
        value=lambda kept: session.run(np.where(np.asarray(kept, dtype=bool), SAMPLE, BACKGROUND))[:, 1],
        target=1,
        seed=seed,
        session=session,
        sample=rows[0],
        background=rows[1],
        places=np.arange(len(WEIGHTS))[None],
        artifact=Path(),
    )


class ExplainerContract(PartContract):
    """What an explainer keeps. A further fixture: ``options``."""

    def explained(self, part: Explainer, options: Mapping[str, Any], seed: int = 0) -> Array:
        """Return what it says of an additive decision."""
        found: Array = open_door(part.door)(additive(seed), options)
        return found

    def test_its_door_takes_a_decision_and_options(self, part: Explainer) -> None:
        assert takes(part.door, 2)

    def test_it_attributes_to_every_feature_a_finite_number(self, part: Explainer, options: Mapping[str, Any]) -> None:
        found = self.explained(part, options)
        assert found.shape == WEIGHTS.shape
        assert np.isfinite(found).all()

    def test_it_finds_what_each_feature_adds_to_an_additive_decision(self, part: Explainer, options: Mapping[str, Any]) -> None:
        from harness.explained import correlation  # late: brings scipy

        truth = WEIGHTS * (SAMPLE - BACKGROUND)
        found = self.explained(part, options)
        assert (correlation(found, truth) or 0) > 0.9
        assert found.argmax() == truth.argmax()

    def test_it_says_the_same_for_the_same_seed(self, part: Explainer, options: Mapping[str, Any]) -> None:
        assert np.array_equal(self.explained(part, options, 3), self.explained(part, options, 3))

    def test_what_it_cannot_explain_is_told_in_one_line(self, part: Explainer) -> None:
        for runtime in Registry.load().runtimes.values():
            why = part.refusal(TRAITS, runtime)
            assert why is None or (why.strip() and "\n" not in why)
