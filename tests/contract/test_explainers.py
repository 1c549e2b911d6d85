import pytest

from harness.registry import Registry
from harness.testing import ExplainerContract

EXPLAINERS = Registry.load().explainers


class TestShap(ExplainerContract):
    @pytest.fixture
    def part(self):
        return EXPLAINERS["shap"]


class TestLime(ExplainerContract):
    @pytest.fixture
    def part(self):
        return EXPLAINERS["lime"]


class TestIntegratedGradients(ExplainerContract):
    @pytest.fixture
    def part(self):
        return EXPLAINERS["integrated_gradients"]


def test_every_explainer_is_under_contract():
    assert set(EXPLAINERS) == {"shap", "lime", "integrated_gradients"}
