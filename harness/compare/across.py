"""Several answers side by side: the same suite on several targets, several runs of it, or several suites. Plain data, pure.

Candidates are matched by what they are: model, passes, runtime and batch size, without the device they ran on. Where suite and
environment are the same, figures that differ beyond noise have *changed*; elsewhere they are differences between targets.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from typing import Any, Final

import numpy as np

from harness import changes, units
from harness.answer import since
from harness.compare import agreement
from harness.compare.agreement import Agreement
from harness.stats import Estimate

SCHEMA_VERSION: Final = 1
ENDS: Final = ("value", "low", "high")

Answer = Mapping[str, Any]
Figures = Mapping[str, Any]


def across(answers: Sequence[Answer], names: Sequence[str]) -> dict[str, Any]:
    """Return what two or more ``answers``, called by ``names``, have in common and in what they differ."""
    sides = [_Side(answer) for answer in answers]
    keys = list(dict.fromkeys(key for side in sides for key in side.known))
    return {
        "schema_version": SCHEMA_VERSION,
        "sides": [side.about(name) for side, name in zip(sides, names, strict=True)],
        "metrics": {name: one for side in sides for name, one in side.answer["metrics"].items()},
        "objectives": list(dict.fromkeys(name for side in sides for name in side.answer["objectives"])),
        "candidates": [_candidate(key, sides) for key in keys],
        "profiles": _profiles(sides),
        "pairs": [_pair(i, j, sides) for i, j in combinations(range(len(sides)), 2)],
    }


def what(label: str, device: str) -> str:
    """Return what a candidate is, from its label: all of it but the device."""
    served, _, batch = label.rpartition("/b")
    return f"{served.removesuffix(f',{device}')}/b{batch}"


class _Side:
    """An answer, its candidates by what they are."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer
        self.device = next((one["device"] for one in answer["candidates"]), "cpu")
        self.known = {self.key(one["candidate"]): one for one in answer["candidates"]}
        self.failed = {self.key(one["candidate"]): one["kind"] for one in answer["failures"]}
        self.space = {self.key(label) for label in answer["baselines"]}
        self.front = {self.key(label) for label in answer["front"]}
        self.near = {self.key(label) for label in answer["near_front"]}
        self.ranks = {name: self._ranks(name) for name in answer["profiles"]}

    def key(self, label: str) -> str:
        return what(label, self.device)

    def _ranks(self, profile: str) -> dict[str, int]:
        """Return the place of each feasible candidate, the best first."""
        scored = {key: one["scores"][profile] for key, one in self.known.items() if one["eligible"] and profile in one["scores"]}
        feasible = [key for key, score in scored.items() if not score["violations"]]
        return {key: place for place, key in enumerate(sorted(feasible, key=lambda key: -scored[key]["utility"]), start=1)}

    def about(self, name: str) -> dict[str, Any]:
        answer = self.answer
        environment = answer["environment"]
        return {
            "name": name,
            "suite": answer["suite"],
            "environment": {**environment, "at": environment["context"].get("at")},
            "device": self.device,
            "harness": answer["trust"]["harness"],
            "space": answer["space"],
            "front": len(self.front),
            "failures": len(self.failed),
        }

    def state(self, key: str) -> str:
        """Return what is known of a candidate here: ``known``, ``failed``, ``unmeasured``, or ``absent`` where it is none."""
        if key in self.known:
            return "known"
        return "failed" if key in self.failed else "unmeasured" if key in self.space else "absent"

    def standing(self, key: str) -> str:
        """Return where a candidate is to the front: ``front``, ``near``, ``dominated``, else its state."""
        if key in self.front:
            return "front"
        if key in self.near:
            return "near"
        return "dominated" if self._is_compared(key) else self.state(key)

    def _is_compared(self, key: str) -> bool:
        """Whether a candidate is one of those that the front is taken of."""
        one = self.known.get(key)
        return one is not None and one["eligible"] and all(metric in one["facts"] for metric in self.answer["objectives"])

    def score(self, key: str, profile: str) -> dict[str, Any] | None:
        """Return how a candidate does for a profile here, and its place among the feasible; None where that is not known."""
        score = self.known.get(key, {"scores": {}})["scores"].get(profile)
        if score is None:
            return None
        violations = [one["constraint"] for one in score["violations"]]
        rank = self.ranks.get(profile, {}).get(key)
        return {"utility": score["utility"], "half_width": score["half_width"], "violations": violations, "rank": rank}

    def outcome(self, profile: str) -> str:
        """Return what a profile came to here; ``unmeasured`` where nothing is known, ``absent`` where it is no profile."""
        told = self.answer["profiles"].get(profile)
        if told is None:
            return "absent"
        return "unmeasured" if told["candidate"] is None else "recommended" if told["feasible"] else "infeasible"

    def deployed(self, profile: str) -> str | None:
        """Return what is recommended for a profile here, if something is."""
        told = self.answer["profiles"].get(profile)
        label = since.deployed(told) if told else None
        return None if label is None else self.key(label)


def _candidate(key: str, sides: Sequence[_Side]) -> dict[str, Any]:
    first = next(side.known[key] for side in sides if key in side.known)
    return {
        "candidate": key,
        **{name: first[name] for name in ("model", "passes", "runtime", "batch_size")},
        "facts": [side.known[key]["facts"] if key in side.known else None for side in sides],
        "standing": [side.standing(key) for side in sides],
    }


def _profiles(sides: Sequence[_Side]) -> dict[str, Any]:
    """Return what is recommended where, by profile, and how each of these does everywhere."""
    names = dict.fromkeys(name for side in sides for name in side.answer["profiles"])
    return {name: _profile(name, sides) for name in names}


def _profile(name: str, sides: Sequence[_Side]) -> dict[str, Any]:
    deployed = [side.deployed(name) for side in sides]
    priorities = [told for side in sides if (told := side.answer["priorities"].get(name)) is not None]
    return {
        "outcomes": [side.outcome(name) for side in sides],
        "deployed": deployed,
        "feasible": [len(side.ranks.get(name, {})) for side in sides],
        "same": all(one == priorities[0] for one in priorities),
        "rows": [
            {
                "candidate": key,
                "states": [side.state(key) for side in sides],
                "scores": [side.score(key, name) for side in sides],
                "loses": [_lost(key, best, side, name) for side, best in zip(sides, deployed, strict=True)],
            }
            for key in dict.fromkeys(filter(None, deployed))
        ],
    }


def _lost(key: str, best: str | None, side: _Side, profile: str) -> float | None:
    """Return how much utility less than the best a candidate has on a side; None where one of them is not known."""
    mine, its = side.score(key, profile), side.score(best, profile) if best else None
    return its["utility"] - mine["utility"] if mine and its else None


def _pair(i: int, j: int, sides: Sequence[_Side]) -> dict[str, Any]:
    one, other = sides[i], sides[j]
    shared = [key for key in one.known if key in other.known]
    same = one.answer["suite"] == other.answer["suite"] and _id(one) == _id(other)
    artifacts = [(one.known[key]["artifact"], other.known[key]["artifact"]) for key in shared]
    return {
        "one": i,
        "other": j,
        "runs": same,
        "shared": len(shared),
        "same_artifact": sum(a is not None and a == b for a, b in artifacts),
        "metrics": {name: told for name in one.answer["metrics"] if (told := _metric(name, shared, one, other))},
        "profiles": {name: told for name in one.answer["profiles"] if (told := _ranked(name, shared, one, other))},
        "changed": _changed(one.answer, other.answer) if same else None,
    }


def _id(side: _Side) -> str:
    return str(side.answer["environment"]["id"])


def _changed(before: Answer, now: Answer) -> dict[str, Any]:
    """Return what the later of two answers of one suite and environment says that the earlier did not."""
    everyone = [one["candidate"] for one in before["candidates"]]
    return since.compare(since.snapshot({**before, "notable": everyone}), now)


def _metric(name: str, shared: Sequence[str], one: _Side, other: _Side) -> dict[str, Any] | None:
    """Return how a metric of two sides agrees: the middle of its changes, how many are beyond noise, how alike the orders are."""
    pairs = [
        (mine, its)
        for key in shared
        if (mine := one.known[key]["facts"].get(name)) and (its := other.known[key]["facts"].get(name))
    ]
    if not pairs:
        return None
    distinct = list({tuple(fact[end] for fact in pair for end in ENDS): pair for pair in pairs}.values())
    return {
        "n": len(pairs),
        "distinct": len(distinct),
        "beyond_noise": sum(since.is_beyond_noise(mine, its) for mine, its in distinct),
        "change": _middle(distinct),
        **_order(distinct),
    }


def _middle(pairs: Sequence[tuple[Figures, Figures]]) -> dict[str, Any]:
    """Return the median of the changes from one side to the other, and the quartiles around it."""
    found = [
        changes.ratio(_estimate(its), _estimate(mine)) for mine, its in pairs if mine["unit"] not in (units.SHARE, units.NUMBER)
    ]
    ratios = [one.value for one in found if one]
    kind, values = ("ratio", ratios) if len(ratios) == len(pairs) else ("difference", [b["value"] - a["value"] for a, b in pairs])
    low, value, high = np.quantile(values, (0.25, 0.5, 0.75)).tolist()
    return {"kind": kind, "value": value, "low": low, "high": high}


def _estimate(fact: Figures) -> Estimate:
    return Estimate(fact["value"], fact["low"], fact["high"], 0)


def _order(pairs: Sequence[tuple[Figures, Figures]]) -> dict[str, Any]:
    """Return how alike the candidates are ordered, facts that several share counted once."""
    ends = {end: tuple(np.array([pair[side][end] for pair in pairs]) for side in (0, 1)) for end in ENDS}
    sure = agreement.surely_ordered(*zip(ends["low"], ends["high"], strict=True))
    return {"rank": _told(agreement.rank_agreement(*ends["value"])), "sure": sure._asdict()}


def _ranked(name: str, shared: Sequence[str], one: _Side, other: _Side) -> dict[str, Any] | None:
    """Return how alike two sides order candidates by their utility for a profile."""
    scores = list(_utilities(name, shared, one, other))
    if not scores:
        return None
    return {"n": len(scores), "rank": _told(agreement.rank_agreement(*zip(*scores, strict=True)))}


def _utilities(name: str, shared: Sequence[str], one: _Side, other: _Side) -> Iterator[tuple[float, float]]:
    for key in shared:
        mine, its = (side.known[key]["scores"].get(name) for side in (one, other))
        if mine and its:
            yield mine["utility"], its["utility"]


def _told(found: Agreement | None) -> dict[str, Any] | None:
    return None if found is None else found._asdict()
