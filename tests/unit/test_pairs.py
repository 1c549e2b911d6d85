"""Published intervals and p-values, and coverage: the truth is inside 95 times in 100."""

import math
from itertools import product

import numpy as np
import pytest

from harness.pairs import flips, mcnemar, paired
from harness.stats import proportion


@pytest.mark.parametrize(
    ("both", "gained", "lost", "neither", "low", "high"),
    [  # Newcombe, Statistics in Medicine 17 (1998) 2635-2650, method 10
        (36, 12, 2, 0, 0.0569, 0.3404),
        (18, 12, 2, 18, 0.0562, 0.3290),
        (53, 0, 0, 1, -0.0729, 0.0729),
        (0, 30, 0, 0, 0.8395, 1.0),
    ],
)
def test_a_difference_has_newcombes_interval(both, gained, lost, neither, low, high):
    told = paired(gained, lost, both, neither)
    n = both + gained + lost + neither
    assert (told.value, told.n, told.gained, told.lost) == ((gained - lost) / n, n, gained, lost)
    assert (told.low, told.high) == pytest.approx((low, high), abs=5e-5)


@pytest.mark.parametrize(
    ("gained", "lost", "p"),
    [(0, 0, 1.0), (5, 5, 1.0), (1, 0, 0.5), (1, 7, 5 / 128), (3, 7, 29 / 128), (0, 20, 2.0**-20)],
)
def test_the_p_value_counts_what_was_seen_half(gained, lost, p):
    assert mcnemar(gained, lost) == pytest.approx(p, rel=1e-9)
    assert mcnemar(lost, gained) == mcnemar(gained, lost)


def test_what_is_right_together_makes_the_difference_surer():
    related, unrelated = paired(10, 10, 80, 0), paired(10, 10, 80, 100)
    assert unrelated.high < related.high
    alone = proportion(90, 200)
    assert unrelated.high < 0.7 * math.hypot(alone.high - alone.value, alone.value - alone.low)


@pytest.mark.parametrize("counts", [(0, 0, 0, 0), (1, -1, 5, 5)])
def test_a_difference_over_nothing_is_refused(counts):
    with pytest.raises(ValueError, match="at least one"):
        paired(*counts)


def test_the_interval_of_a_difference_covers_the_truth():
    """Over a grid of shares: on average 95 %, and nowhere far below; one stratum is wide where nearly all agree."""
    rng, shares = np.random.default_rng(11), []
    for right, differ, tilt in product((0.6, 0.8, 0.9), (0.02, 0.05, 0.15), (0.0, 0.3, 0.7)):
        gained, lost = differ * (1 + tilt) / 2, differ * (1 - tilt) / 2
        counts = rng.multinomial(200, (gained, lost, right - gained, 1 - right - lost), 300)
        told = [paired(*map(int, row)) for row in counts]
        shares.append(np.mean([one.low <= gained - lost <= one.high for one in told]))
    assert 0.94 <= np.mean(shares) <= 0.975
    assert min(shares) >= 0.9


def test_the_p_value_rejects_a_true_equality_5_times_in_100():
    rng = np.random.default_rng(12)
    for differing in (10, 25, 60):
        rejected = [mcnemar(int(g), differing - int(g)) <= 0.05 for g in rng.binomial(differing, 0.5, 2000)]
        assert 0.02 <= np.mean(rejected) <= 0.06


def test_flips_have_the_interval_of_a_share():
    told = flips(3, 5, 2, 100)
    assert told[:4] == proportion(10, 100)
    assert (told.right, told.wrong, told.other) == (3, 5, 2)


def test_no_more_predictions_change_than_there_are():
    with pytest.raises(ValueError, match="more predictions"):
        flips(3, 3, 0, 5)
