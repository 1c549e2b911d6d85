import json
import os

import pytest

from harness.measure import environment


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
