"""Distillation, declared: a student of another architecture that learns from the model before it."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, Any, Final

from pydantic import BaseModel, Field, field_validator

from harness.interfaces import Runtime, Tool
from harness.spec import Choice, Minutes, ModelChoice, Value

STUDENTS: Final[Mapping[str, frozenset[str]]] = MappingProxyType(
    {"timm": frozenset({"name", "pretrained", "image_size", "channels"}), "sklearn": frozenset({"estimator", "params"})}
)
"""Model sources whose models can be students, and the options that make sense for one."""
TREES: Final = ("decision_tree", "random_forest")
TRAINING: Final = frozenset({"epochs", "minutes", "lr", "batch_size", "weight_decay"})
"""What says how a network is trained; a tree is fitted."""


class DistillOptions(Value):
    """A student in place of the model, which becomes its teacher."""

    student: ModelChoice = Field(description="a model as under models: {timm: NAME}, {sklearn: decision_tree, params: {…}}")
    temperature: float = Field(
        4.0, gt=0, le=1000, description="softens the teacher's scores: higher, and wrong classes tell more"
    )
    mix: float = Field(0.5, ge=0, le=1, description="weight of the labels; the rest of one is the teacher's")
    epochs: int = Field(5, ge=1, le=10_000, description="passes over the training split (timm)")
    minutes: Annotated[Minutes, Field(gt=0)] | None = Field(None, description="no more minutes of training than this (timm)")
    batch_size: int = Field(64, ge=2, description="samples per step (timm)")
    lr: float = Field(4e-3, gt=0, description="highest learning rate of the cycle (timm)")
    weight_decay: float = Field(0.01, ge=0, description="of the student's training (timm)")

    @field_validator("student")
    @classmethod
    def _can_learn(cls, student: Choice) -> Choice:
        known = STUDENTS.get(student.part)
        if known is None or (student.part == "sklearn" and student.options.get("estimator") not in TREES):
            raise ValueError("a student is a timm network, or a decision_tree or random_forest of sklearn")
        idle = sorted(set(student.options) - known)
        if idle:
            raise ValueError(f"{idle[0]} means nothing to a student: distill itself says how it is trained")
        return student


NETWORK: Final = Tool("distill", "harness.passes.distill:apply", "torch", ("timm", "torch"))
TREE: Final = Tool(
    "distill_trees", "harness.passes.distill_trees:apply", "torch", ("scikit-learn", "skl2onnx", "torch"), makes="onnx"
)


class Distill:
    """A student that learns from the labels and from the scores of the model before it."""

    name = "distill"
    summary = "a smaller model, a timm network or trees, that learns from this one's scores beside the labels"
    subject = "student"
    options: type[BaseModel] = DistillOptions
    packages = NETWORK.packages
    version = 1
    door = NETWORK.door
    form = "torch"
    needs = frozenset({"torch"})
    last = False

    def tools(self, runtime: Runtime, options: Mapping[str, Any]) -> tuple[Tool, ...] | str:
        """Return what makes the student; or which option means nothing to it."""
        wish = DistillOptions.model_validate(dict(options))
        if wish.student.part != "sklearn":
            return (NETWORK,)
        idle = sorted(set(options) & TRAINING)
        return f"{idle[0]} means nothing to a student that is made of decision trees" if idle else (TREE,)

    def traits(self, before: frozenset[str], options: Mapping[str, Any]) -> frozenset[str]:
        """Return the traits of the student, whatever the teacher is."""
        return frozenset({"trees"} if options["student"]["part"] == "sklearn" else {"torch", "layers"})
