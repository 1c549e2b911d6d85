import pytest

from harness.interfaces import Sizing
from harness.registry import Registry
from harness.testing import ScenarioContract

SCENARIOS = Registry.load().scenarios


class TestSingleStream(ScenarioContract):
    @pytest.fixture
    def part(self):
        return SCENARIOS["single_stream"]


class TestOffline(ScenarioContract):
    @pytest.fixture
    def part(self):
        return SCENARIOS["offline"]


def test_every_scenario_is_under_contract():
    assert set(SCENARIOS) == {"single_stream", "offline"}


def test_the_sizing_of_the_contract_is_what_a_suite_says_by_default():
    from harness.spec import Measure

    assert ScenarioContract.sizing == Sizing(**Measure().sizing())
