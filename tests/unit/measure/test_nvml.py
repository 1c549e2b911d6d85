"""The door to NVML, through NVIDIA's own bindings: against a stand-in library, and without a driver."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

SOURCE = Path(__file__).with_name("nvml_stand_in.c")
CUDA = ("LD_LIBRARY_PATH", "CUDA_VISIBLE_DEVICES", "CUDA_DEVICE_ORDER")
STATE = ("memory", "power", "energy", "clock", "temperature", "throttle", "processes")
GIB = 2**30


def told(code, **environment):
    """Run code in a process of its own, since the bindings load the library once; return what it printed, as JSON."""
    whole = {name: value for name, value in os.environ.items() if name not in CUDA} | environment
    code = f"import json\nfrom harness.measure.nvml import Gpu, gpus, throttled\nprint(json.dumps({code}))"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=whole, check=False)
    assert ran.returncode == 0, ran.stderr
    return json.loads(ran.stdout)


def compiled(source, folder):
    """Return the folder of a libnvidia-ml.so.1 made from a C file."""
    compiler = shutil.which("gcc") or shutil.which("cc")
    if compiler is None:
        pytest.skip("no C compiler to make a stand-in for NVML with")
    subprocess.run([compiler, "-shared", "-fPIC", "-o", str(folder / "libnvidia-ml.so.1"), str(source)], check=True)
    return str(folder)


@pytest.fixture(scope="module")
def library(tmp_path_factory):
    """Return the folder of a stand-in libnvidia-ml.so.1."""
    return compiled(SOURCE, tmp_path_factory.mktemp("nvml"))


def test_every_gpu_is_described_with_the_driver(library):
    assert told("gpus()", LD_LIBRARY_PATH=library) == [
        {"name": "Stand-in GPU large", "uuid": f"GPU-{i}", "memory": 80 * GIB, "driver": "580.65.06"} for i in range(2)
    ]


@pytest.mark.parametrize("call", ["init", "driver", "count"])
def test_a_driver_that_does_not_answer_is_no_gpu(library, call):
    assert told("gpus()", LD_LIBRARY_PATH=library, STAND_IN_ERROR=call) == []


def test_a_gpu_that_does_not_tell_its_memory_is_a_gpu(library):
    (first, _) = told("gpus()", LD_LIBRARY_PATH=library, STAND_IN_ERROR="memory")
    assert first == {"name": "Stand-in GPU large", "uuid": "GPU-0", "driver": "580.65.06"}


def test_how_a_gpu_is_doing_is_told_in_plain_units(library):
    assert told("Gpu.open('cuda:1').read(11)", LD_LIBRARY_PATH=library, STAND_IN_REASONS="44") == {
        "memory_used": 2 * GIB,
        "memory_process": GIB // 2,
        "power": pytest.approx(123.456),
        "energy": 1000.5,
        "clock_sm": 1980e6,
        "clock_memory": 2619e6,
        "temperature": 41.0,
        "throttle": ["power cap", "hardware thermal slowdown"],
    }


@pytest.mark.parametrize("process", [12, 13, None])
def test_the_memory_of_a_process_is_left_out_where_nvml_does_not_tell(library, process):
    assert "memory_process" not in told(f"Gpu.open('cuda').read({process})", LD_LIBRARY_PATH=library)


def test_what_a_gpu_does_not_support_is_left_out(library):
    everything = "(Gpu.open('cuda').read(11), Gpu.open('cuda').energy(), throttled(Gpu.open('cuda').read()))"
    assert told(everything, LD_LIBRARY_PATH=library, STAND_IN_UNSUPPORTED="yes") == [{}, None, None]


@pytest.mark.parametrize("call", STATE)
def test_one_call_that_fails_leaves_the_others(library, call):
    whole = told("Gpu.open('cuda').read(11)", LD_LIBRARY_PATH=library)
    left = told("Gpu.open('cuda').read(11)", LD_LIBRARY_PATH=library, STAND_IN_ERROR=call)
    assert left.keys() < whole.keys()
    assert all(name.split("_")[0] in (call, "memory") for name in whole.keys() - left.keys())


@pytest.mark.parametrize(
    ("bits", "slow"), [("0", False), ("1", False), ("4", False), ("8", True), ("20", True), ("40", True), ("81", True)]
)
def test_a_gpu_is_throttled_by_heat_and_supply_and_not_by_its_settings(library, bits, slow):
    assert told("throttled(Gpu.open('cuda').read())", LD_LIBRARY_PATH=library, STAND_IN_REASONS=bits) is slow


@pytest.mark.parametrize(
    ("device", "environment", "used"),
    [
        ("cuda", {}, 1),
        ("cuda:1", {}, 2),
        ("cuda:0", {"CUDA_VISIBLE_DEVICES": "1"}, 2),
        ("cuda:1", {"CUDA_VISIBLE_DEVICES": "1,0"}, 1),
        ("cuda:0", {"CUDA_VISIBLE_DEVICES": "GPU-1"}, 2),
        ("cuda:1", {"STAND_IN_KINDS": "2", "CUDA_DEVICE_ORDER": "PCI_BUS_ID"}, 2),
        ("cuda:1", {"STAND_IN_KINDS": "2"}, None),
        ("cuda:2", {}, None),
        ("cuda:0", {"CUDA_VISIBLE_DEVICES": ""}, None),
        ("cuda:0", {"CUDA_VISIBLE_DEVICES": "-1"}, None),
        ("cuda:0", {"CUDA_VISIBLE_DEVICES": "GPU-7"}, None),
        ("cuda:first", {}, None),
        ("cuda", {"STAND_IN_ERROR": "init"}, None),
    ],
)
def test_the_gpu_is_the_one_that_cuda_means_or_none(library, device, environment, used):
    code = f"[g and g.read()['memory_used'] // 2**30 for g in [Gpu.open({device!r})]][0]"
    assert told(code, LD_LIBRARY_PATH=library, **environment) == used


def test_the_energy_of_a_gpu_is_measured_through_its_counter(library):
    code = "[(c.name, c.essential, c.read()) for c in __import__('harness.measure.energy').measure.energy.counters('cuda:1')]"
    assert told(code, LD_LIBRARY_PATH=library) == [["nvml cuda:1", True, 1001.0]]
    assert told(code, LD_LIBRARY_PATH=library, STAND_IN_ERROR="energy") == []


def test_a_library_of_an_age_that_lacks_the_calls_is_no_gpu(tmp_path):
    (tmp_path / "old.c").write_text("int nvmlInit_v2(void) { return 0; } int nvmlInitWithFlags(unsigned f) { return 0; }")
    old = compiled(tmp_path / "old.c", tmp_path)
    assert told("gpus()", LD_LIBRARY_PATH=old) == []
    assert told("Gpu.open('cuda')", LD_LIBRARY_PATH=old) is None


def test_a_library_without_the_newest_list_of_processes_tells_all_else(library, tmp_path):
    (tmp_path / "older.c").write_text(SOURCE.read_text().replace("RunningProcesses_v3", "RunningProcesses_v1"))
    found = told("Gpu.open('cuda').read(11)", LD_LIBRARY_PATH=compiled(tmp_path / "older.c", tmp_path))
    assert found["memory_used"] == GIB
    assert "memory_process" not in found


def test_without_a_driver_there_is_no_gpu():
    if shutil.which("nvidia-smi"):
        pytest.skip("this machine has a driver")
    assert told("gpus()") == []
    assert told("Gpu.open('cuda')") is None
