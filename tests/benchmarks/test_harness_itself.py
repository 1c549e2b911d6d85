"""What the harness costs: `nox -s benchmarks` prints the figures; nothing is asserted on time."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from harness.decide import pareto
from harness.metrics import METRICS
from harness.record import Environment, Fact
from harness.store import Run, Store
from tests.end_to_end.conftest import Project

ROOT = Path(__file__).parents[2]
HARNESS = [sys.executable, "-P", "-c", "from harness.cli import main; main()"]


def _harness(*args: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run([*HARNESS, *args], check=True, capture_output=True, cwd=ROOT)


def test_help(benchmark: BenchmarkFixture) -> None:
    benchmark.pedantic(_harness, args=("--help",), rounds=7, warmup_rounds=1)


def test_check_of_the_quickstart(benchmark: BenchmarkFixture, tmp_path: Path) -> None:
    args = ("check", "suites/quickstart.yaml", "--results", str(tmp_path))
    benchmark.pedantic(_harness, args=args, rounds=3, warmup_rounds=1)


def test_front_of_ten_thousand_candidates_in_three_objectives(benchmark: BenchmarkFixture) -> None:
    losses = np.random.default_rng(0).normal(size=(10_000, 3))
    assert benchmark.pedantic(pareto.front, args=(losses,), rounds=3).any()


def test_storing_one_run(benchmark: BenchmarkFixture, tmp_path: Path) -> None:
    environment = Environment(id="here", identity={}, context={}, versions={})
    with Store(f"sqlite:///{tmp_path / 'store.db'}") as store:
        keys = iter(range(1_000_000))

        def add() -> int:
            facts = tuple(
                Fact(key=f"{next(keys)}", metric=m, value=1.0, low=1.0, high=1.0, n=1, unit="s", subject={}) for m in METRICS
            )
            return store.add_run(Run(environment, {}, b"x" * 10_000, (f"done-{next(keys)}",), facts))

        benchmark.pedantic(add, rounds=30)


def test_a_candidate_from_start_to_store(benchmark: BenchmarkFixture, tmp_path: Path) -> None:
    """One more candidate of a suite whose artifact is there: process, runtime, 64 queries twice, accuracy, store."""
    project = Project(tmp_path)
    suite = (
        project.suite.read_text().replace("[logistic_regression, decision_tree]", "logistic_regression").replace("[1, 8]", "[1]")
    )
    project.suite.write_text(suite.replace("threads: [1, 2]", "threads: 1"))
    assert project.harness("run", "suite.yaml").status == 0
    sizes = iter(range(2, 1000))

    def one_more() -> None:
        project.suite.write_text(suite.replace("threads: [1, 2]", "threads: 1").replace("[1]", f"[{next(sizes)}]"))
        assert project.harness("run", "suite.yaml").status == 0

    benchmark.pedantic(one_more, rounds=3, warmup_rounds=1)


@pytest.mark.parametrize("state", ["cold", "cached"])
def test_quickstart(benchmark: BenchmarkFixture, state: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    """The README's command in a fresh folder, then again: run the two together, in this order."""
    folder = tmp_path_factory.getbasetemp() / "quickstart"
    args = ("run", "suites/quickstart.yaml", "--results", str(folder / "results"), "--reports", str(folder / "reports"))
    benchmark.pedantic(_harness, args=args, rounds=1)
    assert (folder / "reports/quickstart/index.html").exists()
