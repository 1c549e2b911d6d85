"""A small suite as plain values, for tests to change in one place."""

import copy

import pytest
import yaml

from harness.registry import Registry
from harness.suitefile import loads

SMALL = {
    "name": "small",
    "workload": {"dataset": "digits", "batch_size": 1},
    "models": [{"sklearn": "mlp"}],
    "runtimes": ["onnxruntime"],
    "profiles": {
        "one": {
            "weights": {"latency_p90": 1, "accuracy": 2},
            "range": {"latency_p90": ["1 ms", "20 ms"], "accuracy": ["90 %", "99 %"]},
        }
    },
}


@pytest.fixture(scope="session")
def registry():
    return Registry.load()


@pytest.fixture
def small():
    return copy.deepcopy(SMALL)


@pytest.fixture
def settle(registry, tmp_path):
    """Read a suite from plain values."""

    def settled(values):
        return loads(yaml.safe_dump(values, sort_keys=False), registry, tmp_path)

    return settled


@pytest.fixture
def mistakes_in(settle):
    """Return the mistakes of a suite of plain values as (place, message)."""
    from harness.errors import SuiteError

    def found(values):
        with pytest.raises(SuiteError) as caught:
            settle(values)
        return [(one.place, one.message) for one in caught.value.mistakes]

    return found
