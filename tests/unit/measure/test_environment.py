import json
import os
import platform
import shutil
import subprocess
from types import SimpleNamespace

import psutil
import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.measure import environment
from harness.measure.frequency import Speed


def test_the_identity_is_the_same_at_every_reading():
    one, other = environment.read(), environment.read()
    assert one.id == other.id
    assert one.identity == other.identity
    assert len(one.id) == 12


def test_the_identity_holds_the_machine_and_the_context_what_changes():
    found = environment.read()
    assert found.identity["cores"] == len(os.sched_getaffinity(0))
    assert found.identity["cpu"]
    assert "gpus" not in found.identity
    assert {"load", "available_memory", "kernel", "at"} <= set(found.context)
    assert not {"load", "available_memory", "kernel", "at"} & set(found.identity)
    assert {"numpy", "onnxruntime", "torch"} <= set(found.versions)


def test_an_environment_is_plain_json():
    found = environment.read()
    assert environment.Environment.model_validate_json(found.model_dump_json()) == found
    json.dumps(found.model_dump(mode="json"), allow_nan=False)


def test_gpus_are_part_of_the_identity_when_one_is_measured(monkeypatch):
    monkeypatch.setattr(environment, "gpus", lambda: [{"name": "H100"}])
    assert environment.read("cuda:0").identity["gpus"] == [{"name": "H100"}]
    assert environment.read("cuda:0").id != environment.read().id


@pytest.mark.parametrize(
    ("context", "words"),
    [
        ({"load": [3.0, 1, 1]}, "load average 3.0 on 4 cores"),
        ({"cpu_pressure": 25.0}, "tasks waited for a core 25 %"),
        ({"governor": "powersave"}, "the CPU governor is 'powersave'"),
        ({"no_turbo": "0"}, "turbo is on"),
        ({"virtual_machine": True}, "virtual machine"),
    ],
)
def test_what_makes_timings_untrustworthy_is_told_with_advice(context, words):
    quiet = {"load": [0.1, 0, 0], "cpu_pressure": 0.0, "governor": "performance", "no_turbo": "1", "virtual_machine": False}
    made = environment.Environment(id="x", identity={"cores": 4}, context=quiet | context, versions={})
    (doubt,) = environment.untrustworthy(made)
    assert words in doubt.message
    assert doubt.advice


def test_a_quiet_machine_gives_no_doubt():
    quiet = {"load": [1.9, 0, 0], "governor": "performance", "no_turbo": "1", "virtual_machine": False}
    assert environment.untrustworthy(environment.Environment(id="x", identity={"cores": 4}, context=quiet, versions={})) == []


@pytest.mark.parametrize(
    ("text", "share"), [("some avg10=12.34 avg60=1 avg300=0 total=9\nfull avg10=0.00", 12.34), ("nothing", None)]
)
def test_the_pressure_is_read_off_the_kernels_words(monkeypatch, tmp_path, text, share):
    (tmp_path / "cpu").write_text(text)
    monkeypatch.setattr(environment, "PRESSURE", tmp_path / "cpu")
    assert environment.read().context.get("cpu_pressure") == share


def test_a_machine_without_these_files_is_read_as_well(monkeypatch, tmp_path):
    for name in ("PRESSURE", "GOVERNOR", "TURBO"):
        monkeypatch.setattr(environment, name, tmp_path / "none")
    assert not {"cpu_pressure", "governor", "no_turbo"} & set(environment.read().context)


def test_what_lies_under_the_runtimes_is_part_of_the_identity(monkeypatch):
    here = environment.read().identity
    assert here["kernel_series"] == ".".join(platform.release().split(".")[:2])
    monkeypatch.setattr(platform, "freedesktop_os_release", lambda: {"ID": "ubuntu", "VERSION_ID": "24.04", "NAME": "Ubuntu"})
    there = environment.read()
    assert there.identity["distribution"] == "ubuntu 24.04"
    assert environment.digest(there.identity | {"distribution": here["distribution"]}) == environment.digest(here)


def test_a_system_that_does_not_name_its_distribution_is_read_as_well(monkeypatch):
    def absent():
        raise OSError

    monkeypatch.setattr(platform, "freedesktop_os_release", absent)
    assert environment.read().identity["distribution"] == ""


@pytest.mark.parametrize(
    ("release", "series"), [("6.18.44-fc-v657", "6.18"), ("5.4.0-150-generic", "5.4"), ("6.1", "6.1"), ("odd", "odd"), ("", "")]
)
def test_the_series_of_a_kernel_leaves_out_its_patches(release, series):
    assert environment.series(release) == series


def test_variables_that_set_threads_are_told_and_no_others(monkeypatch):
    for name in environment.THREAD_VARIABLES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("OMP_NUM_THREADS", "3")
    monkeypatch.setenv("SECRET_TOKEN", "x")
    found = environment.read()
    assert found.context["thread_variables"] == {"OMP_NUM_THREADS": "3"}
    assert "SECRET_TOKEN" not in found.model_dump_json()


def test_heat_and_speed_are_told_where_the_machine_tells_them(monkeypatch):
    def sensors():
        return {"coretemp": [SimpleNamespace(current=51.0), SimpleNamespace(current=63.5)], "empty": []}

    monkeypatch.setattr(psutil, "sensors_temperatures", sensors)
    monkeypatch.setattr(Speed, "now", classmethod(lambda cls: Speed(frequency={0: 2.8e9, 3: 3.1e9})))
    context = environment.read().context
    assert context["temperature"] == {"coretemp": 63.5}
    assert context["frequency"] == {"cpu0": 2.8e9, "cpu3": 3.1e9}


@pytest.mark.parametrize("sensors", [dict, lambda: 1 / 0])
def test_sensors_that_tell_nothing_or_fail_are_absent(monkeypatch, sensors):
    monkeypatch.setattr(psutil, "sensors_temperatures", sensors)
    monkeypatch.setattr(Speed, "now", classmethod(lambda cls: Speed()))
    assert not {"temperature", "frequency"} & set(environment.read().context)


def run_git(folder, *words):
    about = ["-c", "user.name=n", "-c", "user.email=e@x", "-c", "init.defaultBranch=main", "-c", "commit.gpgsign=false"]
    clean = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    return subprocess.run(["git", *about, *words], cwd=folder, env=clean, check=True, capture_output=True, text=True).stdout


@pytest.mark.skipif(shutil.which("git") is None, reason="no git here")
def test_the_revision_of_a_folder_is_told_and_whether_it_was_changed(tmp_path, monkeypatch):
    assert environment.git(tmp_path) is None
    run_git(tmp_path, "init", "-q")
    assert environment.git(tmp_path) is None
    (tmp_path / "a").write_text("one")
    run_git(tmp_path, "add", "a")
    run_git(tmp_path, "commit", "-qm", "one")
    revision = run_git(tmp_path, "rev-parse", "HEAD").strip()
    (tmp_path / "untracked").write_text("results")
    monkeypatch.setenv("GIT_DIR", "/nowhere")
    assert environment.read("cpu", tmp_path).context["git"] == {"revision": revision, "dirty": False}
    (tmp_path / "a").write_text("two")
    assert environment.git(tmp_path) == {"revision": revision, "dirty": True}
    assert environment.git(tmp_path / "none") is None


def test_the_revision_is_no_part_of_the_identity(tmp_path, monkeypatch):
    monkeypatch.setattr(environment, "git", lambda folder: {"revision": "0" * 40, "dirty": True})
    there = environment.read("cpu", tmp_path)
    assert there.context["git"]["dirty"] is True
    assert there.id == environment.read().id


def test_without_git_there_is_no_revision(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert environment.git(tmp_path) is None


@given(st.text())
def test_odd_words_of_git_are_no_revision_or_a_whole_one(text):
    for told in (text, f"# branch.oid {text}", f"# branch.oid {'a' * 40}\n{text}"):
        found = environment.git_status(told)
        assert found is None or (len(found["revision"]) >= 40 and isinstance(found["dirty"], bool))
