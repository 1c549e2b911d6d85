"""The problem that a suite is once it was measured: the candidates that the store knows completely, failures too."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

from harness import published
from harness.errors import InputError
from harness.evaluate import Evaluation
from harness.ledger import Known
from harness.pipeline import Setting
from harness.replay.problem import Problem
from harness.search.outlines import SECONDS, outlines, with_published
from harness.search.pilot import shared_facts
from harness.space import Space
from harness.workshop import Workshop

LEAST: Final = 2
"""Candidates: with fewer there is nothing to choose."""


def problem(setting: Setting, say: Callable[[str, str], None]) -> Problem:
    """Return what is known of a suite as a problem; raises InputError where next to nothing was measured yet.

    What sources know of models before they are made is asked now, as it is when a run begins.
    """
    known = setting.known()
    candidates = tuple(one for one in setting.space.candidates if known[one.label].complete)
    if len(candidates) < LEAST:
        count = f"{len(candidates)} of {len(setting.space.candidates)} candidates"
        raise InputError(f"the store knows {count} of {setting.suite.name}: too few to search", "measure it: harness run SUITE")
    space = Space(candidates, (), setting.space.baselines)
    deadline = time.monotonic() + SECONDS
    with Workshop(setting.root, setting.suite.limits.prepare_time, setting.suite.limits.memory) as workshop:
        found = outlines(setting.ledger, space, workshop, say, lambda: deadline - time.monotonic())
    return Problem(
        name=setting.suite.name,
        suite=setting.suite,
        space=space,
        known={one.label: _looked_up(known[one.label]) for one in space.everything},
        sharing=shared_facts(setting.ledger, space),
        outlines=with_published(found, space, published.accuracies(setting.store)),
    )


def _looked_up(known: Known) -> Evaluation:
    return Evaluation(known.candidate, known.facts, known.failure, 0, len(known.facts))
