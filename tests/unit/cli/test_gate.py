import json

import pytest
from typer.testing import CliRunner

from harness.cli.app import app
from harness.gate import file
from harness.gate.decide import decide
from tests.gate_samples import case, samples


def stored(folder, told):
    path = folder / "gate.json"
    path.write_text(file.render(decide(told), told), encoding="utf-8")
    return str(path)


def gate(*words):
    return CliRunner().invoke(app, ["gate", *words], env={"COLUMNS": "80"})


@pytest.mark.parametrize(
    ("told", "status"),
    [
        (samples(case([0.0] * 14)), 0),
        (samples(case([0.05] * 14)), 1),
        (samples(case([0.0] * 5)), 3),
    ],
)
def test_the_exit_status_is_that_of_the_verdict(tmp_path, told, status):
    done = gate("decide", stored(tmp_path, told))
    assert done.exit_code == status
    assert done.output.startswith(decide(told).verdict + ": ")


def test_a_verdict_fits_into_eighty_columns(tmp_path):
    told = samples(case([0.03, 0.07] * 7, control=[0.0] * 14))
    lines = gate("decide", stored(tmp_path, told)).output.splitlines()
    assert any(line.split()[:5] == ["latency", "10", "ms", "10.5", "ms"] for line in lines)
    assert max(map(len, lines)) <= 80


def test_json_is_the_verdict(tmp_path):
    told = samples(case([0.05] * 14))
    assert json.loads(gate("decide", stored(tmp_path, told), "--json").output) == decide(told).model_dump(mode="json")


def test_reports_are_written_where_they_are_asked_for(tmp_path):
    told = samples(case([0.05] * 14))
    done = gate("decide", stored(tmp_path, told), "--reports", str(tmp_path / "reports"))
    assert "index.html" in done.output.replace("\n", "")
    assert (tmp_path / "reports" / "gate.json").read_bytes() == (tmp_path / "gate.json").read_bytes()


@pytest.mark.parametrize("content", [None, b"{"])
def test_a_file_that_is_not_there_or_not_ours_is_a_wrong_question(tmp_path, content):
    path = tmp_path / "gate.json"
    if content is not None:
        path.write_bytes(content)
    done = gate("decide", str(path))
    assert done.exit_code == 2
    assert "gate.json" in done.output.replace("\n", "")
