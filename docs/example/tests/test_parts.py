"""The parts keep what every part keeps: classes to inherit, with fixtures that say which part."""

import pytest

from harness.registry import Registry
from harness.testing import (
    DatasetContract,
    ExplainerContract,
    ModelSourceContract,
    PassContract,
    RuntimeContract,
    write_reference,
)

REGISTRY = Registry.load()


@pytest.fixture
def options():
    return {}


@pytest.fixture
def folder(tmp_path):
    return tmp_path


class TestMoons(DatasetContract):
    @pytest.fixture
    def part(self):
        return REGISTRY.datasets["moons"]


class TestNearestMean(ModelSourceContract):
    @pytest.fixture
    def part(self):
        return REGISTRY.models["nearest_mean"]


class TestRound(PassContract):
    @pytest.fixture
    def part(self):
        return REGISTRY.passes["round"]


class TestOnnxReference(RuntimeContract):
    @pytest.fixture
    def part(self):
        return REGISTRY.runtimes["onnx_reference"]

    @pytest.fixture
    def artifact(self, tmp_path):
        write_reference(tmp_path / "artifact", "onnx")
        return tmp_path / "artifact"


class TestOcclusion(ExplainerContract):
    @pytest.fixture
    def part(self):
        return REGISTRY.explainers["occlusion"]
