"""Is a win probability true, and does a guard band keep a recommendation inside its bounds?

`nox -s benchmarks -- -k calibration` prints the tables: sweeps whose truth is known, measured and decided as the harness does.
"""

from __future__ import annotations

import numpy as np

from tests.sweeps import Bin, Judged, Kind, gap, gap_by_chance, judged, reliability, sweep

SWEEPS = 500
SEED = 20
KINDS = {
    "as sweeps are": Kind(),
    "candidates nearly alike: what they differ by is about the noise": Kind(alike=0.15),
    "measured in one process each, so that the spread between processes is the assumed 15 %": Kind(processes=1),
}


def _judged(kind: Kind, sweeps: int = SWEEPS) -> list[Judged]:
    return [judged(sweep(np.random.default_rng([SEED, i]), kind)) for i in range(sweeps)]


def _told(bins: list[Bin]) -> None:
    print("  told   best     sweeps  standard error by chance")
    for one in bins:
        print(f"{one.told:>6.1%} {one.true:>6.1%} {one.count:>10}  {one.chance:>6.1%}")
    print(f"weighted gap {gap(bins):.1%}; {gap_by_chance(bins):.1%} by chance, were every probability right")


def test_calibration() -> None:
    found = {}
    for title, kind in KINDS.items():
        every = _judged(kind)
        found[title] = [one for one in every if one.feasible]
        careless = [one.violates_without_guard for one in every if one.violates_without_guard is not None]
        print(f"\n{title}: {SWEEPS} sweeps, {len(found[title])} with a recommendation")
        _told(reliability(found[title]))
        broken = sum(one.violates for one in found[title])
        print(
            f"truly break a constraint: {broken} of {len(found[title])} ({broken / len(found[title]):.1%}) with the guard band,"
        )
        print(f"  {sum(careless)} of {len(careless)} ({np.mean(careless):.1%}) without")
    usual = found["as sweeps are"]
    assert gap(reliability(usual)) <= 0.05
    assert np.mean([one.violates for one in usual]) <= 0.01


def test_calibration_over_more_sweeps() -> None:
    """The bins of 500 sweeps are too small to see five percentage points in each; those of 4,000 nearly are not."""
    usual = [one for one in _judged(Kind(), 4000) if one.feasible]
    print(f"\n4,000 sweeps, {len(usual)} with a recommendation")
    _told(reliability(usual))
    assert all(abs(one.told - one.true) <= 0.05 + 2 * one.chance for one in reliability(usual))
