"""Files of pytest-benchmark, with the truth planted in them, judged through the command line."""

import json
import random
from datetime import UTC, datetime, timedelta

import pytest
from typer.testing import CliRunner

from harness.cli.app import app

RUNNER = CliRunner()


def written(path, at, seconds, node="one", samples=30):
    """Write the file of a process, in the minute ``at``."""
    chance = random.Random(at)
    benchmarks = [
        {"fullname": name, "stats": {"data": [value * chance.lognormvariate(0, 0.01) for _ in range(samples)]}}
        for name, value in seconds.items()
    ]
    moment = (datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=at)).isoformat()
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps({"benchmarks": benchmarks, "datetime": moment, "machine_info": {"node": node}}))


@pytest.fixture
def sides(tmp_path):
    """Write both sides, so many processes each, and return their folders."""

    def write(before, after, processes=10, by_turns=True, nodes=("one", "one")):
        for number in range(processes):
            times = (2 * number, 2 * number + 1) if by_turns else (number, processes + number)
            for side, seconds, at, node in zip(("before", "after"), (before, after), times, nodes, strict=True):
                written(tmp_path / side / f"{processes - number}.json", at, seconds, node)  # names tell no order
        return str(tmp_path / "before"), str(tmp_path / "after")

    return write


def judged(before, after):
    done = RUNNER.invoke(app, ["gate", "pytest", before, after, "--json"])
    return done.exit_code, json.loads(done.stdout)


def test_two_files_show_a_change_and_support_no_verdict(sides):
    status, told = judged(*sides({"a": 1.0}, {"a": 1.3}, processes=1))
    assert (status, told["verdict"]) == (3, "inconclusive")
    assert told["why"] == "one process a side cannot support a verdict"
    [shown] = told["shown"]
    assert shown["low"] < shown["change"] < shown["high"]
    assert shown["change"] == pytest.approx(0.3, abs=0.02)


def test_too_few_samples_show_no_interval(tmp_path):
    for at, side in enumerate(("before.json", "after.json")):
        written(tmp_path / side, at, {"a": 1.0}, samples=10)
    [shown] = judged(str(tmp_path / "before.json"), str(tmp_path / "after.json"))[1]["shown"]
    assert shown["change"] is not None
    assert (shown["low"], shown["high"]) == (None, None)


def test_processes_by_turns_are_judged_as_blocks(sides):
    assert judged(*sides({"a": 1.0, "b": 1.0}, {"a": 1.3, "b": 1.0}))[0] == 1
    status, told = judged(*sides({"a": 1.0, "b": 1.0}, {"a": 1.0, "b": 1.0}))
    assert (status, told["verdict"], told["why"]) == (0, "pass", "")


def test_swapped_sides_are_told_the_mirror_image(sides):
    before, after = sides({"a": 1.0}, {"a": 1.3})
    assert judged(before, after)[1]["verdict"] == "regressed"
    assert judged(after, before)[1]["verdict"] == "improved"


def test_one_side_after_the_other_supports_no_verdict(sides):
    status, told = judged(*sides({"a": 1.0}, {"a": 1.3}, by_turns=False))
    assert status == 3
    assert "not measured by turns" in told["why"]


def test_few_processes_support_no_verdict_and_it_is_told_how_many_would(sides):
    status, told = judged(*sides({"a": 1.0}, {"a": 1.3}, processes=4))
    assert (status, told["why"]) == (3, "4 processes a side are too few, it takes 8")


def test_other_machines_are_not_compared(sides):
    status, told = judged(*sides({"a": 1.0}, {"a": 1.3}, nodes=("one", "two")))
    assert (status, told["why"]) == (3, "they were not measured in the same environment: node")


def test_what_is_gone_is_missing_and_what_is_new_fails_nothing(sides):
    assert judged(*sides({"a": 1.0, "gone": 1.0}, {"a": 1.0}, processes=1))[0] == 1
    status, told = judged(*sides({"a": 1.0}, {"a": 1.0, "new": 1.0}))
    assert (status, told["verdict"]) == (0, "pass")


@pytest.mark.parametrize("content", ["", "{", "[]", '{"benchmarks": []}', '{"benchmarks": [{"fullname": "a", "stats": {}}]}'])
def test_what_is_no_such_file_is_a_wrong_question_told_in_one_line(content, tmp_path):
    written(tmp_path / "good.json", 0, {"a": 1.0})
    (tmp_path / "bad.json").write_text(content)
    for pair in (("good.json", "bad.json"), ("bad.json", "good.json")):
        done = RUNNER.invoke(app, ["gate", "pytest", *(str(tmp_path / one) for one in pair)])
        assert (done.exit_code, done.stdout) == (2, "")
        assert "bad.json: " in done.stderr
        assert done.stderr.count("\n") == 1


def test_sides_that_cannot_be_paired_are_a_wrong_question(sides, tmp_path):
    before, after = sides({"a": 1.0}, {"a": 1.0}, processes=2)
    (tmp_path / "after" / "1.json").unlink()
    done = RUNNER.invoke(app, ["gate", "pytest", before, after])
    assert done.exit_code == 2
    assert "has 2 files and" in done.stderr


@pytest.mark.parametrize("columns", ["80", "120"])
def test_what_two_files_show_is_printed_with_what_would_support_a_verdict(sides, monkeypatch, columns):
    monkeypatch.setenv("COLUMNS", columns)
    done = RUNNER.invoke(app, ["gate", "pytest", *sides({"a": 1.0}, {"a": 1.3}, processes=1)])
    assert done.exit_code == 3
    assert "1.00 s before, 1.30 s after: +" in done.stdout
    assert "What supports a verdict: pytest --harness-baseline=REF\n" in done.stdout
