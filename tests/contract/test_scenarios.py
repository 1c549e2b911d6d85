import pytest

from harness.interfaces import Sizing
from harness.registry import Registry
from harness.testing import ProbedScenarioContract, ScenarioContract

SCENARIOS = Registry.load().scenarios


class TestSingleStream(ScenarioContract):
    @pytest.fixture
    def part(self):
        return SCENARIOS["single_stream"]


class TestMultiStream(ScenarioContract):
    calls = 8  # its default number of samples, in batches of one

    @pytest.fixture
    def part(self):
        return SCENARIOS["multi_stream"]


class TestOffline(ScenarioContract):
    @pytest.fixture
    def part(self):
        return SCENARIOS["offline"]


class TestServer(ProbedScenarioContract):
    @pytest.fixture
    def part(self):
        return SCENARIOS["server"]


def test_every_scenario_is_under_contract():
    assert set(SCENARIOS) == {"single_stream", "multi_stream", "offline", "server"}


def test_the_sizing_of_the_contract_is_what_a_suite_says_by_default():
    from harness.spec import Measure

    assert ScenarioContract.sizing == Sizing(**Measure().model_dump(exclude={"processes", "again"}))
