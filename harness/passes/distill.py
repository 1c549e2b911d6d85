"""Distillation into a network: the student's own source builds it, and trains it on the labels and the teacher's scores.

Hinton, Vinyals & Dean, Distilling the knowledge in a neural network (2015); the loss is in ``prepare.training``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from harness.bench import Bench, Teacher, Work
from harness.passes import teaching
from harness.passes.declared import DistillOptions
from harness.record import Preprocess
from harness.registry import Registry, open_door


def apply(work: Work, options: Mapping[str, Any], bench: Bench) -> Work:
    """Return the student, on the bench in the place of the model ``work``, its teacher."""
    wish = DistillOptions.model_validate(dict(options))
    taught = Teacher(teaching.scores(work, bench), wish.temperature, wish.mix)

    def fit(
        model: Any, preprocess: Preprocess, settings: Mapping[str, Any], teacher: Teacher | None = taught
    ) -> Mapping[str, Any]:
        return bench.fit(model, preprocess, settings, teacher)

    train = wish.model_dump(include={"epochs", "minutes", "batch_size", "lr", "weight_decay"})
    build = open_door(Registry.load().models[wish.student.part].door)
    student: Work = build({**wish.student.options, "train": train}, replace(bench, fit=fit))
    told = {"student": wish.student.label, "temperature": wish.temperature, "mix": wish.mix}
    for note in student.notes.values():  # of its training, or why there was none
        told |= note
    return replace(student, notes={**work.notes, "distill": told})
