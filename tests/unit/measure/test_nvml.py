"""The door to NVML, through NVIDIA's own bindings: against a stand-in library, and without a driver."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

SOURCE = Path(__file__).with_name("nvml_stand_in.c")


def gpus(**environment):
    """Ask for the GPUs in a process of its own, since the bindings load the library once."""
    code = "import json; from harness.measure.nvml import gpus; print(json.dumps(gpus()))"
    whole = {name: value for name, value in os.environ.items() if name != "LD_LIBRARY_PATH"} | environment
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=whole, check=False)
    assert told.returncode == 0, told.stderr
    return json.loads(told.stdout)


@pytest.fixture(scope="module")
def library(tmp_path_factory):
    """Return the folder of a stand-in libnvidia-ml.so.1."""
    compiler = shutil.which("gcc") or shutil.which("cc")
    if compiler is None:
        pytest.skip("no C compiler to make a stand-in for NVML with")
    folder = tmp_path_factory.mktemp("nvml")
    subprocess.run([compiler, "-shared", "-fPIC", "-o", str(folder / "libnvidia-ml.so.1"), str(SOURCE)], check=True)
    return str(folder)


def test_every_gpu_is_described_with_the_driver(library):
    assert gpus(LD_LIBRARY_PATH=library) == [
        {"name": f"Stand-in GPU {i}", "uuid": f"GPU-{i}", "memory": 80 * 2**30, "driver": "580.65.06"} for i in range(2)
    ]


@pytest.mark.parametrize("call", ["init", "driver", "count"])
def test_a_driver_that_does_not_answer_is_no_gpu(library, call):
    assert gpus(LD_LIBRARY_PATH=library, STAND_IN_ERROR=call) == []


def test_a_library_of_an_age_that_lacks_the_calls_is_no_gpu(library, tmp_path):
    (tmp_path / "old.c").write_text("int nvmlInit_v2(void) { return 0; } int nvmlInitWithFlags(unsigned f) { return 0; }")
    subprocess.run(
        [shutil.which("gcc") or "cc", "-shared", "-fPIC", "-o", str(tmp_path / "libnvidia-ml.so.1"), str(tmp_path / "old.c")],
        check=True,
    )
    assert gpus(LD_LIBRARY_PATH=str(tmp_path)) == []


def test_without_a_driver_there_is_no_gpu():
    if shutil.which("nvidia-smi"):
        pytest.skip("this machine has a driver")
    assert gpus() == []
