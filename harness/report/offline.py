"""What every page of ours has in common: one file that opens offline.

Whatever comes from facts is text, never markup or code: jinja escapes it, data is JSON in which no ``<`` is left, and a page's
policy runs only the scripts whose digest it names and loads nothing, but for the one file beside a light page that is ``Linked``.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from importlib.resources import files
from typing import Any, NamedTuple

from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup

from harness.report import wording


class Linked(NamedTuple):
    """A script in a file beside the page."""

    file: str
    nonce: str
    """What the page's policy knows it by: a browser can check the digest of a file only if a server sent it."""


def linked(file: str, data: str) -> Linked:
    """Return a script beside a page of ``data``, which cannot name it: its nonce is the digest of all of them."""
    return Linked(file, _digest(data))


def environment() -> Environment:
    """Return what renders our templates."""
    made = Environment(
        loader=FunctionLoader(template), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    made.globals["count"] = wording.count
    made.filters["words"] = wording.metric
    made.filters["sentence"] = wording.sentence
    return made


def render(name: str, scripts: Mapping[str, str | Linked], **told: Any) -> str:
    """Return the page of a template of ours that extends ``frame.html``, with its scripts at the end, in their order."""
    return (
        environment()
        .get_template(name)
        .render(
            **told,
            policy=policy(scripts),
            style=Markup(template("page.css")),  # noqa: S704 - our own file
            scripts=[one if isinstance(one, Linked) else Markup(one) for one in scripts.values()],  # noqa: S704 - our own files and plotly's
        )
    )


def script(name: str) -> str:
    """Return one of our own scripts."""
    return template(f"scripts/{name}.js")


def template(name: str) -> str:
    """Return one of our own files."""
    return files("harness.report").joinpath("templates", name).read_text(encoding="utf-8")


def as_data(value: Any) -> Markup:
    """Return ``value`` as JSON that can stand in a script element: nothing in it can close the element or open a comment."""
    text = json.dumps(value, ensure_ascii=True, allow_nan=False, separators=(",", ":"))
    return Markup(text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026"))  # noqa: S704 - escaped here


def policy(scripts: Mapping[str, str | Linked]) -> str:
    """Return what the page may do. Plotly sets styles inline, and makes the pictures it saves as data."""
    allowed = " ".join(
        f"'nonce-{one.nonce}'" if isinstance(one, Linked) else f"'sha256-{_digest(one)}'" for one in scripts.values()
    )
    return (
        f"default-src 'none'; script-src {allowed}; style-src 'unsafe-inline'; img-src data: blob:; "
        "connect-src 'none'; base-uri 'none'; form-action 'none'"
    )


def _digest(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
