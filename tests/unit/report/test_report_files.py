"""The files: they round-trip, and appear whole or not at all."""

import json

import pytest

from harness import report


def test_the_written_facts_are_the_answer_and_the_suite(answer, tmp_path):
    text = answer.pop("suite_text")
    report.write(answer, text, tmp_path / "made-up")
    assert json.loads((tmp_path / "made-up" / "facts.json").read_text("utf-8")) == answer | {"suite_text": text}


def test_the_page_is_what_is_returned_and_nothing_else_is_left_behind(answer, tmp_path):
    assert report.write(answer, "name: made-up\n", tmp_path) == tmp_path / "index.html"
    assert {path.name for path in tmp_path.iterdir()} == {"index.html", "report.md", "facts.json", "facts.csv"}


def test_any_answer_is_written(any_answer, tmp_path):
    assert report.write(any_answer, "name: made-up\n", tmp_path).stat().st_size > 10_000


def test_the_report_follows_from_the_written_facts_alone(answer, tmp_path):
    first = report.write(answer, "a: 1\n", tmp_path / "first")
    facts = json.loads((first.parent / "facts.json").read_text("utf-8"))
    second = report.write(facts, facts["suite_text"], tmp_path / "second")
    for name in ("index.html", "report.md", "facts.json", "facts.csv"):
        assert (first.parent / name).read_bytes() == (second.parent / name).read_bytes()


def test_an_answer_with_a_number_that_is_none_leaves_the_old_report_alone(answer, tmp_path):
    report.write(answer, "", tmp_path)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    answer["profiles"]["toys"]["utility"] = float("nan")
    with pytest.raises(ValueError, match="JSON"):
        report.write(answer, "", tmp_path)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_a_newer_answer_with_more_keys_is_written_too(answer, tmp_path):
    answer["profiles"]["toys"]["stability"] = {"wins": 0.9}
    answer["candidates"][0]["energy"] = 1
    answer["later"] = []
    report.write(answer, "", tmp_path)
