"""How often a history tells of a change that is not there, and finds one that is, on series whose noise is known."""

import numpy as np

from harness.history.breaks import breaks

RUNS = 200
CHANGE = 0.06
NOISE = {
    "normal, 2 %": lambda rng, n: rng.normal(0, 0.02, n),
    "heavy tails": lambda rng, n: rng.standard_t(3, n) * 0.012,
    "one in twenty +12 %": lambda rng, n: rng.normal(0, 0.015, n) + 0.12 * (rng.random(n) < 0.05),
    "slow drift": lambda rng, n: _drifting(rng.normal(0, 0.015, n)),
}


def _drifting(steps):
    found = np.zeros(len(steps))
    for at in range(1, len(steps)):
        found[at] = 0.5 * found[at - 1] + steps[at]
    return found


def test_how_often_a_history_is_right():
    print(f"\n| noise of jobs | jobs | nothing changed: told of one | {CHANGE:.0%} in the middle: found within a job |")
    print("|---|---|---|---|")
    rng = np.random.default_rng(0)
    for name, noise in NOISE.items():
        for count in (12, 20, 60, 200):
            false = sum(bool(breaks(np.exp(noise(rng, count)), counted=False)) for _ in range(RUNS))
            found = sum(_finds(noise(rng, count)) for _ in range(RUNS))
            print(f"| {name} | {count} | {100 * false / RUNS:.1f} % | {100 * found / RUNS:.1f} % |")


def _finds(logs):
    middle = len(logs) // 2
    logs[middle:] += np.log1p(CHANGE)
    return any(abs(one.at - middle) <= 1 for one in breaks(np.exp(logs), counted=False))
