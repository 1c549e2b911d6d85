"""Small values that many unit tests need: a registry, a suite, facts."""

from pathlib import Path

import pytest

from harness.metrics import METRICS
from harness.record import Artifact, Environment, Fact, Preprocess
from harness.registry import Registry
from harness.spec import Constraint, Profile
from harness.suitefile import load, loads

QUICKSTART = Path(__file__).parents[2] / "suites" / "quickstart.yaml"

SUITE = """
name: small
workload: {dataset: digits, batch_size: [1, 8]}
models: [{sklearn: decision_tree}, {sklearn: mlp}]
runtimes: [{onnxruntime: {threads: [1, 2]}}, openvino]
profiles:
  fast:
    weights: {latency_p90: 1, accuracy: 1}
    range: {latency_p90: [1 ms, 20 ms], accuracy: [90 %, 99 %]}
    constraints: [accuracy >= 0.9]
  busy:
    weights: {throughput: 1}
    range: {throughput: [100, 1000]}
search: {trials: 50, minutes: 5, seed: 3}
"""


@pytest.fixture(scope="session")
def registry():
    return Registry.load()


@pytest.fixture(scope="session")
def suite(registry, tmp_path_factory):
    return loads(SUITE, registry, tmp_path_factory.mktemp("suite"))


@pytest.fixture(scope="session")
def quickstart(registry):
    return load(QUICKSTART, registry)


@pytest.fixture
def fact():
    """Make a fact of a metric; its interval is ``spread`` to both sides."""

    def made(metric, value, spread=0.0, key=None, n=100):
        return Fact(
            key=key or f"{metric}-{value}-{spread}",
            metric=metric,
            value=value,
            low=value - spread,
            high=value + spread,
            n=n,
            unit=METRICS[metric].unit,
            subject={"metric": metric},
        )

    return made


@pytest.fixture
def profile():
    """Make a profile from weights, ranges as (worst, best), and constraints."""

    def made(weights, ranges, *constraints):
        return Profile(name="p", weights=weights, ranges=ranges, constraints=tuple(constraints))

    return made


@pytest.fixture
def constraint():
    def made(metric, op, factor=0.0, offset=0.0):
        return Constraint(
            metric=metric, op=op, factor=factor, offset=offset, text=f"{metric} {op} {factor} * baseline + {offset}"
        )

    return made


@pytest.fixture
def environment():
    return Environment(id="machine-a", identity={"cpu": "one"}, context={"load": [0.1]}, versions={"numpy": "2"})


@pytest.fixture
def artifact(tmp_path):
    return Artifact(
        recipe="recipe",
        digest="digest",
        format="onnx",
        folder=str(tmp_path / "artifact"),
        inputs=str(tmp_path / "inputs-1"),
        originals=str(tmp_path / "originals-1"),
        sample_shape=(64,),
        classes=10,
        preprocess=Preprocess(layout="flat"),
        size=1000,
        parameters=50,
        macs=40,
        activations=20,
    )
