"""How much a timing differs from one process to the next here: what ``stats.ASSUMED_SPREAD`` stands for."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from harness import launch
from harness.jobs import job
from harness.ledger import Ledger
from harness.measure import environment
from harness.registry import Registry
from harness.space import expand
from harness.store import Store
from harness.suitefile import load
from tests.end_to_end.conftest import Project

PROCESSES = 15
SUITE = """
name: noise
workload: {dataset: mnist5k, batch_size: [1, 32]}
models: [{sklearn: mlp, params: {max_iter: 5}}, {timm: test_resnet, train: {steps: 2}}]
runtimes: [{onnxruntime: {threads: 1}}, {onnxruntime: {threads: 2}}]
profiles: {p: {weights: {latency_p50: 1}, range: {latency_p50: [0 s, 1 s]}}}
"""


def test_between_processes(tmp_path: Path) -> None:
    project = Project(tmp_path, SUITE)
    assert project.harness("run", "suite.yaml").status == 0
    registry = Registry.load()
    suite = load(project.suite, registry)
    with Store(f"sqlite:///{tmp_path / 'results/harness.db'}") as store:
        known = Ledger(suite, registry, store, environment.read()).look_up(expand(suite, registry).candidates)
    print()
    for label, one in known.items():
        assert one.artifact is not None
        asked = job(suite, registry, one.candidate, one.artifact, ("single_stream",))
        medians = []
        for _ in range(PROCESSES):
            samples = launch.measure(asked, 60.0, tmp_path / "jobs").arrays()
            medians.append(float(np.median(samples["single_stream"])))
        spread = np.std(np.log(medians), ddof=1)
        print(f"{label}: p50 {np.median(medians) * 1e6:.1f} µs, between {PROCESSES} processes sd {spread:.1%}")
