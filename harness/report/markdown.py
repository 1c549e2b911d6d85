"""The report for a pull request: at most sixty lines of Markdown, in which names are code and never markup."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from harness.report import behaviour, failures, mistakes, payoff, surroundings, trust, wording
from harness.report.cards import Card, Miss, cards

_ESCAPED = str.maketrans({"&": "&amp;", "<": "&lt;", "@": "&#64;"} | {sign: f"\\{sign}" for sign in r"\`*[]|#!~"})

MOST_LINES = 60
MOST_PROFILES = 8
MOST_ON_FRONT = 15
MOST_FAILURES = 5
MOST_CHANGES = 4


def render(facts: Mapping[str, Any]) -> str:
    """Return the report of ``facts``, at most ``MOST_LINES``: the front has what all else leaves."""
    told = cards(facts)
    known = _known(facts)
    above = (_heading(facts), _answers(told), _details(told, known), _changed(facts))
    below = (_failures(facts), _footing(facts))
    left = MOST_LINES - sum(len(part) for part in (*above, *below))
    parts = (*above, _front(facts, left), *below)
    return "\n".join(line for part in parts for line in part) + "\n"


def _heading(facts: Mapping[str, Any]) -> list[str]:
    space = facts["space"]
    evaluated = f"{space['evaluated']} of {wording.count(space['candidates'], 'candidate')} evaluated"
    going_on = surroundings.going_on(facts)
    return [
        f"# {plain(facts['suite'])}: what to deploy",
        "",
        f"On {plain(surroundings.machine(facts))}; {evaluated}.",
        "",
        *([f"**{plain(going_on)}**", ""] if going_on else []),
    ]


def _answers(told: Sequence[Card]) -> list[str]:
    rows = [
        f"| {code(card.profile)} | {_deploy(card)} | {card.utility if card.label else '–'} | {_against(card)} |"
        for card in told[:MOST_PROFILES]
    ]
    head = ["| profile | deploy | utility | against the baseline |", "|---|---|---|---|"]
    return [*head, *rows, *_left_out(len(told) - MOST_PROFILES, "profile"), ""] if told else ["No profile.", ""]


def _deploy(card: Card) -> str:
    if not card.label:
        return "nothing was measured"
    return code(card.label) if card.feasible else f"**nothing is feasible**; nearest {code(card.label)}"


def _against(card: Card) -> str:
    if card.is_baseline:
        return "this is the baseline"
    changes = [f"{one.change}{f' ({one.ends})' if one.ends else ''}" for one in card.headlines if one.change]
    return "; ".join(changes) or "–"


def _known(facts: Mapping[str, Any]) -> dict[str, list[str]]:
    """Return what else is told of each candidate: whether compression paid, how it behaves, what its mistakes cost."""
    found: dict[str, list[str]] = {}
    for paid in payoff.payoffs(facts):
        found.setdefault(paid.label, []).append(f"compression: {payoff.line(paid)}")
    for one in behaviour.behaviour(facts):
        found.setdefault(one.label, []).append(f"behaviour: {behaviour.line(one)}")
    for label, text in mistakes.lines(facts).items():
        found.setdefault(label, []).append(f"mistakes: {text}")
    return found


def _details(told: Sequence[Card], known: Mapping[str, Sequence[str]]) -> list[str]:
    """Return a line per profile: what is tied, what came next, or what is broken; and what else is known of the candidate."""
    lines = [
        f"- {code(card.profile)}: {'; '.join((*_remarks(card), *map(plain, known.get(card.label, ()))))}"
        for card in told[:MOST_PROFILES]
        if card.label
    ]
    return [*lines, ""] if lines else []


def _remarks(card: Card) -> list[str]:
    if not card.feasible:
        return [f"{code(miss.constraint)} {_missed(miss)}" for miss in card.misses]
    tied = f"{wording.count(len(card.tied), 'candidate')} tied" if card.tied else "no tie"
    runner_up = [f"runner-up {code(card.runner_up.label)}: {plain(card.runner_up.why)}"] if card.runner_up else []
    prior = [f"accuracy as {card.published}"] if card.published else []
    sure = [plain(card.sure)] if card.sure else []
    changes = [f"changes if {plain(text)}" for text in card.changes]
    return [tied, *runner_up, *sure, *changes, *prior, *(plain(text.rstrip(".")) for text in card.cautions)]


def _missed(miss: Miss) -> str:
    if miss.within_noise:
        return f"kept only within the noise of {miss.value}"
    return f"missed by {miss.by}" if miss.by else "not known"


def _changed(facts: Mapping[str, Any]) -> list[str]:
    """Return what the answer before did not say, if there was one that was another."""
    told = trust.trust(facts).since
    if told is None:
        return []
    recommended = [
        f"- {code(one.profile)}: {code(one.after)} instead of {code(one.before)}{_because(one.why)}"
        for one in told.recommendations
    ]
    figures = [f"{plain(one.label)} of {code(one.candidate)} {one.before} → {one.after} ({one.tone})" for one in told.figures]
    lines = [
        *recommended[:MOST_CHANGES],
        *([f"- and {len(recommended) - MOST_CHANGES} more profiles"] if len(recommended) > MOST_CHANGES else []),
        *([f"- moved beyond noise: {_some(figures)}"] if figures else []),
        *([f"- versions: {_some([plain(text) for text in told.versions])}"] if told.versions else []),
        *([f"- {told.evaluated}"] if told.evaluated else []),
    ]
    return [f"## Changed since {plain(told.at) or 'the answer before'}", "", *(lines or ["Nothing that a profile looks at."]), ""]


def _because(why: Sequence[str]) -> str:
    return f": {plain('; '.join(why))}" if why else ""


def _some(texts: Sequence[str]) -> str:
    """Return a few of ``texts`` on a line, and how many others there are."""
    others = len(texts) - MOST_CHANGES
    return "; ".join(texts[:MOST_CHANGES]) + (f"; and {others} more" if others > 0 else "")


def _front(facts: Mapping[str, Any], left: int) -> list[str]:
    """Return the front in ``left`` lines or fewer, its heading and what it leaves out told in seven of them."""
    most = min(MOST_ON_FRONT, left - 7)
    objectives = list(facts["objectives"][:5])
    known = {one["candidate"]: one for one in facts["candidates"]}
    members = sorted((label for label in facts["front"] if label in known), key=lambda label: _interest(known[label]))
    if not members:
        return ["## Pareto front", "", "Empty: no candidate has every objective.", ""]
    return [
        "## Pareto front",
        "",
        f"| candidate | {' | '.join(plain(wording.metric(name)) for name in objectives)} |",
        "|---|" + "---|" * len(objectives),
        *(_row(label, known[label]["facts"], objectives) for label in members[:most]),
        *_left_out(len(members) - most, "candidate"),
        "",
    ]


def _interest(candidate: Mapping[str, Any]) -> float:
    """Return an order in which those come first that serve some profile best."""
    return -max((one["utility"] for one in candidate["scores"].values() if not one["violations"]), default=-1.0)


def _row(label: str, facts: Mapping[str, wording.Fact], objectives: Sequence[str]) -> str:
    return f"| {' | '.join((code(label), *(_figure(facts, name) for name in objectives)))} |"


def _figure(facts: Mapping[str, wording.Fact], name: str) -> str:
    return wording.with_interval(facts[name]) if name in facts else "–"


def _failures(facts: Mapping[str, Any]) -> list[str]:
    found = failures.failures(facts)
    if not found:
        return []
    lines = [
        f"- {plain(f'{one.kind} in {one.stage}'.replace('_', ' '))}, {wording.count(len(one.candidates), 'candidate')}: "
        f"{code(one.message[:160])}"
        for one in found[:MOST_FAILURES]
    ]
    return [
        f"## Failures: {plain(failures.kinds(facts))}",
        "",
        *lines,
        *_left_out(len(found) - MOST_FAILURES, "cause"),
        "",
    ]


def _footing(facts: Mapping[str, Any]) -> list[str]:
    told = "; ".join(f"{name.lower()}: {plain(text)}" for name, text in surroundings.space(facts))
    return [f"{told}. Figures in brackets are 95 % intervals; all of them are in `facts.json` and `facts.csv`."]


def _left_out(number: int, what: str) -> list[str]:
    return ["", f"And {wording.count(number, f'more {what}')}."] if number > 0 else []


def code(text: str) -> str:
    """Return ``text`` as code, in which nothing is markup and no name is a mention; fit for a table."""
    flat = " ".join(text.split()).replace("`", "'").replace("|", "\\|")
    return f"`{flat}`" if flat else "–"


def plain(text: str) -> str:
    """Return ``text`` on one line, with all that Markdown, HTML or a mention would be made of taken as it is."""
    return " ".join(text.split()).translate(_ESCAPED)
