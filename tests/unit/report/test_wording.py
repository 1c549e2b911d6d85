"""Figures for people."""

import pytest

from harness.report.wording import moment, two_digits


@pytest.mark.parametrize(
    ("number", "shown"),
    [(0.3712, "0.37"), (2.14, "2.1"), (12.4, "12"), (99.7, "100"), (100.0, "100"), (1612.0, "1,612"), (0, "0")],
)
def test_two_digits_count_and_none_is_a_power_of_ten(number, shown):
    assert two_digits(number) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("2026-01-31T09:05:59+00:00", "2026-01-31 09:05 UTC"),
        ("2026-01-31T09:05:59+02:00", "2026-01-31 07:05 UTC"),
        ("yesterday", "yesterday"),
        ("", ""),
    ],
)
def test_a_moment_is_told_to_the_minute_and_what_is_none_as_it_is(text, shown):
    assert moment(text) == shown
