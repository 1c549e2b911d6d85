"""Figures for people."""

import pytest

from harness.report.wording import two_digits


@pytest.mark.parametrize(
    ("number", "shown"),
    [(0.3712, "0.37"), (2.14, "2.1"), (12.4, "12"), (99.7, "100"), (100.0, "100"), (1612.0, "1,612"), (0, "0")],
)
def test_two_digits_count_and_none_is_a_power_of_ten(number, shown):
    assert two_digits(number) == shown
