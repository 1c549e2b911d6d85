"""The page: one file that opens offline, made of facts alone.

Whatever comes from facts is text, never markup or code: jinja escapes it, the chart's data is JSON in which no ``<`` is left,
and the page's policy runs only the scripts whose digest it names and loads nothing.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from importlib.resources import files
from typing import Any

from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup

from harness.report import cards, chart, figures, icicle, memory, payoff, surroundings, table, wording


def render(facts: Mapping[str, Any]) -> str:
    """Return the page of ``facts``."""
    scripts = {"plotly": figures.library(), **{name: _template(f"{name}.js") for name in ("table", "chart", "memory", "icicle")}}
    fixed = {"layout": figures.layout(), "config": figures.config()}
    drawing, lines = {**chart.chart(facts), **fixed}, memory.memory(facts)
    payoffs, pictures = payoff.payoffs(facts), icicle.icicles(facts)
    return (
        _environment()
        .get_template("page.html")
        .render(
            facts=facts,
            cards=cards.cards(facts),
            drawing=drawing,
            drawing_json=_as_data(drawing),
            memory=lines,
            memory_json=_as_data({"lines": lines, **fixed}),
            payoffs=payoffs,
            at_length=payoff.at_length(payoffs),
            pictures=pictures,
            pictures_json=_as_data({"pictures": pictures, **fixed}),
            table=table.table(facts),
            failures=surroundings.failures(facts),
            failure_kinds=surroundings.failure_kinds(facts),
            space=surroundings.space(facts),
            machine=surroundings.machine(facts),
            environment=surroundings.environment(facts),
            objectives=wording.listed([wording.metric(name) for name in facts["objectives"]]),
            policy=_policy(scripts),
            style=Markup(_template("page.css")),  # noqa: S704 - our own file
            scripts={name: Markup(text) for name, text in scripts.items()},  # noqa: S704 - our own files and plotly's
        )
    )


def _environment() -> Environment:
    environment = Environment(
        loader=FunctionLoader(_template), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.globals["count"] = wording.count
    environment.filters["words"] = wording.metric
    return environment


def _template(name: str) -> str:
    return files("harness.report").joinpath("templates", name).read_text(encoding="utf-8")


def _as_data(value: Any) -> Markup:
    """Return ``value`` as JSON that can stand in a script element: nothing in it can close the element or open a comment."""
    text = json.dumps(value, ensure_ascii=True, allow_nan=False, separators=(",", ":"))
    return Markup(text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026"))  # noqa: S704 - escaped here


def _policy(scripts: Mapping[str, str]) -> str:
    """Return what the page may do. Plotly sets styles inline, and makes the pictures it saves as data."""
    allowed = " ".join(f"'sha256-{_digest(text)}'" for text in scripts.values())
    return (
        f"default-src 'none'; script-src {allowed}; style-src 'unsafe-inline'; img-src data: blob:; "
        "connect-src 'none'; base-uri 'none'; form-action 'none'"
    )


def _digest(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
