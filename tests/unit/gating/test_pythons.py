"""Another Python as the baseline: what it has, how it differs, and what is told where it cannot measure."""

import sys
from pathlib import Path

import pytest

from harness.errors import InputError
from harness.gating import pythons
from harness.gating.pythons import Python, difference
from harness.runtimes.declared import ONNXRUNTIME, OPENVINO


def test_a_python_tells_its_version_and_what_is_installed_of_what_is_asked_for():
    here = Python.here(("numpy", "no-such-package"))
    there = pythons.asked(Path(sys.executable), ("numpy", "no-such-package"))
    assert there == here
    assert set(there.versions) == {"numpy"}
    assert there.about == {"python": f"{sys.executable}, {here.version}", **here.versions}


def test_a_runtime_that_lacks_a_package_is_told_by_name():
    python = Python("old/bin/python", "3.11.2", {"onnxruntime": "1.20"})
    python.check([ONNXRUNTIME])
    with pytest.raises(InputError, match="old/bin/python has no openvino, which runtime openvino needs"):
        python.check([ONNXRUNTIME, OPENVINO])


def test_what_differs_is_told_by_name_from_the_baseline_to_the_candidate():
    old = Python("a", "3.11.2", {"onnxruntime": "1.20", "numpy": "2.0", "gone": "1"})
    new = Python("b", "3.12.1", {"onnxruntime": "1.31", "numpy": "2.0", "torch": "2.14"})
    assert difference(old, new) == (
        "the environments differ in Python 3.11.2 → 3.12.1, onnxruntime 1.20 → 1.31, gone 1 → none, torch none → 2.14"
    )
    assert difference(old, old) == "the environments have the same versions"


@pytest.mark.parametrize(
    ("script", "told"),
    [
        ("echo \"ModuleNotFoundError: No module named 'psutil'\" >&2; exit 1", "has no psutil, which measuring needs"),
        ("echo 'unknown option -P' >&2; exit 2", "cannot run the harness: unknown option -P"),
        ("exit 3", "cannot run the harness: it ends without a word"),
        ("echo hello", "is no Python: it prints 'hello"),
        ('echo \'{"version": "3.11"}\'', "is no Python: it prints"),
    ],
)
def test_what_cannot_measure_is_told_in_a_line(tmp_path, script, told):
    path = tmp_path / "python"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    with pytest.raises(InputError, match=told) as caught:
        pythons.asked(path, ())
    assert caught.value.hint


def test_one_that_hangs_is_not_waited_for(tmp_path, monkeypatch):
    path = tmp_path / "python"
    path.write_text("#!/bin/sh\nexec sleep 60\n")
    path.chmod(0o755)
    monkeypatch.setattr(pythons, "PATIENCE", 0.2)
    with pytest.raises(InputError, match=r"does not tell what it has within 0\.2 s"):
        pythons.asked(path, ())
