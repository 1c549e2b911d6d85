"""How often the 95 % interval of a measurement holds the truth: `nox -s benchmarks -- -k coverage` prints the table."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

from tests.simulated import Setting, coverage

MEASUREMENTS = 2000
MOST_NOISE = 2.0
"""Standard deviation of the logarithm of a query above which a setting is no timing anybody would see."""

ALIKE = [
    setting
    for metric, queries, candidates, between, within in product(
        ("p50", "rate"), (64, 662), (3, 10), (0.02, 0.1, 0.2), (0.1, 0.5, 1.0)
    )
    if (setting := Setting(metric, queries, candidates, between, within)).query_sd <= MOST_NOISE
]
SOME = [Setting("p50", queries, candidates, 0.1, 0.5) for queries, candidates in product((64, 662), (4, 10))]
ODD = {
    "measured once, the others three times": [replace(one, first=1) for one in SOME],
    "three times noisier than the others": [replace(one, noise=3.0) for one in SOME],
    "measured once and three times noisier": [replace(one, first=1, noise=3.0) for one in SOME],
    "three times quieter than the others": [replace(one, noise=1 / 3) for one in SOME],
    "queries correlated by 0.9": [replace(one, correlation=0.9) for one in SOME],
    "queries correlated by 0.99": [replace(one, correlation=0.99) for one in SOME],
    "queries correlated by 0.9, measured once": [replace(one, correlation=0.9, first=1) for one in SOME],
    "rate, queries correlated by 0.9": [replace(one, metric="rate", correlation=0.9) for one in SOME],
}


def _told(setting: Setting, seed: int) -> float:
    each = 1 if setting.odd else setting.candidates
    found = coverage(setting, -(-MEASUREMENTS // each), seed)
    print(
        f"{setting.metric:>5} {setting.queries:>5} {setting.candidates:>5} {setting.between:>7.0%} {setting.within:>7.1f} "
        f"{found.combined:>9.1%} {found.single:>8.1%} {found.width:>8.1%} {found.measurements:>6}"
    )
    return found.combined


def _head(title: str) -> None:
    print(f"\n{title}\n{'':5} queries cand between  within  combined   single    width  times")


def test_coverage() -> None:
    _head("candidates alike")
    alike = [_told(setting, seed) for seed, setting in enumerate(ALIKE)]
    odd = []
    for title, settings in ODD.items():
        _head(title)
        odd += [_told(setting, seed) for seed, setting in enumerate(settings, len(ALIKE) + len(odd))]
    assert 0.92 <= min(alike) <= max(alike) <= 0.98
    assert min(odd) >= 0.92
