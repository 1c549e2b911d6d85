"""The gate on a suite and itself: whether it is fair on this machine, and what it can tell here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from importlib.resources import files
from pathlib import Path

from harness import pipeline
from harness.errors import InputError
from harness.gate.samples import Samples
from harness.gating.arms import Say
from harness.gating.asked import place_in
from harness.gating.revised import Revised, chosen, pairs
from harness.gating.running import Run, Wish
from harness.pipeline import Setting


def suite() -> Path:
    """Return the file of a small suite that needs nothing of the user's."""
    return Path(str(files("harness.gating") / "self_test.yaml"))


def against_itself(setting: Setting, wanted: Sequence[str], wish: Wish, say: Say) -> Samples:
    """Return what was measured of a suite's first candidate, or of those that are ``wanted``, against itself, with a control."""
    space, registry = setting.space, setting.ledger.registry
    if not space.candidates:
        raise InputError("no combination of this suite makes sense", "see `harness check`")
    labels = chosen(space, wanted or [space.candidates[0].label], ())
    once, again = (Revised.of(setting.suite, registry, label, {}) for label in ("itself", setting.suite.name))
    with pipeline.only_one(setting.root), place_in(setting.root) as place:
        run = Run(once, again, replace(wish, control=True), setting.environment, say)
        return run.measure(pairs(once, again, labels, ()), setting.root, place)
