"""Whatever a file holds: it is a table of sound figures, or one clear line; and what is told of its rows adds up."""

import csv
import io
import math

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from harness import published
from harness.errors import InputError
from harness.metrics import METRICS
from harness.store import Store

HEADER = (
    "model",
    "img_size",
    "top1",
    "infer_samples_per_sec",
    "infer_step_time",
    "infer_batch_size",
    "param_count",
    "infer_gmacs",
)
FUZZED = settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])

CELLS = st.one_of(
    st.sampled_from(
        ["", "nan", "inf", "-1", "0", "1e400", "1,234.5", "12,34", "224", "1_000", "½", "٣", "mid.a1", '"', "\x00", "\r\n"]
    ),
    st.floats(allow_nan=True).map(str),
    st.integers(-5, 10**6).map(str),
    st.text(max_size=12),
)
FINE = st.tuples(
    st.from_regex(r"[a-z]{1,3}(\.[a-z0-9]{1,3})?", fullmatch=True),
    st.integers(32, 40),
    st.floats(0, 100),
    st.floats(0.01, 1e6),
    st.floats(0.01, 1e6),
    st.integers(1, 1024),
    st.floats(0, 5000),
    st.floats(0, 5000),
)


def text_of(rows):
    buffer = io.StringIO()
    csv.writer(buffer).writerows(rows)
    return buffer.getvalue()


def check(table, rows):
    assert len(table.entries) + len(table.left_out) == rows
    assert len({one.place for one in table.entries}) == len(table.entries)
    for entry in table.entries:
        assert entry.img_size >= 1
        assert entry.values.keys() <= METRICS.keys()
        assert all(math.isfinite(value) and value >= 0 for value in entry.values.values())
        assert 0 <= entry.values.get("accuracy", 0) <= 1
    for one in table.left_out:
        assert one.line > 1
        assert "\n" not in one.why
        assert one.why.isprintable()


@FUZZED
@given(st.binary(max_size=400))
def test_any_bytes_are_a_table_or_one_line(tmp_path, content):
    path = tmp_path / "a.csv"
    path.write_bytes(content)
    with pytest.raises(InputError) as told:
        published.read(path)
    assert "\n" not in told.value.message
    assert told.value.hint


@FUZZED
@given(st.lists(st.lists(CELLS, min_size=len(HEADER), max_size=len(HEADER)), max_size=6))
def test_any_cells_are_sound_figures_or_told(tmp_path, rows):
    path = tmp_path / "a.csv"
    path.write_text(text_of([HEADER, *rows]), encoding="utf-8", newline="", errors="surrogatepass")
    try:
        table = published.read(path)
    except InputError as error:
        assert error.message.isprintable()
        return
    check(table, sum(any(cell.strip() for cell in row) for row in rows))


@FUZZED
@given(st.lists(FINE, min_size=1, max_size=20))
def test_a_sound_table_is_read_whole_and_comes_back_from_the_store(tmp_path, rows):
    path = tmp_path / "results-a.csv"
    path.write_text(text_of([HEADER, *rows]), newline="")
    table = published.read(path)
    check(table, len(rows))
    assert len(table.entries) == len({(row[0], row[1], row[5]) for row in rows})
    with Store("sqlite://") as store:
        published.add(store, table)
        (back,) = published.tables(store)
    assert back.entries == table.entries


@FUZZED
@given(st.lists(FINE, min_size=1, max_size=20), st.randoms())
def test_the_order_of_rows_changes_nothing_but_which_of_two_counts(tmp_path, rows, random):
    once = list({(row[0], row[1], row[5]): row for row in rows}.values())
    path = tmp_path / "a.csv"
    path.write_text(text_of([HEADER, *once]), newline="")
    first = published.read(path)
    random.shuffle(once)
    path.write_text(text_of([HEADER, *once]), newline="")
    again = published.read(path)
    assert again.entries == first.entries
    assert again.content == first.content
