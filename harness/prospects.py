"""Whether candidates that are known only roughly can still win, by those that were measured in full. Pure.

One cannot that breaks a constraint of every profile beyond doubt, nor one that, even at the better ends of its intervals,
neither touches the front nor reaches the best utility of any profile.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np
from numpy.typing import NDArray

from harness import units
from harness.decide import utility
from harness.decide.columns import Differences, Table, gather
from harness.decide.utility import Weighed
from harness.interfaces import Array
from harness.metrics import METRICS, PERCENTILES
from harness.record import Fact
from harness.search.objectives import objectives
from harness.space import Space
from harness.spec import Profile, Suite

BEYOND: Final = 3.0
"""Standard errors beyond a bound that leave no doubt: one in 700 is ended wrongly by one bound."""
OUTDONE: Final = "even at its best it would neither join the front nor be recommended"


def hopeless(suite: Suite, space: Space, table: Table, finished: Table, differences: Differences | None = None) -> dict[str, str]:
    """Return which candidates of ``table`` cannot win any more, each with why.

    ``finished`` has the facts of all that was measured in full, baselines outside of the space too; ``differences`` those from
    the baselines' on the same samples.
    """
    bounded = {label: _bounded(facts) for label, facts in table.items()}
    baseline_of = space.baseline_of()
    rivals = {one.label: finished[one.label] for one in space.candidates if one.label in finished}
    profiles = utility.anchored(suite, finished)
    weighed = [_weighed(profile, bounded, baseline_of, finished, differences) for profile in profiles]
    best = [_weighed(profile, rivals, baseline_of, finished) for profile in profiles]
    broken = [_broken(one) for one in weighed]
    wanted = [_in_reach(one, other) & ~each.any(axis=1) for one, other, each in zip(weighed, best, broken, strict=True)]
    outdone = _dominated(objectives(suite), bounded, rivals) & ~np.any(wanted, axis=0)
    ruled_out = np.all([each.any(axis=1) for each in broken], axis=0)
    return {
        label: _words(weighed[0], broken[0], row) if ruled_out[row] else OUTDONE
        for row, label in enumerate(table)
        if ruled_out[row] or outdone[row]
    }


def _bounded(facts: Mapping[str, Fact]) -> dict[str, Fact]:
    """Return facts with percentiles that want more queries at the median, which they cannot be below."""
    found = dict(facts)
    for name in PERCENTILES:
        median = facts.get(f"{name.rpartition('_')[0]}_p50")
        if name not in found and median:
            found[name] = median.model_copy(update={"metric": name, "key": ""})
    return found


def _weighed(
    profile: Profile,
    table: Table,
    baseline_of: Mapping[str, str],
    finished: Table,
    differences: Differences | None = None,
) -> Weighed:
    return utility.weigh(profile, gather(table, utility.wanted(profile), baseline_of, finished, differences))


def _broken(weighed: Weighed) -> NDArray[np.bool_]:
    """Return which constraints each candidate breaks beyond doubt."""
    return np.asarray(weighed.slack < -BEYOND * weighed.noise)


def _words(weighed: Weighed, broken: NDArray[np.bool_], row: int) -> str:
    constraint = weighed.profile.constraints[int(np.argmax(broken[row]))]
    value = weighed.columns.mine[constraint.metric].value[row]
    return (
        f"{constraint.metric} {units.show(float(value), METRICS[constraint.metric].unit)} breaks {constraint.text}, beyond doubt"
    )


def _in_reach(weighed: Weighed, best: Weighed) -> NDArray[np.bool_]:
    """Return which candidates, at their best, come near the best utility there is; all where there is none."""
    row = best.first(best.feasible)
    if row is None:
        return np.ones(len(weighed.columns), dtype=bool)
    profile, facts = weighed.profile, weighed.columns.table.values()
    good = [utility.useful(_ends([one.get(name) for one in facts], name), name, profile) for name in profile.weights]
    highest = utility.total(np.column_stack(good), utility.shares(profile))
    return np.asarray(highest >= best.utility[row] - best.half_width[row])


def _dominated(metrics: tuple[str, ...], table: Table, rivals: Table) -> NDArray[np.bool_]:
    """Return which candidates, at their best, are dominated by another at its worst."""
    mine, theirs = _losses(metrics, table, best=True), _losses(metrics, rivals, best=False)
    return np.array([((theirs <= one).all(axis=1) & (theirs < one).any(axis=1)).any() for one in mine], dtype=bool)


def _losses(metrics: tuple[str, ...], table: Table, *, best: bool) -> Array:
    """Return a row per candidate and a column per metric, less is better."""
    found = [[METRICS[name].loss(_end(facts.get(name), name, best=best)) for name in metrics] for facts in table.values()]
    return np.array(found, dtype=float).reshape(len(table), len(metrics))


def _ends(facts: list[Fact | None], name: str) -> Array:
    return np.array([_end(fact, name, best=True) for fact in facts], dtype=float)


def _end(fact: Fact | None, name: str, *, best: bool) -> float:
    """Return the better or the worse end of a fact's interval; what is not known may be as good, or as bad, as can be."""
    high = METRICS[name].higher == best
    if fact is None:
        return np.inf if high else -np.inf
    return fact.high if high else fact.low
