import pytest

from harness.registry import Registry
from harness.testing import PassContract

PASSES = Registry.load().passes


class TestQuantize(PassContract):
    @pytest.fixture
    def part(self):
        return PASSES["quantize"]


class TestPrune(PassContract):
    @pytest.fixture
    def part(self):
        return PASSES["prune"]


class TestFactorize(PassContract):
    @pytest.fixture
    def part(self):
        return PASSES["factorize"]


class TestCluster(PassContract):
    @pytest.fixture
    def part(self):
        return PASSES["cluster"]


class TestDistill(PassContract):
    @pytest.fixture
    def part(self):
        return PASSES["distill"]


class TestFuse(PassContract):
    @pytest.fixture
    def part(self):
        return PASSES["fuse"]


class TestRecalibrate(PassContract):
    @pytest.fixture
    def part(self):
        return PASSES["recalibrate"]


class TestSimplify(PassContract):
    @pytest.fixture
    def part(self):
        return PASSES["simplify"]


def test_every_pass_is_under_contract():
    assert set(PASSES) == {"quantize", "prune", "factorize", "cluster", "distill", "fuse", "recalibrate", "simplify"}
