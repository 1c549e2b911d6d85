import pytest

from harness import units
from harness.units import BYTE, COUNT, RATE, SECOND, SHARE


@pytest.mark.parametrize(
    ("text", "unit", "value"),
    [
        ("20 ms", SECOND, 0.02),
        ("20ms", SECOND, 0.02),
        ("1.5 min", SECOND, 90),
        (" 300 MB ", BYTE, 3e8),
        ("1 MiB", BYTE, 2**20),
        ("2 pp", SHARE, 0.02),
        ("97.5%", SHARE, 0.975),
        ("500 samples/s", RATE, 500),
        ("5 M", COUNT, 5e6),
        ("1e3", COUNT, 1000),
        (".5 µs", SECOND, 5e-7),
        ("-1 pp", SHARE, -0.01),
        (3, BYTE, 3),
    ],
)
def test_a_quantity_is_read_in_si(text, unit, value):
    assert units.parse(text, unit) == pytest.approx(value, rel=1e-12)


@pytest.mark.parametrize(
    "wrong", [True, None, [], {}, "", "ms", "1 2", "1,5 ms", "five", "nan", "inf", "1e999", float("nan"), float("inf"), 10**400]
)
def test_what_is_no_finite_quantity_is_refused_in_words(wrong):
    with pytest.raises(ValueError, match="expected"):
        units.parse(wrong, SECOND)


def test_a_unit_of_another_quantity_is_refused_with_those_that_fit():
    with pytest.raises(ValueError, match=r"'MB' is no unit of this quantity; use one of ns, .*hours"):
        units.parse("20 MB", SECOND)


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (0.00123, SECOND, "1.23 ms"),
        (0.0456, SECOND, "45.6 ms"),
        (2, SECOND, "2 s"),
        (3.2e-6, SECOND, "3.20 µs"),
        (0, SECOND, "0 ns"),
        (4_200_000, BYTE, "4.20 MB"),
        (512, BYTE, "512 B"),
        (0.974, SHARE, "97.4 %"),
        (12_345, RATE, "12.3 k/s"),
        (11_200_000, COUNT, "11.2 M"),
        (7, COUNT, "7"),
        (-0.002, SECOND, "-2 ms"),
    ],
)
def test_a_value_is_shown_with_about_three_digits_and_a_fitting_scale(value, unit, text):
    assert units.show(value, unit) == text


@pytest.mark.parametrize(
    ("seconds", "text"), [(0.84, "0.8 s"), (9.99, "10.0 s"), (42.4, "42 s"), (59.6, "1 min 00 s"), (185, "3 min 05 s")]
)
def test_a_duration_is_shown_in_minutes_from_one_minute(seconds, text):
    assert units.show_duration(seconds) == text
