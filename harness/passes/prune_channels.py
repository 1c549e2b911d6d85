"""Structured pruning: whole channels with everything that depends on them (Fang et al., DepGraph, CVPR 2023: torch-pruning)."""

from __future__ import annotations

import signal
import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final

import torch
import torch_pruning as tp

from harness.errors import JobError

ROUND_TO: Final = 8
"""Channel counts stay multiples of this: kernels are written for them."""
PATIENCE: Final = 180.0
"""Seconds for torch-pruning to find what depends on what: most networks take less than ten, some it never comes to an end of
(efficientformerv2_s0)."""


class Nearest(tp.pruner.MetaPruner):  # type: ignore[misc]
    """torch-pruning's own, but for the rounding: it rounds down, and leaves whole what that would leave with no channel.

    A hundredth then took 8 of 16 channels, and nine tenths took none.
    """

    def _round_to(self, n_pruned: int, current_channels: int, round_to: int) -> int:
        left = max(round_to, round((current_channels - n_pruned) / round_to) * round_to)
        return max(current_channels - left, 0)


class Pruner:
    """Prunes the channels of a network in place, in ``steps`` equal steps up to ``ratio``.

    Whatever torch-pruning cannot follow is a JobError, ``unsupported``, in one line.
    """

    def __init__(self, model: Any, shape: tuple[int, ...], ratio: float, steps: int = 1) -> None:
        self.model = model
        self.example = torch.zeros(2, *shape)
        self.attention = [m for m in model.modules() if hasattr(m, "qkv") and hasattr(m, "num_heads")]
        self.classes = 0
        self.inner: Any = _told(lambda: self._made(ratio, steps))

    def step(self) -> None:
        """Take the next step; the network is tried once before it is handed back."""
        _told(self._step)

    def _made(self, ratio: float, steps: int) -> Any:
        self.classes = int(self._scores().shape[-1])
        with self._attention_in_parts(), warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it tells that class tokens and position embeddings are pruned too, as they must be
            return Nearest(
                self.model,
                self.example,
                importance=tp.importance.MagnitudeImportance(p=2),
                pruning_ratio=ratio,
                iterative_steps=steps,
                ignored_layers=_heads(self.model, self.example),
                round_to=ROUND_TO,
                num_heads={module.qkv: module.num_heads for module in self.attention},
                prune_head_dims=True,
            )

    def _step(self) -> None:
        with self._attention_in_parts():
            self.inner.step()
        for module in self.attention:
            module.num_heads = self.inner.num_heads[module.qkv]
            module.head_dim = module.qkv.out_features // (3 * module.num_heads)
            module.attn_dim = module.head_dim * module.num_heads
        if self._scores().shape != (len(self.example), self.classes):
            raise ValueError("its scores have another shape afterwards")

    def _scores(self) -> torch.Tensor:
        self.model.eval()
        with torch.no_grad():
            scores: torch.Tensor = self.model(self.example)
        return scores

    @contextmanager
    def _attention_in_parts(self) -> Iterator[None]:
        """Switch fused attention off: it hides from torch-pruning which dimensions belong together."""
        fused = [getattr(module, "fused_attn", False) for module in self.attention]
        for module in self.attention:
            module.fused_attn = False
        yield
        for module, was in zip(self.attention, fused, strict=True):
            module.fused_attn = was


def _told(work: Callable[[], Any]) -> Any:
    try:
        with within(PATIENCE):
            return work()
    except MemoryError:
        raise
    except Exception as error:  # torch-pruning meets architectures it cannot follow in many ways
        first = (str(error).strip().splitlines() or [""])[0][:200]
        message = f"torch-pruning cannot prune this network: {type(error).__name__}: {first}"
        raise JobError("unsupported", "prepare", message) from error


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """Raise TimeoutError where the block takes longer; without effect off the main thread, where no signal arrives."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def late(*_: object) -> None:
        raise TimeoutError(f"no end after {seconds:g} s")

    before = signal.signal(signal.SIGALRM, late)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def _heads(model: Any, example: torch.Tensor) -> list[torch.nn.Module]:
    """Return the layers whose width is the number of classes: timm's classifier, or the last layer of weights to run."""
    if hasattr(model, "get_classifier"):
        head = model.get_classifier()
        return list(head) if isinstance(head, tuple | list) else [head]
    ran: list[torch.nn.Module] = []
    layers = [m for m in model.modules() if isinstance(m, torch.nn.Linear | torch.nn.Conv2d)]
    hooks = [layer.register_forward_hook(lambda module, *_: ran.append(module)) for layer in layers]
    with torch.no_grad():
        model(example)
    for hook in hooks:
        hook.remove()
    return ran[-1:]
