"""What a search looks at: one objective per metric that a profile weighs."""

from __future__ import annotations

from harness.spec import Suite


def objectives(suite: Suite) -> tuple[str, ...]:
    """Return the metrics that the suite's profiles weigh, in the order of first use."""
    return tuple(dict.fromkeys(metric for profile in suite.profiles for metric in profile.weights))
