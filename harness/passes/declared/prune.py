"""Pruning, declared."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, Field, model_validator

from harness.spec import Minutes, Value


class PruneOptions(Value):
    """The least important weights or channels removed, then fine-tuned."""

    granularity: Literal["channel", "weight", "n_m"] = Field(
        "channel", description="channel: whole channels; weight: single weights, to zero; n_m: n of every m weights stay"
    )
    ratio: float | None = Field(None, gt=0, lt=1, description="share to remove: of each layer's channels, or of all weights")
    n: int = Field(2, ge=1, description="n_m: weights that stay")
    m: int = Field(4, ge=2, le=64, description="n_m: of so many neighbours along a layer's inputs")
    steps: int = Field(1, ge=1, le=100, description="rounds of pruning and fine-tuning, up to the ratio")
    finetune_epochs: int = Field(3, ge=0, description="passes over the training split, shared out among the steps")
    minutes: Annotated[Minutes, Field(gt=0)] | None = Field(
        None, description="no more minutes of fine-tuning than this, shared out likewise"
    )
    lr: float = Field(2e-3, gt=0, description="highest learning rate of the fine-tuning")

    @model_validator(mode="after")
    def _settled(self) -> PruneOptions:
        if self.granularity == "n_m":
            _refuse_for_n_m(self)
        elif self.ratio is None:
            raise ValueError(f"granularity {self.granularity} needs a ratio")
        elif (self.n, self.m) != (2, 4):
            raise ValueError(f"n and m belong to granularity n_m, not to {self.granularity}")
        return self


def _refuse_for_n_m(wish: PruneOptions) -> None:
    if wish.ratio is not None:
        raise ValueError("granularity n_m takes n and m, and no ratio")
    if wish.n >= wish.m:
        raise ValueError(f"n must be less than m, but {wish.n} of {wish.m} weights would stay")
    if wish.steps > 1:
        raise ValueError("granularity n_m is done in one step")


class Prune:
    """Channels through torch-pruning; single weights and n of m by masks."""

    name = "prune"
    summary = "channels (torch-pruning), weights or n of m weights removed by magnitude, then fine-tuned"
    subject = "granularity"
    options: type[BaseModel] = PruneOptions
    packages = ("torch-pruning", "torch")
    version = 2
    door = "harness.passes.prune:apply"
    form = "torch"
    needs = frozenset({"torch"})
    last = False
