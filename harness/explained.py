"""How good explanations are: from what an explaining process kept to values in [0, 1] with intervals over samples. Pure.

Of each sample there is the *value* of its decision (the probability of the class that the candidate predicts, or the target's
value) in six coalitions (``GAMES``). Its *effect* is what the whole sample's value has more than the background's. Shares are of
that effect, and a sample counts by its size: where a sample is decided as the background is, there is nothing to explain. The
games are those of DeYoung et al., ERASER, ACL 2020, as shares of the effect like those of Carton, Rathore & Tan, EMNLP 2020.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

import numpy as np
from scipy import special

from harness.interfaces import Array
from harness.scoring import ranks
from harness.stats import CONFIDENCE, Estimate, proportion

GAMES: Final = ("whole", "empty", "kept", "removed", "random_kept", "random_removed")
"""Coalitions: all features, none, the top ones, all but these, and the same with a random order of the features."""
TOP: Final = 0.1
"""Share of the features that the games keep or remove."""
SURE: Final = 0.05
"""Chance of beating random by luck from which on it is not told as beaten."""
TINY: Final = 1e-6


class Shares(NamedTuple):
    """A share of each sample's effect, what each sample weighs, and which samples have an effect."""

    each: Array
    weights: Array

    @property
    def value(self) -> float:
        """The weighted mean."""
        return float((self.weights * self.each).sum() / self.weights.sum())

    @property
    def influence(self) -> Array:
        """What each sample adds to the value, with a mean of nought (see ``scoring``)."""
        found: Array = self.weights * (self.each - self.value) / self.weights.mean()
        return found


def estimates(arrays: Mapping[str, Array]) -> dict[str, Estimate | None]:
    """Return the facts of a candidate's explanations by metric; None where one is not defined."""
    similar = map(correlation, arrays["attributions"][arrays["nudged"]], arrays["again"])
    return {
        **_faithful(*_shares(arrays["games"])),
        "explanation_stability": _mean_of(list(similar)),
        "explanation_time": _seconds(arrays["seconds"]),
    }


def _faithful(kept: Shares | None, removed: Shares | None) -> dict[str, Estimate | None]:
    """Return sufficiency, comprehensiveness, and the harmonic mean of both."""
    names = ("explanation_sufficiency", "explanation_comprehensiveness", "interpretability")
    if kept is None or removed is None:
        return dict.fromkeys(names)
    s, c = kept.value, removed.value
    both = s + c
    slopes = (2 * c * c / both**2, 2 * s * s / both**2) if both > TINY else (1.0, 1.0)
    influence = slopes[0] * kept.influence + slopes[1] * removed.influence
    found = (
        within(s, kept.influence),
        within(c, removed.influence),
        within(2 * s * c / both if both > TINY else 0.0, influence),
    )
    return dict(zip(names, found, strict=True))


def _shares(games: Array) -> tuple[Shares | None, Shares | None]:
    """Return what share of their effect decisions keep with the top features alone, and lose without them."""
    value = {name: games[:, i].astype(np.float64) for i, name in enumerate(GAMES)}
    effect = value["whole"] - value["empty"]
    some = np.abs(effect) > TINY
    if not some.any():
        return None, None
    kept = _share(value["kept"] - value["empty"], effect)[some]
    removed = _share(value["whole"] - value["removed"], effect)[some]
    weights = np.abs(effect)[some]
    return Shares(kept, weights), Shares(removed, weights)


def _share(part: Array, effect: Array) -> Array:
    safe = np.where(np.abs(effect) > TINY, effect, 1.0)
    return np.clip(part / safe, 0.0, 1.0)


class Versus(NamedTuple):
    """Explanations against a random order of the features: in how many samples they take more of the effect away, or less."""

    won: int
    lost: int
    even: int
    chance: float
    """That luck alone wins as often or oftener: a sign test, one-sided."""

    @property
    def beats(self) -> bool:
        """Whether explanations are better than random, beyond luck."""
        return self.chance < SURE


def versus_random(arrays: Mapping[str, Array]) -> Versus:
    """Return how the deletion game ends against a random order of the features, on the same samples."""
    value = {name: arrays["games"][:, i].astype(np.float64) for i, name in enumerate(GAMES)}
    effect = np.sign(value["whole"] - value["empty"])
    more = effect * (value["random_removed"] - value["removed"])
    won, lost = int((more > TINY).sum()), int((more < -TINY).sum())
    chance = float(special.bdtrc(won - 1, won + lost, 0.5)) if won else 1.0
    return Versus(won, lost, len(more) - won - lost, chance)


def agreement(mine: Mapping[str, Array], theirs: Mapping[str, Array]) -> Estimate | None:
    """Return how alike two candidates explain the samples that both were asked and decide alike; None where there is none."""
    if mine["attributions"].shape[1:] != theirs["attributions"].shape[1:]:
        return None
    at = {int(row): i for i, row in enumerate(theirs["rows"])}
    shared = [(i, at[int(row)]) for i, row in enumerate(mine["rows"]) if int(row) in at]
    alike = [(i, j) for i, j in shared if mine["decided"][i] == theirs["decided"][j]]
    return _mean_of([correlation(mine["attributions"][i], theirs["attributions"][j]) for i, j in alike])


def correlation(one: Array, other: Array) -> float | None:
    """Return the rank correlation of two attributions, 0 where it is negative; None where one of them is all the same."""
    a, b = (ranks(each.astype(np.float64)) for each in (one, other))
    a, b = a - a.mean(), b - b.mean()
    length = math.sqrt(float(a @ a) * float(b @ b))
    return min(1.0, max(0.0, float(a @ b) / length)) if length else None


def _mean_of(found: list[float | None]) -> Estimate | None:
    known = np.array([one for one in found if one is not None])
    return within(float(known.mean()), known - known.mean()) if len(known) else None


def within(value: float, influence: Array) -> Estimate:
    """Return a value in [0, 1] with Student's interval from each sample's influence; all of [0, 1] for a single sample.

    Where all samples are alike, which says nothing of how much others differ, it has the interval of a share.
    """
    n, half = len(influence), _half(influence)
    if half > TINY:
        return Estimate(value, max(0.0, value - half), min(1.0, value + half), n)
    share = proportion(round(value * n), n)
    return Estimate(value, min(value, share.low), max(value, share.high), n)


def _seconds(each: Array) -> Estimate | None:
    """Return the mean time of an explanation; the first, which also makes the library ready, is left out where there are more."""
    times = each[1:] if len(each) > 1 else each
    if not len(times):
        return None
    value = float(times.mean())
    half = min(_half(times - value), value) if len(times) > 1 else 0.0
    return Estimate(value, value - half, value + half, len(times))


def _half(influence: Array) -> float:
    """Return half the width of the interval of a figure with these influences."""
    n = len(influence)
    if n < 2:
        return math.inf
    return float(special.stdtrit(n - 1, 0.5 + CONFIDENCE / 2)) * float(influence.std(ddof=1)) / math.sqrt(n)


def told(arrays: Mapping[str, Array]) -> dict[str, Any]:
    """Return what is told of a candidate's explanations beside the facts, in JSON's terms."""
    versus = versus_random(arrays)
    return {"samples": len(arrays["rows"]), "versus_random": {**versus._asdict(), "beats": versus.beats}}
