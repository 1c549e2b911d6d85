"""How many queries a block should have: a process costs time, and queries of one process share its luck."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

import numpy as np

from harness.gate.signed_rank import Array

FIRST: Final = 40
"""Queries of an arm in a block while nothing is known."""
KNOWN_AFTER: Final = 6
"""Blocks from which the variances are taken."""
LEAST: Final = 20
MOST: Final = 400


def queries(process_cost: float, query_cost: float, within: float, between: float) -> int:
    """Return how many queries an arm's turn should have, so that bounds narrow fastest by the second.

    ``process_cost`` is the time that starting and warming up a process takes, ``query_cost`` that of a query; ``within`` and
    ``between`` are the variances of queries in a process and of processes (Kalibera & Jones, Rigorous benchmarking in reasonable
    time, ISMM 2013, section 6).
    """
    if between <= 0:
        return MOST
    best = math.sqrt(process_cost / query_cost * within / between)
    return MOST if best >= MOST else max(LEAST, math.ceil(best))


def variances(differences: Array, turns: Sequence[Array], controlled: bool) -> tuple[float, float]:
    """Return the variance of logarithms of queries in a process, and that of processes, from the differences of some blocks.

    ``turns`` are the samples of the arms in these blocks. A difference holds the luck of two processes, or of one and the mean of
    two where there is a control, and the noise of their queries.
    """
    logs = [np.log(samples) for samples in turns]
    within = float(np.mean([float(np.var(one, ddof=1)) for one in logs if len(one) > 1] or [0.0]))
    size = float(np.mean([len(one) for one in logs]))
    processes = 1.5 if controlled else 2.0
    return within, float(np.var(differences, ddof=1)) / processes - within / size
