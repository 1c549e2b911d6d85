"""Batch-norm statistics measured anew, declared."""

from __future__ import annotations

from pydantic import BaseModel, Field

from harness.spec import Value


class RecalibrateOptions(Value):
    """Means and variances of batch-norms as the changed weights make them; nothing is trained."""

    samples: int = Field(1024, ge=2, description="training samples they are measured on")


class Recalibrate:
    """New batch-norm statistics, worth trying after any change of weights."""

    name = "recalibrate"
    summary = "batch-norm statistics measured anew on training samples: after prune or factorize"
    subject = None
    options: type[BaseModel] = RecalibrateOptions
    packages = ("torch",)
    version = 1
    door = "harness.passes.recalibrate:apply"
    form = "torch"
    needs = frozenset({"torch"})
    last = False
