"""What a reader should know before trusting the figures of a recommendation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from harness.metrics import EXPLAINED, QUALITIES
from harness.report import wording

_QUALITIES = {
    "contended": "Measured while the machine was busy",
    "throttled": "Measured while the processor changed its speed",
}
"""What a quality other than clean means for a reader."""


def cautions(one: Mapping[str, Any], candidate: Mapping[str, Any] | None, priorities: Mapping[str, Any]) -> tuple[str, ...]:
    """Return what to know of a profile's recommendation; of estimated and absent figures, those that the profile looks at."""
    wanted = _wanted(priorities)
    noted = sorted({fact["quality"] for fact in one["facts"].values()} - {"clean"})
    said = [f"{_QUALITIES.get(quality, f'Noted as {quality}')}: {_listed(one['facts'], quality)}." for quality in noted]
    estimated = [wording.metric(name) for name in wanted if wording.is_estimate(one["facts"].get(name, {}))]
    said += [f"Estimated, not measured: {wording.listed(estimated)}."] if estimated else []
    open_ = [wording.metric(name) for name in wording.open_ranges(priorities)]
    said += [f"Adds nothing: {wording.listed(open_)}; {wording.NO_RANGE}."] if open_ else []
    withheld = (candidate or {}).get("withheld", {})
    said += [_absent(name, withheld[name]) for name in dict.fromkeys((*wanted, *QUALITIES)) if name in withheld]
    explanation = (candidate or {}).get("explanation")
    if explanation and not explanation["versus_random"]["beats"] and EXPLAINED & set(wanted):
        said.append(f"Its {wording.explained(explanation)}.")
    if one["candidate"] and not one["baseline_facts"]:
        said.append("Its baseline has no figures yet, so nothing is compared.")
    return tuple(said)


def _listed(facts: Mapping[str, wording.Fact], quality: str) -> str:
    return wording.listed([wording.metric(name) for name, fact in facts.items() if fact["quality"] == quality])


def _absent(name: str, why: Mapping[str, Any]) -> str:
    if "needs" in why:
        return f"No {wording.metric(name)}: it needs {why['needs']:,} queries and there were {why['has']:,}."
    return f"No {wording.metric(name)}: {wording.absence(why).rstrip('.')}."


def _wanted(priorities: Mapping[str, Any]) -> list[str]:
    """Return the metrics that the profile weighs or constrains."""
    constrained = [constraint["metric"] for constraint in priorities.get("constraints", ())]
    return list(dict.fromkeys((*priorities.get("weights", ()), *constrained)))
