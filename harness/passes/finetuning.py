"""Fine-tuning after a change of weights, within the budget that the options of a pass give."""

from __future__ import annotations

from typing import Any, Final, Protocol

import torch

from harness.bench import Bench, Work

BATCH: Final = 64


class Budget(Protocol):
    """The options of a pass that say how long it may train."""

    @property
    def finetune_epochs(self) -> int:
        """Passes over the training split, all rounds together."""

    @property
    def minutes(self) -> float | None:
        """Minutes that they may take, all rounds together."""

    @property
    def lr(self) -> float:
        """Highest learning rate of each round."""


def finetune(
    model: torch.nn.Module, work: Work, wish: Budget, bench: Bench, rounds: int = 1, weight_decay: float = 0.01
) -> dict[str, Any]:
    """Train ``model`` in place for one of ``rounds`` equal parts of the budget; return what to note, {} without a budget."""
    if not wish.finetune_epochs:
        return {}
    steps = wish.finetune_epochs * len(bench.data.train) / BATCH / rounds
    settings = {
        "steps": max(2, int(steps)),
        "batch_size": BATCH,
        "lr": wish.lr,
        "weight_decay": weight_decay,
        "minutes": wish.minutes / rounds if wish.minutes else None,
    }
    return {"finetuning": dict(bench.fit(model, work.preprocess, settings))}
