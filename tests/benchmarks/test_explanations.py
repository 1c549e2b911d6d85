"""What explaining decisions adds to a sweep: its whole time with explanations of 64 samples, against that without."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from tests.end_to_end.conftest import Project

SUITE = """
name: sweep
workload: {dataset: mnist5k}
models: [{sklearn: [logistic_regression, mlp]}, {timm: test_resnet, train: {steps: 150}}]
passes: [[], [quantize]]
runtimes: [{onnxruntime: {threads: 1}}, openvino]
scenarios: [single_stream, offline]
profiles: {deploy: {like: regulated}}
search: {minutes: 20}
"""


@pytest.mark.parametrize("method", ["shap", "lime"])
def test_explanations_in_a_sweep(tmp_path: Path, method: str) -> None:
    seconds = {}
    for name, more in {"without": "", "with": f"explain: {{method: {method}, samples: 64}}\n"}.items():
        project = Project(tmp_path / name, SUITE + more)
        began = time.perf_counter()
        assert project.harness("run", "suite.yaml").status == 0
        seconds[name] = time.perf_counter() - began
    ratio = seconds["with"] / seconds["without"]
    print(f"\n{method}: {seconds['without']:.0f} s without, {seconds['with']:.0f} s with explanations: {ratio:.2f} ×")
    assert ratio < 2
