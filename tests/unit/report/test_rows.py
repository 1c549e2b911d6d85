"""The tidy table: every fact a row, numbers as they are, and no text that a spreadsheet would calculate."""

import csv
import io
import sys

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyarrow import parquet

from harness import report
from harness.errors import UnavailableError
from harness.report import rows


def read(text):
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_every_fact_of_every_candidate_is_a_row(any_answer):
    found = read(rows.as_csv(any_answer))
    facts = [(one, metric) for one in any_answer["candidates"] for metric in one["facts"]]
    assert len(found) == len(facts)
    for row, (one, metric) in zip(found, facts, strict=True):
        assert (row["metric"], float(row["value"])) == (metric, one["facts"][metric]["value"])
        assert int(row["batch_size"]) == one["batch_size"]


def test_a_row_says_whose_figure_it_is_and_where_it_stands(answer):
    first, *_, last = read(rows.as_csv(answer))
    assert first == {
        "candidate": "toy@torch/b1",
        "model": "toy",
        "passes": "",
        "runtime": "torch",
        "batch_size": "1",
        "metric": "latency_p90",
        "value": "0.01",
        "low": "0.009000000000000001",
        "high": "0.011000000000000001",
        "unit": "s",
        "n": "100",
        "quality": "clean",
        "provenance": "measured",
        "front": "front",
    }
    assert last["front"] == "near"
    assert list(first) == list(rows.COLUMNS)


def test_a_chain_of_passes_is_one_cell(answer):
    chain = answer["candidates"][1]["passes"]
    answer["candidates"][1]["passes"] = [chain[0], {**chain[0], "label": "prune:channel,ratio=0.5"}]
    row = next(row for row in read(rows.as_csv(answer)) if row["candidate"].startswith("toy+"))
    assert row["passes"] == "quantize:static + prune:channel,ratio=0.5"


HOSTILE = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1", '=HYPERLINK("http://x";"y")', "=cmd|' /C calc'!A0"]


@pytest.mark.parametrize("name", HOSTILE)
def test_no_text_is_a_formula(answer, name):
    answer["candidates"][0] |= {"candidate": name, "model": {"label": name}, "runtime": {"label": name}}
    first = read(rows.as_csv(answer))[0]
    assert first["candidate"] == first["model"] == first["runtime"] == f"'{name}"


@given(st.text(min_size=1))
def test_whatever_a_name_is_no_cell_begins_like_a_formula_and_nothing_is_lost(name):
    one = {"facts": {name: {"value": -1.5, "low": -2.0, "high": -1.0, "unit": "number", "n": 3, "quality": "clean"}}}
    one |= {"candidate": name, "model": {"label": name}, "passes": [{"label": name}], "runtime": {"label": name}, "batch_size": 1}
    (row,) = read(rows.as_csv({"candidates": [one], "front": [], "near_front": []}))
    for cell in ("candidate", "model", "passes", "runtime", "metric"):
        assert not row[cell].startswith(rows.FORMULA)
        assert row[cell] in (name, f"'{name}")
    assert (row["value"], row["low"]) == ("-1.5", "-2.0"), "numbers below nought stay numbers"


def test_parquet_has_the_same_rows_with_their_types(any_answer, tmp_path):
    path = report.write_parquet(any_answer, tmp_path)
    found = parquet.read_table(pa.BufferReader(path.read_bytes()))
    assert found.to_pylist() == list(rows.rows(any_answer))
    assert {field.name: str(field.type).replace("double", "float64") for field in found.schema} == rows.COLUMNS
    assert [one.name for one in tmp_path.iterdir()] == ["facts.parquet"]


def test_without_pyarrow_parquet_says_what_to_install(answer, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(UnavailableError) as raised:
        report.write_parquet(answer, tmp_path)
    assert raised.value.hint == "pip install pyarrow, the extra 'parquet'"
    assert list(tmp_path.iterdir()) == []
