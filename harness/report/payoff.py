"""Did compression pay? Each compressed candidate beside its parent, ready to be shown: gains, losses, why it is not faster."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from harness.report import table, wording
from harness.report.comparison import Comparison, compare
from harness.report.steps import Chains, Step

TOLD = ("size", "latency_p50", "throughput", "memory_peak", "accuracy")
"""What is compared, in this order."""

MOST = 8
"""Candidates that are told at length; the table has more."""

TABLED = 200
"""Candidates in the table: very many rows would make the whole page slow, and facts.json has all."""

_VERDICTS = {
    "faster": ("faster", "better"),
    "slower": ("slower", "worse"),
    "even": ("no faster", "even"),
}

_WAYS = {"right": "became right", "wrong": "became wrong", "other": "wrong in another way"}


@dataclass(frozen=True, slots=True)
class Why:
    """A reason why a candidate is not faster, and what to do about it."""

    text: str
    advice: str


@dataclass(frozen=True, slots=True)
class Payoff:
    """One compressed candidate against its parent. ``absent`` says why there is no parent; then nothing is compared."""

    label: str
    model: str
    passes: str
    served: str
    parent: str
    roles: tuple[str, ...]
    """Why it matters: the profiles it is recommended for, ``front``; empty where it is only in the table."""
    verdict: str
    tone: str
    figures: tuple[Comparison, ...]
    flips: str
    flipped: str
    """The share alone, for the table."""
    why: tuple[Why, ...]
    absent: str
    steps: tuple[Step, ...]
    """Pass by pass, where that tells more than the figures: of several passes, or without a parent; only of what matters."""
    picture: int | None
    """Which of the pictures of operators is its own."""
    disturbed: bool
    """Whether something disturbed the timing of its operators, or of its parent's."""


def payoffs(facts: Mapping[str, Any]) -> tuple[Payoff, ...]:
    """Return every compressed candidate, what is recommended first, then the front, then the rest."""
    known = {one["candidate"]: one for one in facts["candidates"]}
    pictured = {label: number for number, label in enumerate(with_profile(facts))}
    chains = Chains(facts)
    told = [_payoff(one, known, facts, pictured, chains) for one in facts["candidates"] if one.get("parent")]
    return tuple(sorted(told, key=_importance))


def at_length(told: Sequence[Payoff]) -> tuple[Payoff, ...]:
    """Return those that matter and of which something is known, or else those whose operators were timed; at most ``MOST``."""
    known = [one for one in told if not one.absent or one.picture is not None or _is_recommended(one)]
    chosen = [one for one in known if one.roles] or [one for one in known if one.picture is not None]
    return tuple(chosen[:MOST])


def with_profile(facts: Mapping[str, Any]) -> list[str]:
    """Return the compressed candidates whose operators were timed."""
    timed = facts.get("operators", {})
    return [one["candidate"] for one in facts["candidates"] if one.get("parent") and one["candidate"] in timed]


def _importance(one: Payoff) -> tuple[bool, bool, bool]:
    return (not _is_recommended(one), not one.roles, one.picture is None)


def _is_recommended(one: Payoff) -> bool:
    return any(role.startswith("★") for role in one.roles)


def _payoff(
    one: Mapping[str, Any], known: Mapping[str, Any], facts: Mapping[str, Any], pictured: Mapping[str, int], chains: Chains
) -> Payoff:
    lineage, label = one["parent"], one["candidate"]
    parent = known.get(lineage["candidate"])
    verdict, tone = _VERDICTS.get(lineage["verdict"] or "", ("speed not measured", "plain"))
    absent = lineage["absent"] or ("" if parent else "parent not measured")
    roles, picture = _roles(label, facts), pictured.get(label)
    tells_more = (roles or picture is not None) and (absent or len(one["passes"]) > 1)
    return Payoff(
        label=label,
        model=one["model"]["label"],
        passes=wording.passes(one["passes"]),
        served=table.served(one),
        parent=lineage["candidate"],
        roles=roles,
        verdict="" if absent else verdict,
        tone=tone,
        figures=_figures(one, parent, lineage, facts["metrics"]) if parent and not absent else (),
        flips=flips_told(lineage["flips"]),
        flipped=_share(lineage["flips"]) if lineage["flips"] else "",
        why=tuple(Why(reason["text"], reason["advice"]) for reason in lineage["why"]),
        absent=absent,
        steps=chains.steps(one) if tells_more else (),
        picture=picture,
        disturbed=any(_is_disturbed(name, facts) for name in (label, lineage["candidate"])),
    )


def _is_disturbed(label: str, facts: Mapping[str, Any]) -> bool:
    return bool(facts.get("operators", {}).get(label, {}).get("quality", "clean") != "clean")


def _roles(label: str, facts: Mapping[str, Any]) -> tuple[str, ...]:
    stars = table.recommended(facts).get(label, ())
    return (*(f"★ {name}" for name in stars), *(["front"] if label in facts["front"] else []))


def _figures(
    one: Mapping[str, Any], parent: Mapping[str, Any], lineage: Mapping[str, Any], metrics: Mapping[str, Any]
) -> tuple[Comparison, ...]:
    same = lineage["changes"].get("accuracy", {})
    paired = {"value": same["difference"], **same} if "gained" in same else None
    return tuple(
        compare(
            name,
            bool(metrics.get(name, {}).get("higher")),
            one["facts"][name],
            parent["facts"].get(name),
            paired if name == "accuracy" else None,
        )
        for name in TOLD
        if name in one["facts"]
    )


def flips_told(flips: Mapping[str, Any] | None) -> str:
    """Return what became of the predictions: ``2.1 % changed (1.2–3.6 %): 3 became right, 7 wrong, 1 wrong otherwise``."""
    if not flips:
        return ""
    if not flips["value"]:
        return f"none of {flips['n']:,} predictions changed"
    low, high = (wording.two_digits(100 * flips[end]) for end in ("low", "high"))
    ways = [f"{flips[name]:,} {text}" for name, text in _WAYS.items() if flips[name]]
    return f"{_share(flips)} of {flips['n']:,} predictions changed ({low}–{high} %): {wording.listed(ways)}"


def _share(flips: Mapping[str, Any]) -> str:
    return f"{wording.two_digits(100 * flips['value'])} %"


def line(one: Payoff) -> str:
    """Return a candidate's payoff in a line, without its name: ``faster than uncompressed (3.9× smaller, …)``."""
    if one.absent:
        return one.absent
    changes = [figure.change for figure in one.figures if figure.change and figure.tone in ("better", "worse")]
    told = f" ({', '.join(changes)})" if changes else ""
    return f"{one.verdict}{' than uncompressed' if one.tone != 'plain' else ''}{told}"
