import json

import jsonschema
import pytest

from harness.errors import InputError
from harness.gate import file
from harness.gate.decide import decide
from tests.gate_samples import case, samples

GOOD = samples(case([0.03] * 14))


def written(told):
    return file.render(decide(told), told).encode()


def broken(change):
    """Return the content of a file in which ``change`` has changed something."""
    told = json.loads(written(GOOD))
    change(told)
    return json.dumps(told).encode()


def test_what_was_written_is_read_and_decided_to_the_same_bytes():
    content = written(GOOD)
    assert file.read(content, "gate.json") == GOOD
    assert written(file.read(content, "gate.json")) == content
    assert json.loads(content)["verdict"] == decide(GOOD).model_dump(mode="json")


def test_the_verdict_comes_first_and_may_be_absent():
    assert list(json.loads(written(GOOD))) == ["schema_version", "verdict", "samples"]
    assert written(file.read(broken(lambda told: told.pop("verdict")), "gate.json")) == written(GOOD)


def test_a_verdict_that_someone_changed_is_not_believed():
    forged = broken(lambda told: told["verdict"].update(verdict="pass", exit_status=0))
    assert written(file.read(forged, "gate.json")) == written(GOOD)


def test_the_schema_describes_what_is_written():
    jsonschema.validate(json.loads(written(GOOD)), file.schema())
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({"schema_version": 2, "samples": {}}, file.schema())


def first_block(told):
    return told["samples"]["cases"][0]["blocks"][0]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda told: told.update(schema_version=2), r"gate\.json: schema_version: Input should be 1"),
        (lambda told: told.update(extra=1), r"gate\.json: extra: Extra inputs are not permitted"),
        (lambda told: told.pop("samples"), r"gate\.json: samples: Field required"),
        (
            lambda told: first_block(told)["candidate"]["samples"].update(latency=[0.01, 0.0]),
            r"gate\.json: samples\.cases\[0\]\.blocks\[0\]\.candidate\.samples\.latency\[1\]: Input should be greater",
        ),
        (
            lambda told: first_block(told)["candidate"]["samples"].update(latency=[]),
            r"latency: Tuple should have at least 1 item",
        ),
        (lambda told: first_block(told).pop("candidate"), "block 1 has other arms or series than the first"),
        (lambda told: told["samples"]["cases"][0]["metrics"][0].update(series="other"), "no arm has the series 'other'"),
        (lambda told: told["samples"]["cases"][0]["metrics"][0].update(detect=0.02), "detect must be more than tol"),
        (lambda told: told["samples"]["cases"].append(told["samples"]["cases"][0]), "there is more than one case 'resnet'"),
        (
            lambda told: told["samples"]["cases"][0]["metrics"].append(told["samples"]["cases"][0]["metrics"][0]),
            "there is more than one metric 'latency'",
        ),
        (
            lambda told: told["samples"]["cases"][0].update(accuracy={"both": 0, "gained": 0, "lost": 0, "neither": 0}),
            "one sample",
        ),
        (lambda told: told["samples"]["cases"][0].update(exact=[{"name": "size", "unit": "B"}]), "neither arm has it"),
        (
            lambda told: told["samples"].update(history={"identities": {}, "jobs": [{"environment": "x", "values": {}}]}),
            r"jobs\[0\]: nothing is told of its environment 'x'",
        ),
        (lambda told: told["samples"].update(cases=[]), r"samples\.cases: Tuple should have at least 1 item"),
    ],
)
def test_a_mistake_is_one_line_with_its_place(change, message):
    with pytest.raises(InputError, match=message) as raised:
        file.read(broken(change), "gate.json")
    assert "\n" not in raised.value.message
    assert raised.value.hint


def test_a_control_is_a_second_baseline():
    told = json.loads(written(samples(case([0.03] * 14, control=[0.0] * 14))))
    for block in told["samples"]["cases"][0]["blocks"]:
        block["control"]["samples"] = {"other": [1.0]}
    with pytest.raises(InputError, match="the control is a second baseline and must have its series"):
        file.read(json.dumps(told).encode(), "gate.json")


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"null", b"\xff\xfe", b"[" * 100_000, b'{"samples": NaN}'])
def test_what_is_no_file_of_ours_is_told(content):
    with pytest.raises(InputError, match=r"^gate\.json: "):
        file.read(content, "gate.json")


def test_several_mistakes_are_counted():
    def change(told):
        told.update(schema_version=2, extra=1)

    with pytest.raises(InputError, match=r"\(and 1 more mistake\)"):
        file.read(broken(change), "gate.json")
