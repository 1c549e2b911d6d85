"""What the table of candidates shows, in which order, and how it goes into a spreadsheet: laws of the page's own functions."""

import csv
import io
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.scripts import Scripts

SIFT = Scripts("sift")
numbers = st.floats(allow_nan=False, allow_infinity=False)
texts = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=20)


def sift(expression, **given):
    for name, value in given.items():
        SIFT.put(name, value)
    return SIFT.get(expression)


@given(st.lists(st.one_of(st.none(), numbers)), st.booleans())
def test_numbers_are_sorted_either_way_and_what_is_not_known_comes_last(keys, descending):
    rows = sift("sift.order(keys.map((_, row) => row), (row) => keys[row], down)", keys=keys, down=descending)
    known = [row for row in range(len(keys)) if keys[row] is not None]
    unknown = [row for row in range(len(keys)) if keys[row] is None]
    assert rows == sorted(known, key=lambda row: -keys[row] if descending else keys[row]) + unknown


def test_texts_are_sorted_with_the_numbers_in_them_as_numbers():
    keys = ["model/b32", "model/b8", "Model/b1"]
    assert sift("sift.order([0, 1, 2], (row) => keys[row], false)", keys=keys) == [2, 1, 0]


@given(numbers, st.one_of(st.none(), numbers), st.one_of(st.none(), numbers))
def test_a_figure_is_inside_a_range_with_its_ends_and_an_open_end_lets_all_through(value, least, most):
    inside = (least is None or value >= least) and (most is None or value <= most)
    assert sift("sift.inside(value, ends)", value=value, ends=[least, most]) == inside


def test_what_is_not_known_is_in_no_range():
    assert sift("sift.inside(null, [null, null])") is False


@pytest.mark.parametrize(
    ("typed", "found"),
    [("", True), ("  ", True), ("resnet", True), ("RESNET static", True), ("static resnet", True), ("resnet dynamic", False)],
)
def test_every_word_has_to_be_there_in_any_order(typed, found):
    assert sift('sift.holds("resnet10t + quantize:static", sift.words(typed))', typed=typed) == found


@given(st.integers(0, 5000), st.integers(1, 200), st.integers(-3, 100))
def test_a_page_lies_within_what_there_is(count, size, wanted):
    told = sift("sift.page(count, size, wanted)", count=count, size=size, wanted=wanted)
    assert told["pages"] == max(1, math.ceil(count / size))
    assert 0 <= told["at"] < told["pages"]
    assert told["begin"] == told["at"] * size
    assert told["end"] - told["begin"] == min(size, count - told["begin"])
    if 0 <= wanted < told["pages"]:
        assert told["at"] == wanted


@given(st.lists(st.lists(st.one_of(st.none(), numbers, texts), min_size=2, max_size=4), min_size=1, max_size=5))
def test_a_spreadsheet_reads_every_cell_as_it_was_but_formulas(lines):
    read = list(csv.reader(io.StringIO(sift("sift.csv(lines)", lines=lines), newline="")))
    assert len(read) == len(lines)
    for cells, line in zip(read, lines, strict=True):
        for cell, value in zip(cells, line, strict=True):
            if isinstance(value, str):
                assert cell in (value, f"'{value}")
            else:
                assert (float(cell) if cell else None) == value


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", " =1", '=HYPERLINK("http://x")', "＝1"])
def test_no_text_is_a_formula(text):
    (cell,) = next(csv.reader(io.StringIO(sift("sift.csv([[text]])", text=text), newline="")))
    assert cell == f"'{text}"


def test_a_negative_number_stays_a_number():
    assert sift("sift.csv([[-0.5, 1e-7]])") == "-0.5,1e-7\r\n"
