"""Training on the workload's training split: seeded, a budget in steps or epochs (and in minutes, if need be), no tricks."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import torch
from torch import nn

from harness.bench import Teacher
from harness.errors import JobError
from harness.interfaces import Array, Batch, Clock
from harness.prepare.saved import Saved, Stateful
from harness.preprocess import each

Loss = Callable[[torch.Tensor, torch.Tensor], torch.Tensor]
"""(scores of a batch, which samples those are) → the loss."""


def fit(
    model: nn.Module,
    inputs: Batch,
    labels: Array,
    settings: Mapping[str, Any],
    seed: int,
    say: Callable[[str], None],
    teacher: Teacher | None = None,
    saved: Saved | None = None,
) -> dict[str, Any]:
    """Train ``model`` in place on ``inputs``, shape (n, …) float32; return what to note about it.

    AdamW (Loshchilov & Hutter 2019) with a one-cycle learning rate (Smith & Topin 2018) and cross-entropy, or the mean squared
    error where labels are targets (n, k), mixed with the distance from a ``teacher`` where there is one. With ``minutes``, the
    cycle goes faster where its steps would take longer, so that it ends in time and at its end. What ``saved`` holds of the
    same training is not done again. Raises JobError when the loss is no number any more.
    """
    torch.manual_seed(seed)
    size = min(int(settings["batch_size"]), len(labels))
    steps = _steps(settings, len(labels), size)
    given = [torch.from_numpy(array) for array in each(inputs)]
    if given[0].ndim == 4:
        model.to(memory_format=torch.channels_last)
        given = [x.contiguous(memory_format=torch.channels_last) if x.ndim == 4 else x for x in given]
    model.requires_grad_(True).train()
    optimizer = torch.optim.AdamW(model.parameters(), lr=settings["lr"], weight_decay=settings["weight_decay"])
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, settings["lr"], total_steps=max(steps, 2))
    pace = Pace(steps, settings.get("minutes"))
    order = Shuffled(len(labels), size, seed)
    parts: dict[str, Stateful] = {"model": model, "optimizer": optimizer, "schedule": schedule, "pace": pace, "order": order}
    if saved:
        saved.restore(parts)
    lost = distilling(labels, teacher) if teacher else learning(labels)
    loss = torch.zeros(())
    tick = min(20, max(1, steps // 40))
    say(f"training {pace.step}/{steps}")
    while pace.step < steps:
        chosen = order.next()
        loss = lost(model(*(x[chosen] for x in given)), chosen)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
        before = pace.step
        for _ in range(pace.advance()):
            schedule.step()
        if pace.step // tick > before // tick or pace.step == steps:
            if not bool(torch.isfinite(loss)):
                raise JobError("nan_output", "prepare", f"training diverged at step {pace.step} of {steps}", "")
            say(f"training {pace.step}/{steps}")
        if saved and pace.step < steps:
            saved.keep(parts)
    model.eval()
    model.requires_grad_(False)
    model.to(memory_format=torch.contiguous_format)
    return {"steps": pace.taken, "batch_size": size, "lr": settings["lr"], "last_loss": round(float(loss.detach()), 4)}


def _steps(settings: Mapping[str, Any], samples: int, size: int) -> int:
    """Return the optimizer steps of a training: as said, or as many as ``epochs`` have."""
    epochs = settings.get("epochs")
    return int(settings["steps"]) if epochs is None else max(1, int(epochs) * samples // size)


def learning(labels: Array) -> Loss:
    """Return the loss against the labels alone: cross-entropy, or the mean squared error of targets."""
    y = torch.from_numpy(labels)
    error = nn.functional.mse_loss if y.is_floating_point() else nn.functional.cross_entropy
    return lambda scores, chosen: error(scores, y[chosen])


def distilling(labels: Array, teacher: Teacher) -> Loss:
    """Return the loss of a student: ``mix`` of that against the labels, the rest its divergence from the teacher.

    The divergence is that of softened scores, times the squared temperature, so that its gradients stay of one size with
    those of the labels (Hinton, Vinyals & Dean, Distilling the knowledge in a neural network, 2015). Targets are not softened:
    both parts are mean squared errors.
    """
    if labels.dtype.kind == "f":
        blend = (teacher.mix * labels + (1 - teacher.mix) * teacher.scores).astype(np.float32)
        return learning(blend)  # up to a constant, the mean of the two errors
    y, warmth, mix = torch.from_numpy(labels), teacher.temperature, teacher.mix
    told = torch.softmax(torch.from_numpy(teacher.scores).float() / warmth, 1)

    def lost(scores: torch.Tensor, chosen: torch.Tensor) -> torch.Tensor:
        soft = torch.log_softmax(scores / warmth, 1)
        apart = nn.functional.kl_div(soft, told[chosen], reduction="batchmean") * warmth**2
        return mix * nn.functional.cross_entropy(scores, y[chosen]) + (1 - mix) * apart

    return lost


class Pace:
    """How far along the steps of a schedule a training is: one further after each, or more where its minutes run out."""

    def __init__(self, steps: int, minutes: float | None, clock: Clock = time.monotonic) -> None:
        self.steps, self.clock = steps, clock
        self.began = clock()
        self.seconds = minutes * 60 if minutes else None
        self.step = self.taken = 0

    def advance(self) -> int:
        """Go to the step that follows, at most ``steps``; return how far that is."""
        due = int(self.steps * (self.clock() - self.began) / self.seconds) if self.seconds else 0
        further = min(self.steps, max(self.step + 1, due)) - self.step
        self.step += further
        self.taken += 1
        return further

    def state_dict(self) -> dict[str, Any]:
        """Return where it is, and the seconds it took to come there."""
        return {"step": self.step, "taken": self.taken, "spent": self.clock() - self.began}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go on from there: time spent before counts."""
        self.step, self.taken = int(state["step"]), int(state["taken"])
        self.began = self.clock() - float(state["spent"])


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

    def state_dict(self) -> dict[str, Any]:
        """Return what is left of the epoch, and the state that the next orders follow from."""
        return {"generator": self.generator.get_state(), "left": self.left}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go on from there."""
        self.generator.set_state(state["generator"])
        self.left = list(state["left"])
