"""What mistakes cost, and when it is cheaper to ask a person: a decision of least expected cost, with a reject option.

Elkan, The foundations of cost-sensitive learning, IJCAI 2001; Chow, On optimum recognition error and reject tradeoff, IEEE
Transactions on Information Theory 16, 1970. Costs are of one sample, in the currency that the suite states them in.
"""

from __future__ import annotations

import math
from typing import Any, Final, NamedTuple

import numpy as np

from harness.interfaces import Array
from harness.scoring import Influence, on_a_log_scale
from harness.stats import Estimate, proportion

STEPS: Final = 40
"""Of a curve over thresholds."""


class Answers(NamedTuple):
    """What becomes of each sample."""

    predicted: Array
    """The class whose expected cost is least."""
    expected: Array
    """What that is expected to cost."""
    asked: Array
    """Whether a person is asked, since that is cheaper."""


def answers(shares: Array, mistakes: Array, person: float | None) -> Answers:
    """Return what is cheapest for each sample by its probabilities; ``mistakes`` has a row for each true class."""
    expected = shares @ mistakes
    predicted, least = expected.argmin(axis=1), expected.min(axis=1)
    return Answers(predicted, least, least > (math.inf if person is None else person))


def paid(found: Answers, labels: Array, mistakes: Array, person: float | None) -> Array:
    """Return what each sample really costs: the person, or what is said of the truth."""
    each: Array = mistakes[labels, found.predicted]
    return each if person is None else np.where(found.asked, person, each)


def counts(found: Answers, labels: Array, classes: int) -> Array:
    """Return how many samples of each true class (rows) are said to be of each class, and last are handed to a person."""
    said = np.where(found.asked, classes, found.predicted)
    counted: Array = np.zeros((classes, classes + 1), dtype=np.int64)
    np.add.at(counted, (labels, said), 1)
    return counted


def expected_cost(each: Array, mistakes: Array) -> Estimate:
    """Return the mean of what samples cost.

    Where all cost the same, what was never seen may still be as frequent as Wilson's interval of none in ``n`` leaves open.
    """
    value, n = float(each.mean()), len(each)
    if n < 2 or float(each.std()) == 0:
        dearest = max(float(mistakes.max()), value)
        return Estimate(value, value, value + (dearest - value) * proportion(0, n).high, n)
    return on_a_log_scale(Influence(value, each - value), 0.0)


def review_rate(found: Answers) -> Estimate:
    """Return the share of samples that a person is asked about."""
    return proportion(int(found.asked.sum()), len(found.asked))


def curve(shares: Array, labels: Array, mistakes: Array) -> list[dict[str, Any]]:
    """Return what happens where a person is asked beyond each of some expected costs, from asking always to never.

    At each *threshold*: the share that is handed over (``review_rate``), and what mistakes in the rest cost, per sample of all
    (``mistakes``). With a person at a price, ``mistakes + price * review_rate`` is paid; the threshold to choose is the price.
    """
    found = answers(shares, mistakes, None)
    cost = paid(found, labels, mistakes, None)
    at = np.unique(np.quantile(found.expected, np.linspace(0, 1, STEPS + 1), method="higher"))
    asked = [np.ones(len(cost), dtype=bool), *(found.expected > one for one in at)]
    return [
        {"threshold": float(one), "review_rate": float(over.mean()), "mistakes": float(np.where(over, 0.0, cost).mean())}
        for one, over in zip((0.0, *at), asked, strict=True)
    ]
