"""The built-in explainers, declared. Their doors are in the modules beside this one."""

from __future__ import annotations

from pydantic import BaseModel, Field

from harness.interfaces import GivesGradients, Runtime
from harness.spec import Value


class ShapOptions(Value):
    """Shapley values of the game between a decision's features, by permutations of them."""

    evaluations: int = Field(
        500, ge=1, description="answers an explanation may cost; at least once through all features, forth and back"
    )


class LimeOptions(Value):
    """The weights of a linear model that is fitted around the decision."""

    evaluations: int = Field(500, ge=10, description="answers that it is fitted to")
    width: float = Field(0.25, gt=0, description="width of the kernel that weighs near coalitions more, as a cosine distance")


class IntegratedGradientsOptions(Value):
    """Gradients of the score, from the background to the sample."""

    steps: int = Field(50, ge=2, description="places on the way at which the gradient is taken")


class Shap:
    """SHAP's permutation explainer."""

    name = "shap"
    summary = "Shapley values, by permutations of the features (Lundberg & Lee, 2017); any model on any runtime"
    subject = None
    options: type[BaseModel] = ShapOptions
    packages = ("shap",)
    version = 1
    door = "harness.explainers.shapley:explain"

    def refusal(self, traits: frozenset[str], runtime: Runtime) -> str | None:
        """Return nothing: it asks for scores only."""
        return None


class Lime:
    """LIME's linear model."""

    name = "lime"
    summary = "weights of a linear model around the decision (Ribeiro et al., 2016); any model on any runtime"
    subject = None
    options: type[BaseModel] = LimeOptions
    packages = ("lime", "scikit-learn")
    version = 1
    door = "harness.explainers.local:explain"

    def refusal(self, traits: frozenset[str], runtime: Runtime) -> str | None:
        """Return nothing: it asks for scores only."""
        return None


class IntegratedGradients:
    """Captum's integrated gradients."""

    name = "integrated_gradients"
    summary = "gradients from the background to the sample, added up (Sundararajan et al., 2017); the torch runtime only"
    subject = None
    options: type[BaseModel] = IntegratedGradientsOptions
    packages = ("captum", "torch")
    version = 1
    door = "harness.explainers.gradients:explain"

    def refusal(self, traits: frozenset[str], runtime: Runtime) -> str | None:
        """Return why there are no gradients, where there are none."""
        if isinstance(runtime, GivesGradients) and runtime.gradients:
            return None
        return f"integrated_gradients takes gradients, which {runtime.name} does not give"


SHAP, LIME, INTEGRATED_GRADIENTS = Shap(), Lime(), IntegratedGradients()
