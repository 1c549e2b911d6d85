"""Training on the workload's training split: seeded, a budget in steps (and in minutes, if need be), no tricks."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any

import torch
from torch import nn

from harness.errors import JobError
from harness.interfaces import Array, Clock


def fit(
    model: nn.Module, inputs: Array, labels: Array, settings: Mapping[str, Any], seed: int, say: Callable[[str], None]
) -> dict[str, Any]:
    """Train ``model`` in place on ``inputs``, shape (n, …) float32; return what to note about it.

    AdamW (Loshchilov & Hutter 2019) with a one-cycle learning rate (Smith & Topin 2018) and cross-entropy. With
    ``minutes``, the cycle goes faster where its steps would take longer, so that it ends in time and at its end. Raises
    JobError when the loss is no number any more.
    """
    torch.manual_seed(seed)
    steps, size = int(settings["steps"]), min(int(settings["batch_size"]), len(inputs))
    x, y = torch.from_numpy(inputs), torch.from_numpy(labels)
    if x.ndim == 4:
        model.to(memory_format=torch.channels_last)
        x = x.contiguous(memory_format=torch.channels_last)
    model.requires_grad_(True).train()
    optimizer = torch.optim.AdamW(model.parameters(), lr=settings["lr"], weight_decay=settings["weight_decay"])
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, settings["lr"], total_steps=max(steps, 2))
    pace = Pace(steps, settings.get("minutes"))
    order = Shuffled(len(x), size, seed)
    loss = torch.zeros(())
    step = taken = 0
    while step < steps:
        chosen = order.next()
        loss = nn.functional.cross_entropy(model(x[chosen]), y[chosen])
        optimizer.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
        taken += 1
        reached = pace.after(step)
        for _ in range(reached - step):
            schedule.step()
        if reached // 20 > step // 20 or reached == steps:
            if not bool(torch.isfinite(loss)):
                raise JobError("nan_output", "prepare", f"training diverged at step {reached} of {steps}", "")
            say(f"training {reached}/{steps}")
        step = reached
    model.eval()
    model.requires_grad_(False)
    model.to(memory_format=torch.contiguous_format)
    return {"steps": taken, "batch_size": size, "lr": settings["lr"], "last_loss": round(float(loss.detach()), 4)}


class Pace:
    """How far along the steps of a schedule a training is: one further after each, or more where its minutes run out."""

    def __init__(self, steps: int, minutes: float | None, clock: Clock = time.monotonic) -> None:
        self.steps, self.clock = steps, clock
        self.began = clock()
        self.seconds = minutes * 60 if minutes else None

    def after(self, step: int) -> int:
        """Return the step that follows ``step``, at most ``steps``."""
        if self.seconds is None:
            return step + 1
        due = int(self.steps * (self.clock() - self.began) / self.seconds)
        return min(self.steps, max(step + 1, due))


class Shuffled:
    """Index batches over epochs, each epoch in a new seeded order; an incomplete last batch is left out."""

    def __init__(self, n: int, size: int, seed: int) -> None:
        self.n, self.size = n, size
        self.generator = torch.Generator().manual_seed(seed)
        self.left: list[torch.Tensor] = []

    def next(self) -> torch.Tensor:
        """Return the next batch of indices."""
        if not self.left:
            order = torch.randperm(self.n, generator=self.generator)
            self.left = [order[i : i + self.size] for i in range(0, self.n - self.size + 1, self.size)][::-1]
        return self.left.pop()
