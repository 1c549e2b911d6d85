import pytest

from harness import units
from harness.units import BYTE, COST, COUNT, JOULE, RATE, SECOND, SHARE, WATT


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
        ("0.02 per 1k", COST, 0.02),
        ("20per 1M", COST, 0.02),
        ("5 per 1G", COST, 5e-6),
        (0.02, COST, 0.02),
        ("2 mJ", JOULE, 0.002),
        ("1.5e3 µJ", JOULE, 0.0015),
        ("0.5 Wh", JOULE, 1800),
        ("65 W", WATT, 65),
        ("0.3kW", WATT, 300),
        ("900 mW", WATT, 0.9),
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


@pytest.mark.parametrize("text", ["5 per 1", "5 per", "5 /1k", "5 per1k", "0.02 $", "3 ,5 per 1k"])
def test_a_price_is_for_a_thousand_a_million_or_a_milliard(text):
    with pytest.raises(ValueError, match=r"per 1k|expected"):
        units.parse(text, COST)


def test_every_unit_has_an_example_that_reads_as_itself_and_a_way_to_be_shown():
    for unit in units.SCALES:
        with pytest.raises(ValueError, match="like '") as caught:
            units.parse("?", unit)
        example = str(caught.value).partition("like '")[2].partition("'")[0]
        value = units.parse(example, unit)
        assert value > 0
        assert units.parse(units.show(value, unit), unit) == pytest.approx(value)


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
        (0.02, COST, "20 per 1M"),
        (1.5, COST, "1.50 per 1k"),
        (0, COST, "0 per 1G"),
        (0.00234, JOULE, "2.34 mJ"),
        (1800, JOULE, "1.80 kJ"),
        (65, WATT, "65 W"),
        (0.25, WATT, "250 mW"),
        (12.5, "cd", "12.5 cd"),
        (3e-9, "cd", "3e-09 cd"),
    ],
)
def test_a_value_is_shown_with_about_three_digits_and_a_fitting_scale(value, unit, text):
    assert units.show(value, unit) == text


@pytest.mark.parametrize(
    ("seconds", "text"), [(0.84, "0.8 s"), (9.99, "10.0 s"), (42.4, "42 s"), (59.6, "1 min 00 s"), (185, "3 min 05 s")]
)
def test_a_duration_is_shown_in_minutes_from_one_minute(seconds, text):
    assert units.show_duration(seconds) == text
