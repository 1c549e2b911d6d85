"""Explaining in a measuring process: a candidate's own decisions, sample by sample, and the games that say how good that is.

The model is asked as everywhere else, through its runtime, in batches of raw samples. Nothing is timed beside it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import numpy as np

from harness import outputs
from harness.behaviour.probabilities import probable, softmax
from harness.coalitions import Background, Features, features, masked, nudged, top
from harness.explained import TOP
from harness.interfaces import Array, Clock, Decision, Session
from harness.preprocess import arithmetic

Method = Callable[[Decision, Mapping[str, Any]], Array]

NUDGED: Final = 4
"""Every so many samples one is explained again, a little changed."""
SIDE: Final = 64
"""Pixels of a side, at most, of the images that are kept to be shown."""


@dataclass(frozen=True, slots=True)
class Model:
    """A loaded candidate, as explaining asks it."""

    session: Session
    wish: Mapping[str, Any]
    of: Features
    background: Background
    probable: bool = False
    """Whether its scores are probabilities already."""

    def scores(self, raw: Array) -> Array:
        """Return the scores of raw samples."""
        return outputs.scores(self.session, raw, self.wish)

    def left(self, sample: Array, kept: Array) -> Array:
        """Return the scores of what coalitions of a sample's features leave of it."""
        parts = range(0, len(kept), outputs.EVALUATION_BATCH)  # so that not all masked images are there at once
        chunks = (kept[start : start + outputs.EVALUATION_BATCH] for start in parts)
        return np.concatenate([self.scores(masked(sample, self.background.mean, chunk, self.of)) for chunk in chunks])

    def worth(self, scores: Array) -> Array:
        """Return scores as probabilities; those of a regression as they are."""
        if self.wish["explain"]["task"] == "regression":
            return scores
        shares: Array = scores / scores.sum(axis=1, keepdims=True) if self.probable else softmax(scores)
        return shares

    def decision(self, sample: Array, target: int, seed: int) -> Decision:
        """Return what a method is asked about one raw sample."""
        how = self.wish["preprocess"]
        at = np.broadcast_to(self.of.at, sample.shape).astype(np.float32)
        places = arithmetic(at[None], {**how, "scale": 1.0, "mean": (0.0,), "std": (1.0,)})
        return Decision(
            features=self.of.count,
            value=lambda kept: self.left(sample, np.asarray(kept))[:, target],
            target=target,
            seed=seed,
            session=self.session,
            sample=arithmetic(sample[None], how),
            background=arithmetic(self.background.mean[None], how),
            places=places.astype(np.int64),
            artifact=Path(self.wish["artifact"]),
        )


def explain(
    session: Session, raw: Array, labels: Array, wish: Mapping[str, Any], method: Method, clock: Clock
) -> tuple[dict[str, Any], dict[str, Array]]:
    """Return what is told of the explanations of some samples, and their arrays (see ``explained``).

    The samples are the same for every candidate, classes in proportion. The budget is looked at before each of them; at least
    one is explained.
    """
    asked = wish["explain"]
    background = Background.read(Path(asked["background"]))
    whole = background.about["shape"]
    of = features(raw.shape[1:], asked["segments"], tuple(whole) if whole else None)
    rows = _chosen(labels, asked["samples"], asked["seed"])
    model = Model(session, wish, of, background)
    scores = model.scores(raw[rows])
    model = replace(model, probable=probable(scores))
    decided = np.zeros(len(rows), dtype=np.int64) if asked["task"] == "regression" else scores.argmax(axis=1)
    done: list[dict[str, Array]] = []
    began = clock()
    for number, row in enumerate(rows):
        if done and clock() - began > asked["budget"]:
            break
        done.append(_one(model, np.array(raw[row]), int(decided[number]), number, method, clock))
    n = len(done)
    arrays = {name: np.stack([one[name] for one in done]) for name in ("attributions", "games", "seconds", "seen")}
    again = [(number, one["again"]) for number, one in enumerate(done) if "again" in one]
    told = {"asked": len(rows), "layout": list(of.layout), "task": asked["task"], **background.about}
    return told, {
        **arrays,
        "nudged": np.array([number for number, _ in again]),
        "again": np.stack([one for _, one in again]),
        "rows": rows[:n],
        "labels": labels[rows[:n]],
        "decided": decided[:n],
        "scores": scores[:n],
        "mean": _shown(background.mean),
    }


def _chosen(labels: Array, count: int, seed: int) -> Array:
    """Return the rows to explain, in an order of no meaning, so that a budget that ends early favours nothing."""
    return np.random.default_rng(seed).permutation(outputs.subset(labels, count))


def _one(model: Model, sample: Array, target: int, number: int, method: Method, clock: Clock) -> dict[str, Array]:
    """Return one sample's attributions with the time they took, its games, and of some its attributions when it is nudged."""
    asked = model.wish["explain"]
    rng = np.random.default_rng([asked["seed"], number])
    seeds = rng.integers(2**31, size=2).tolist()
    began = clock()
    attributions = _attributed(model, sample, target, seeds[0], method)
    seconds = clock() - began
    found: dict[str, Array] = {
        "attributions": attributions,
        "seconds": np.asarray(seconds),
        "games": _games(model, sample, target, attributions, rng),
        "seen": _shown(sample),
    }
    if number % NUDGED == 0:
        near = nudged(sample, model.background.spread, rng)
        found["again"] = _attributed(model, near, target, seeds[1], method)
    return found


def _attributed(model: Model, sample: Array, target: int, seed: int, method: Method) -> Array:
    return np.asarray(method(model.decision(sample, target, seed), model.wish["explain"]["options"]), dtype=np.float32)


def _games(model: Model, sample: Array, target: int, attributions: Array, rng: np.random.Generator) -> Array:
    """Return what decides in each of ``explained.GAMES``. Where it is less than the background's, what lowers it comes first."""
    count = model.of.count
    ends = model.worth(model.left(sample, np.array([[1] * count, [0] * count])))[:, target]
    best = top(attributions if ends[0] >= ends[1] else -attributions, TOP)
    random = top(rng.permutation(count).astype(float), TOP)
    middle = model.worth(model.left(sample, np.stack([best, ~best, random, ~random])))[:, target]
    return np.concatenate([ends, middle]).astype(np.float32)


def _shown(sample: Array) -> Array:
    """Return a sample as it is kept to be shown: an image with at most ``SIDE`` pixels a side."""
    if sample.ndim < 3:
        return sample
    down, across = (np.linspace(0, side - 1, min(side, SIDE)).round().astype(int) for side in sample.shape[:2])
    small: Array = sample[down][:, across]
    return small
