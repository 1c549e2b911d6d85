"""How a classifier behaves, for those who want more than its facts: by class, confidence, cost, group, and kind of corruption.

One function, ``told``, which gives plain data; nothing of it is stored, as all follows from outputs that are.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from harness.behaviour import costs, groups, robust
from harness.behaviour.calibration import calibration_error, histogram, judged, reliability
from harness.behaviour.classes import by_class
from harness.behaviour.flips import changed
from harness.behaviour.probabilities import logits
from harness.behaviour.temperature import fitted
from harness.deriving import Outputs
from harness.ledger import ACCURACY, Known
from harness.spec import Suite
from harness.stats import Estimate
from harness.store import Store

CLASSES_AT_MOST: Final = 100
"""Of a candidate: of more, those it knows worst."""


def told(one: Known, baseline: Known | None, suite: Suite, store: Store) -> dict[str, Any] | None:
    """Return how a candidate behaves; None where no class of it is judged. ``baseline`` is the suite's."""
    if suite.task != "classification" or ACCURACY not in one.done or one.artifact is None:
        return None
    outputs = Outputs(suite, store, one)
    others = Outputs(suite, store, baseline) if baseline and ACCURACY in baseline.done else None
    return {
        "samples": len(outputs.labels),
        **_confidence(outputs),
        "classes": _classes(outputs, suite),
        "flips": _flips(outputs, others),
        "costs": _costs(outputs, suite),
        "corruptions": _corruptions(outputs, suite),
        "groups": _groups(outputs, suite),
    }


def _confidence(outputs: Outputs) -> dict[str, Any]:
    cooled = judged(outputs.calibrated, outputs.labels)
    return {
        "reliability": reliability(outputs.judged),
        "confidence": histogram(outputs.judged),
        "temperature": {"value": fitted(logits(outputs.scores), outputs.labels), "error": _figure(calibration_error(cooled))},
    }


def _classes(outputs: Outputs, suite: Suite) -> list[dict[str, Any]]:
    """Return the accuracy on each class, in their order; of very many, on those with the lowest."""
    found = by_class(outputs.predicted, outputs.labels)
    shown = sorted(sorted(found, key=lambda number: found[number].value)[:CLASSES_AT_MOST])
    return [{"class": _name(suite, number), **_figure(found[number])} for number in shown]


def _name(suite: Suite, number: int) -> str:
    return suite.classes[number] if number < len(suite.classes) else str(number)


def _flips(outputs: Outputs, others: Outputs | None) -> dict[str, Any] | None:
    if others is None or not np.array_equal(outputs.labels, others.labels):
        return None
    return changed(outputs.labels, outputs.predicted, others.predicted)._asdict()


def _costs(outputs: Outputs, suite: Suite) -> dict[str, Any] | None:
    asked = suite.costs
    if asked is None or len(asked.mistakes) != outputs.calibrated.shape[1]:
        return None
    found, each = outputs.answers(asked)
    return {
        **asked.model_dump(mode="json"),
        "expected_cost": float(each.mean()),
        "review_rate": float(found.asked.mean()),
        "counts": costs.counts(found, outputs.labels, len(asked.mistakes)).tolist(),
        "curve": costs.curve(outputs.calibrated, outputs.labels, np.array(asked.mistakes)),
    }


def _corruptions(outputs: Outputs, suite: Suite) -> dict[str, Any] | None:
    found, asked = outputs.corrupted, suite.corruptions
    if found is None or asked is None:
        return None
    labels = found["corrupted_labels"]
    by_kind = robust.by_severity(found["corrupted"], labels, asked.kinds)
    return {
        "clean": float((found["clean"] == labels).mean()),
        "kinds": {kind: [_figure(one) for one in each] for kind, each in by_kind.items()},
        "confidence": {"clean": float(found["clean_confidence"].mean()), "shuffled": float(found["shuffled_confidence"].mean())},
    }


def _groups(outputs: Outputs, suite: Suite) -> dict[str, Any] | None:
    asked = suite.groups
    sides = outputs.sides(asked) if asked else None
    if not asked or not sides:
        return None
    column = suite.columns[asked.column] if asked.column < len(suite.columns) else str(asked.column)
    about = {"column": column, "above": asked.above, "positive": _name(suite, asked.positive)}
    return about | {name: groups.told(both) for name, both in sides.items()}


def _figure(one: Estimate) -> dict[str, Any]:
    return one._asdict()
