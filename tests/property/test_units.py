import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness import units

UNITS = st.sampled_from([units.SECOND, units.BYTE, units.SHARE, units.RATE, units.COUNT, units.JOULE, units.COST, units.WATT])
ANYTHING = st.one_of(st.text(), st.integers(), st.floats(), st.booleans(), st.none(), st.lists(st.integers()), st.binary())
NEARLY = st.from_regex(r"\s*[+-]?[\d.]{1,9}([eE][+-]?\d{1,4})?\s*[a-zA-Zµ%/]{0,9}\s*", fullmatch=True)


@given(st.one_of(ANYTHING, NEARLY), UNITS)
def test_parse_gives_a_finite_number_or_a_value_error(value, unit):
    try:
        number = units.parse(value, unit)
    except ValueError as error:
        assert str(error)
    else:
        assert math.isfinite(number)


@given(st.floats(1e-6, 1e12), UNITS)
def test_a_shown_value_reads_back_to_within_its_digits(value, unit):
    shown = units.show(value, unit).replace(",", "")
    assert units.parse(shown, unit) == pytest.approx(value, rel=0.006, abs=0.0006)


@given(st.floats(-1e12, 1e12), UNITS)
def test_a_negative_value_is_shown_as_the_positive_one_with_a_sign(value, unit):
    assert units.show(-abs(value), unit).removeprefix("-") == units.show(abs(value), unit)


@given(st.floats(-1e300, 1e300), UNITS)
def test_every_scale_of_a_unit_reads_as_the_number_times_the_scale(number, unit):
    for name, scale in units.SCALES[unit].items():
        if math.isfinite(number * scale):
            assert units.parse(f"{number!r} {name}", unit) == number * scale
