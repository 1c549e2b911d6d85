"""The explainable boosting machine, declared."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, Field

from harness.spec import Value


class EbmOptions(Value):
    """An explainable boosting machine, fitted on the training split."""

    interactions: int = Field(0, ge=0, le=1000, description="pairs of columns that get a term of their own")
    learning_rate: float = Field(0.015, gt=0, le=1, description="share of what a round would change")
    max_rounds: int = Field(5000, ge=1, description="rounds of boosting at most; it stops by itself when it gains nothing")
    max_bins: int = Field(256, ge=3, le=65_535, description="bins of a column at most, each with its score")
    outer_bags: int = Field(
        8, ge=1, le=1000, description="machines that it is the average of, each stopped by another share held out"
    )


class Ebm:
    """Explainable boosting machines of InterpretML."""

    name = "ebm"
    summary = "an explainable boosting machine: a sum of one table of scores per column (and per pair: interactions)"
    subject = None
    options: type[BaseModel] = EbmOptions
    packages = ("interpret-core",)
    version = 1
    door = "harness.models.ebm_source:build"
    outline_door = ""

    def traits(self, options: Mapping[str, Any]) -> frozenset[str]:
        """Return that it is a sum of tables."""
        return frozenset({"tables"})

    def files(self, options: Mapping[str, Any], folder: Path) -> tuple[Path, ...]:
        """Return nothing: it is fitted here."""
        return ()


EBM = Ebm()
