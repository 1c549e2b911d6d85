"""How long the timings of a suite must be: as its ``measure`` says, and long enough for the percentiles its profiles use."""

from __future__ import annotations

from harness.metrics import METRICS, PERCENTILES
from harness.spec import Suite
from harness.stats import NEEDED_QUERIES


def sizing(suite: Suite, scenario: str) -> dict[str, float]:
    """Return what ends a timing of ``scenario``, as keyword arguments of ``interfaces.Sizing`` but the batch size."""
    settings: dict[str, float] = suite.measure.model_dump(mode="json", exclude={"processes", "again"})
    used = {metric for profile in suite.profiles for metric in (*profile.weights, *(c.metric for c in profile.constraints))}
    needed = [NEEDED_QUERIES[PERCENTILES[name]] for name in used & PERCENTILES.keys() if METRICS[name].scenario == scenario]
    settings["min_queries"] = max(settings["min_queries"], *needed, 0)
    settings["max_queries"] = max(settings["max_queries"], settings["min_queries"])
    return settings
