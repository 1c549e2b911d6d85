"""Two sides of a comparison in words: how alike they order candidates, and what changed from one run to the other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from harness import units
from harness.compare.agreement import LEAST
from harness.report import comparison, wording


@dataclass(frozen=True, slots=True)
class Order:
    """How a metric, or the utility for a profile, agrees between two sides."""

    label: str
    candidates: str
    change: str
    spread: str
    beyond: str
    rank: str
    sure: str


@dataclass(frozen=True, slots=True)
class Changed:
    """What the later of two runs says that the earlier did not."""

    recommendations: tuple[str, ...]
    figures: tuple[tuple[str, str, str, str, str], ...]
    """Candidate, metric, before, now, and whether that is better or worse."""
    versions: tuple[str, ...]
    evaluated: str


@dataclass(frozen=True, slots=True)
class Pair:
    """Two sides beside each other."""

    heading: str
    about: str
    orders: tuple[Order, ...]
    """Of utilities and objectives."""
    others: tuple[Order, ...]
    """Of all other metrics."""
    changed: Changed | None


def pairs(told: Mapping[str, Any]) -> tuple[Pair, ...]:
    """Return the sides two by two."""
    return tuple(_pair(one, told) for one in told["pairs"])


def _pair(one: Mapping[str, Any], told: Mapping[str, Any]) -> Pair:
    first, second = (told["sides"][one[which]]["name"] for which in ("one", "other"))
    orders = {name: _order(name, metric, told["metrics"][name]) for name, metric in one["metrics"].items()}
    main = [name for name in told["objectives"] if name in orders]
    return Pair(
        f"{first} → {second}",
        _about(one),
        (*(_utility(name, each) for name, each in one["profiles"].items()), *(orders[name] for name in main)),
        tuple(order for name, order in orders.items() if name not in main),
        _changed(one["changed"]) if one["changed"] else None,
    )


def _about(pair: Mapping[str, Any]) -> str:
    shared, same = pair["shared"], pair["same_artifact"]
    if not shared:
        return "No candidate is measured on both."
    files = (
        "all of them the same files" if same == shared else f"{same:,} of them the same files" if same else "none the same files"
    )
    what = "two runs of one suite in one environment" if pair["runs"] else "differences between targets or suites, not changes"
    return f"{wording.count(shared, 'candidate')} measured on both, {files}; {what}."


def _utility(name: str, one: Mapping[str, Any]) -> Order:
    return Order(f"utility for {name}", f"{one['n']:,}", "", "", "", _rank(one["rank"], one["n"]), "")


def _order(name: str, one: Mapping[str, Any], metric: Mapping[str, Any]) -> Order:
    change, spread = _middle(name, metric, one["change"])
    pairs, alike = one["sure"]["pairs"], one["sure"]["alike"]
    return Order(
        wording.metric(name),
        f"{one['n']:,}" + (f" ({one['distinct']:,} distinct)" if one["distinct"] < one["n"] else ""),
        change,
        spread,
        f"{one['beyond_noise']:,} of {one['distinct']:,}",
        _rank(one["rank"], one["distinct"]),
        f"{alike:,} of {pairs:,}" if pairs else "none",
    )


def _rank(found: Mapping[str, float] | None, distinct: int) -> str:
    """Return a rank correlation with its interval, ``0.93 (0.88 to 0.96)``; why there is none, where there is none."""
    if found is None:
        return "too few" if distinct < LEAST else "all the same"
    value, low, high = (wording.signed(found[end], 2).lstrip("+") for end in ("value", "low", "high"))
    return f"{value} ({low} to {high})"


def _middle(name: str, metric: Mapping[str, Any], change: Mapping[str, Any]) -> tuple[str, str]:
    """Return the median of a metric's changes in words, and its quartiles."""
    ends = [change[end] for end in ("value", "low", "high")]
    if change["kind"] == "difference":
        scale, unit, decimals = (100, " pp", 1) if metric["unit"] == units.SHARE else (1, "", 3)
        value, low, high = (wording.signed(end * scale, decimals) for end in ends)
        return f"{value}{unit}", f"{low} to {high}{unit}"
    better, worse = comparison.words(name, metric["higher"])
    gains = ends if metric["higher"] else [1 / end for end in (ends[0], ends[2], ends[1])]
    turned = gains[0] < 1
    value, low, high = ([1 / end for end in (gains[0], gains[2], gains[1])]) if turned else gains
    spread = "" if low == high else f"{comparison.factor(low)} to {comparison.factor(high)}×"
    factor = comparison.factor(value)
    return "the same" if factor == "1.00" else f"{factor}× {worse if turned else better}", spread


def _changed(told: Mapping[str, Any]) -> Changed:
    before, now = told["evaluated"]
    return Changed(
        tuple(_recommendation(one) for one in told["recommendations"]),
        tuple(_figure(one) for one in told["figures"]),
        tuple(f"{name} {old or 'none'} → {new or 'none'}" for name, (old, new) in told["versions"].items()),
        f"{before:,} candidates evaluated then, {now:,} now" if before != now else "",
    )


def _recommendation(one: Mapping[str, Any]) -> str:
    before, after = (one[when] or "nothing feasible" for when in ("before", "after"))
    why = "; ".join(reason["words"] for reason in one["why"])
    return f"{one['profile']}: {before} → {after}" + (f", since {why}" if why else "")


def _figure(one: Mapping[str, Any]) -> tuple[str, str, str, str, str]:
    before, after = (wording.with_interval({**one[when], "unit": one["unit"]}) for when in ("before", "after"))
    return one["candidate"], wording.metric(one["metric"]), before, after, "better" if one["better"] else "worse"
