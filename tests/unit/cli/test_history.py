import json
import math
import re

import pytest
from typer.testing import CliRunner

from harness.cli import history
from harness.cli.app import app
from tests.planted_history import job, noisy, stored
from tests.unit.gating.test_blocks import SUITE

CASE = "decision_tree@onnxruntime/b1"
SLOWER = [job(i, {"latency": value, "size": 1000.0}, CASE) for i, value in enumerate(noisy({12: 0.1}, 24))]


@pytest.fixture
def asked(tmp_path):
    """Run ``harness history`` on a suite whose jobs are planted."""
    (tmp_path / "suite.yaml").write_text(SUITE)
    file = tmp_path / "results" / "baselines" / "planted.json"

    def ask(*words, jobs=SLOWER, columns=80):
        if jobs:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(stored(jobs))
        folders = ("--results", str(tmp_path / "results"), "--reports", str(tmp_path / "reports"))
        return CliRunner().invoke(app, ["history", str(tmp_path / "suite.yaml"), *words, *folders], env={"COLUMNS": str(columns)})

    return ask


def test_a_change_is_told_first_and_never_fails_anything(asked):
    done = asked()
    assert done.exit_code == 0
    lines = done.output.splitlines()
    assert lines[0] == "planted: 1 commit changed what is measured, 1 for the worse, in 24 jobs"
    assert lines[2] == "12121212  2026-01-13  change 12"
    assert lines[3] == f"  {CASE}"
    assert re.fullmatch(r"    latency  10.0 ms  11.0 ms  \+\d+\.\d % \(\+\d+\.\d to \+\d+\.\d\)", lines[4])


@pytest.mark.parametrize("columns", [80, 120])
def test_it_fits_the_terminal_and_names_the_page(asked, columns):
    done = asked(columns=columns)
    body, report = done.output.split("Report: ")
    assert max(map(len, body.splitlines())) <= columns
    assert report.replace("\n", "").endswith("reports/planted/history.html")


def test_json_has_all_jobs_and_the_change(asked):
    told = json.loads(asked("latency", "--json").output)
    assert len(told["jobs"]) == 24
    assert [one["metric"] for one in told["series"]] == ["latency"]
    assert [each["job"] for each in told["series"][0]["changes"]] == [12]


def test_nothing_measured_yet_is_told_and_fails_nothing(asked, tmp_path):
    done = asked(jobs=())
    assert (done.exit_code, done.output) == (0, "planted: no job yet; harness baseline measures one\n")
    assert not (tmp_path / "reports").exists()


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("speed",), "error: no job measured 'speed' — there are latency, size\n"),
        (("--candidate", "vit"), "error: the suite has no candidate 'vit'"),
        (("--stored", "nothing.json"), "error: nothing.json: No such file or directory\n"),
    ],
)
def test_a_wrong_question_is_told_in_a_line(asked, words, told):
    done = asked(*words)
    assert done.exit_code == 2
    assert told in done.output


def test_what_is_no_baseline_is_told_with_what_to_do(asked, tmp_path):
    (tmp_path / "other.json").write_text("{}")
    done = asked("--stored", str(tmp_path / "other.json"))
    assert done.exit_code == 2
    assert "take a file as harness baseline wrote it" in done.output.replace("\n", " ")


def test_a_line_of_blocks_rises_with_its_values_and_noise_stays_flat():
    assert history.line([1, 1, 2, 2]) == "▁▁██"
    assert set(history.line([1, math.exp(0.01), 1, math.exp(0.01)])) <= set("▄▅")
    assert history.line([1]) == "▅"


def test_a_subject_cannot_steer_a_terminal(asked):
    jobs = [job(i, {"size": 1000.0 + i}, CASE, subject="\x1b[31mred\x07") for i in range(2)]
    assert "\x1b" not in asked(jobs=jobs).output
