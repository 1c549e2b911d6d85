"""The page: one file that opens offline, made of facts alone.

It is a row of sections, each a template with a script of its own. What several of them draw is in the page once, as columns
(``page_data``); ``page.js`` gives it to their scripts, with the selection and the setting that they share.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from harness.report import (
    axes,
    behaviour,
    cards,
    charts,
    details,
    explained,
    failures,
    figures,
    gaps,
    glass,
    mistakes,
    offline,
    page_data,
    payoff,
    surroundings,
    table,
    trust,
    wording,
)

ADDRESS: Final = ("written", "fragment", "address")
"""The scripts that take the setting from the page's address. They come first, so that all others find it as that tells it."""

KNOWN: Final = ("outcomes", "candidates", "cells")
"""The scripts that say what is known of every candidate, and what becomes of it."""

WHAT_IF: Final = ("turns", "wishes", "weights", "bounds", "result")
"""The scripts that turn the setting and tell what comes of it."""

TABLE: Final = ("sift", "details", "filters", "sheet", "table")
"""The scripts of the table of candidates, each after those it uses."""


def render(facts: Mapping[str, Any], light: bool = False) -> str:
    """Return the page of ``facts``, a ``light`` one with plotly.js in a file beside it."""
    drawn, payoffs = charts.charts(facts), payoff.payoffs(facts)
    told = details.details(facts)
    tabled = bool(told["columns"] or told["others"])
    turnable = bool(told["columns"] and facts["priorities"])
    reasons, behaves, costs = explained.section(facts), behaviour.behaviour(facts), mistakes.section(facts)
    sections = {
        "answer": "Answer",
        **({"what-if": "What if"} if turnable else {}),
        "trade-offs": "Trade-offs",
        **({"speed": "Speed"} if drawn.keys() & {"latencies", "batches", "rates"} else {}),
        **({"memory": "Memory"} if "memory" in drawn else {}),
        **({"search": "Search"} if "searching" in drawn else {}),
        **({"compression": "Compression"} if payoffs else {}),
        **({"explanations": "Explanations"} if reasons else {}),
        **({"behaviour": "Behaviour"} if behaves else {}),
        **({"mistakes": "Mistakes"} if costs else {}),
        "candidates": "Candidates",
        "failures": "Failures",
        "trust": "Trust",
    }
    scripts = {
        **{name: offline.script(name) for name in ("look", "units", "comparison", "utility", "page", "elements", "sections")},
        **({name: offline.script(name) for name in ADDRESS} if turnable else {}),
        **({name: offline.script(name) for name in KNOWN} if tabled else {}),
        **({name: offline.script(name) for name in WHAT_IF} if turnable else {}),
        "answer": offline.script("answer"),
        **({name: offline.script(name) for name in TABLE} if tabled else {}),
        **({"plotly": figures.beside(facts) if light else figures.library()} if drawn else {}),
        **{name: offline.script(name) for name in (*charts.SHARED, *drawn) if drawn},
    }
    return offline.render(
        "page.html",
        scripts,
        facts=facts,
        sections=list(sections.items()),
        data_json=offline.as_data(page_data.page_data(facts)),
        cards=cards.cards(facts),
        charts=drawn,
        charts_json=offline.as_data(drawn),
        axes=[axes.axis(name, facts) for name in axes.metrics(facts)],
        scenarios=charts.scenarios(facts),
        stopped=surroundings.stopped(facts),
        payoffs=payoffs,
        at_length=payoff.at_length(payoffs),
        tabled=payoffs[: payoff.TABLED],
        pictures=drawn.get("icicle", ()),
        explained=reasons,
        readable=glass.models(facts),
        behaves=behaves,
        mistakes=costs,
        details=told,
        details_json=offline.as_data(told),
        front=table.front(facts),
        failures=failures.failures(facts),
        failure_kinds=failures.kinds(facts),
        gaps=gaps.gaps(facts),
        trust=trust.trust(facts),
        excluded=sum(one["count"] for one in facts["space"]["excluded"]),
        machine=surroundings.machine(facts),
        going_on=surroundings.going_on(facts),
        suite_file=wording.suite_file(facts),
        environment=surroundings.environment(facts),
        objectives=wording.listed([wording.metric(name) for name in facts["objectives"]]),
    )
