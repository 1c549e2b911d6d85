"""Hostile names, logs and errors on the page of a whole answer: they are shown as they are written, and do nothing."""

from __future__ import annotations

import copy
import json

import pytest

from harness import report
from harness.store import Store
from tests.answered_many import many
from tests.browser import needs_browser, opened, settled

pytestmark = needs_browser

WHOLE = {"viewport": {"width": 1280, "height": 9000}}
OWN = "document.title='owned'"
HOSTILE = {
    "a script": f"<script>{OWN}</script>",
    "the end of a script": f"</script><script>{OWN}</script>",
    "a comment in a script": f"<!--<script>{OWN}",
    "an image": f"<img src=x onerror={OWN}>",
    "quotes": f'"\'`><b onmouseover="{OWN}">&quot;&#39;',
    "a link": f'<a href="javascript:{OWN}">here</a>',
    "a template": "${document.title='owned'}{{ 7 * 7 }}{% raw %}",
    "right to left": "\u202eevil\u2066\u200f\u061c",
    "line ends of scripts": "a\u2028b\u2029c",
    "no text": "\x00\x07\ufffeend",
    "a prototype": "__proto__",
    "very long": "long" * 500,
}
"""What the name of a model, of a suite and of a profile, an error and its log are."""


@pytest.fixture(scope="session")
def plain(tmp_path_factory):
    """An answer about a few candidates, as it is written to disk."""
    folder = tmp_path_factory.mktemp("plain")
    with Store(f"sqlite:///{folder / 'harness.db'}") as store:
        return json.dumps(many(60, store).answer)


def spoiled(plain: str, text: str):
    """Return the answer with a hostile text for the name of its model and of a profile, and in all that is told of failures."""
    answer = json.loads(plain.replace("net00", json.dumps(text)[1:-1]))
    for failure in answer["failures"]:
        failure |= {"message": text, "log": f"{text}\n{text}", "stage": "load"}
    answer["screened"] = [{"candidate": f"{text}@torch/b1", "why": text, "facts": {}}]
    for kept in ("profiles", "priorities"):
        answer[kept][text] = copy.deepcopy(answer[kept]["edge"])
    answer["priorities"][text]["name"] = text
    for one in answer["candidates"]:
        one["scores"][text] = one["scores"]["edge"]
    return answer | {"suite": text}


def printable(text: str) -> str:
    """Return what of a text a reader sees: what is told of failures is rid of the rest."""
    return "".join(filter(str.isprintable, text))


@pytest.mark.parametrize("kind", HOSTILE)
def test_no_name_no_error_and_no_log_does_anything(browser, plain, tmp_path, kind):
    text = HOSTILE[kind]
    path = report.write(spoiled(plain, text), f"name: {text}\n", tmp_path)
    with opened(browser, path, **WHOLE) as page:
        title = page.title()
        for chart in page.locator(".chart").all():
            chart.scroll_into_view_if_needed()
        settled(page, "document.querySelectorAll('.js-plotly-plot').length === document.querySelectorAll('.chart').length")
        for opener in page.locator(".opener").all()[:3]:
            opener.click()
        page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
        page.locator(".tabs label").last.click()
        page.locator("#filter").fill(text[:50])
        assert page.title() == title != "owned"
        assert page.locator("img, iframe, object, embed, a[href^='javascript'], [onmouseover], [onerror]").count() == 0
        assert page.evaluate("document.documentElement.scrollWidth") == 1280
        assert page.evaluate("page.profile()") == text
        assert printable(text[:40]) in printable(page.locator("#failures").text_content())
