"""The page: one file that opens offline, made of facts alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from markupsafe import Markup

from harness.report import cards, chart, figures, icicle, memory, offline, payoff, surroundings, table, wording


def render(facts: Mapping[str, Any]) -> str:
    """Return the page of ``facts``."""
    ours = {name: offline.template(f"{name}.js") for name in ("table", "chart", "memory", "icicle")}
    scripts = {"plotly": figures.library(), **ours}
    fixed = {"layout": figures.layout(), "config": figures.config()}
    drawing, lines = {**chart.chart(facts), **fixed}, memory.memory(facts)
    payoffs, pictures = payoff.payoffs(facts), icicle.icicles(facts)
    return (
        offline.environment()
        .get_template("page.html")
        .render(
            facts=facts,
            cards=cards.cards(facts),
            drawing=drawing,
            drawing_json=offline.as_data(drawing),
            memory=lines,
            memory_json=offline.as_data({"lines": lines, **fixed}),
            payoffs=payoffs,
            at_length=payoff.at_length(payoffs),
            pictures=pictures,
            pictures_json=offline.as_data({"pictures": pictures, **fixed}),
            table=table.table(facts),
            failures=surroundings.failures(facts),
            failure_kinds=surroundings.failure_kinds(facts),
            space=surroundings.space(facts),
            machine=surroundings.machine(facts),
            environment=surroundings.environment(facts),
            objectives=wording.listed([wording.metric(name) for name in facts["objectives"]]),
            policy=offline.policy(scripts),
            style=Markup(offline.template("page.css")),  # noqa: S704 - our own file
            scripts={name: Markup(text) for name, text in scripts.items()},  # noqa: S704 - our own files and plotly's
        )
    )
