"""The page: one file that loads nothing, whose names are text, for every kind of answer."""

import base64
import hashlib
import json
import re
from html.parser import HTMLParser

import pytest

from harness.report import figures, page

LOADING = {"src", "srcset", "href", "action", "data", "poster", "formaction", "background", "cite"}


class Elements(HTMLParser):
    """Collects elements, the text of scripts, and all other text."""

    def __init__(self, text):
        super().__init__()
        self.found, self.scripts, self.text, self._open = [], [], [], None
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))
        self._open = (tag, dict(attrs), [])

    def handle_data(self, data):
        if self._open and self._open[0] == "script":
            self.scripts.append((self._open[1], data))
        elif not self._open or self._open[0] != "style":
            self.text.append(data)

    def handle_endtag(self, tag):
        self._open = None


@pytest.fixture(autouse=True, scope="module")
def small_library():
    """Stand in for the five megabytes of plotly.js, which every page would carry through the parser."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(figures, "library", lambda: "var Plotly = {};")
        yield


@pytest.fixture
def policy_of():
    def read(elements):
        return next(a["content"] for tag, a in elements.found if a.get("http-equiv") == "Content-Security-Policy")

    return read


def test_nothing_is_loaded(any_answer):
    for tag, attributes in Elements(page.render(any_answer)).found:
        for name in LOADING & attributes.keys():
            assert re.match(r"(#|facts\.json$|data:,$|data:image/png;base64,)", attributes[name]), (tag, name, attributes[name])


def test_the_style_loads_nothing(answer):
    style = re.search(r"<style>(.*?)</style>", page.render(answer), re.S).group(1)
    assert "url(" not in style
    assert "@import" not in style


def test_the_policy_allows_the_scripts_that_are_there_and_no_others(any_answer, policy_of):
    elements = Elements(page.render(any_answer))
    policy = policy_of(elements)
    assert "default-src 'none'" in policy
    assert "script-src 'sha256-" in policy
    assert "unsafe-inline" not in policy.split("style-src")[0]
    for attributes, text in elements.scripts:
        if attributes.get("type") != "application/json":
            assert base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() in policy


def blocks(text):
    """Return what the page holds as data, by the id of its element."""
    found = {
        attributes["id"]: data for attributes, data in Elements(text).scripts if attributes.get("type") == "application/json"
    }
    assert not [data for data in found.values() if "<" in data]
    return {name: json.loads(data) for name, data in found.items()}


@pytest.mark.parametrize("kind", ["hostile", "hostile charted", "hostile compressed"])
def test_hostile_names_are_text(kind, kinds):
    elements = Elements(page.render(kinds[kind]()))
    assert not [attributes for tag, attributes in elements.found if tag == "img"]
    assert not [name for _, attributes in elements.found for name in attributes if name.startswith("on")]
    assert all(text.startswith(('"use strict"', "var Plotly", "{")) for _, text in elements.scripts), "no script but ours"
    assert "document.title='owned'" in "".join(elements.text)
    assert "{{ 7 * 7 }}" in "".join(elements.text)


def test_the_data_in_the_page_is_what_the_charts_are_drawn_from(kinds):
    told = blocks(page.render(kinds["hostile charted"]()))
    assert [label.startswith(("toy", "tiny")) for label in told["page-data"]["labels"]] == [True, True, True]
    assert told["page-data"]["values"]["latency_p90"]["value"] == [0.010, 0.002, 0.001]
    assert told["charts-data"]["batches"] == [{"latency": "latency_p90", "rows": [1, 2]}]
    assert told["charts-data"]["memory"] == {"0": {"seconds": [0.0, 0.1], "bytes": [1e7, 8e7]}}


def test_the_answer_comes_first(answer):
    text = page.render(answer)
    assert "Deploy</span> toy, quantized (static), on onnxruntime (threads=1), one sample per query." in text
    sections = re.findall(r'<section id="([a-z-]+)"', text)
    assert sections == ["answer", "what-if", "trade-offs", "candidates", "failures", "trust"]


def test_nothing_feasible_is_said_clearly(kinds):
    text = page.render(kinds["infeasible"]())
    assert "Nothing meets every constraint." in text
    assert "misses by <strong>30 pp</strong>" in text


def test_a_store_that_knows_nothing_makes_a_page_that_says_so(kinds):
    text = page.render(kinds["without anything"]())
    for said in ("Nothing can be recommended yet.", "There is nothing to draw", "Nothing was measured", "No candidate failed."):
        assert said in text


def test_a_withheld_percentile_says_what_it_needs(kinds):
    assert "needs 662, has 200" in page.render(kinds["with gaps"]())


def test_an_estimate_is_not_in_bold_and_a_difference_says_what_was_gained_and_lost(kinds):
    text = page.render(kinds["with estimates"]())
    assert '<span class="change plain estimate">≈ 5.0× less energy</span>' in text
    assert "gained 3, lost 7 of 540 samples (p = 0.23)" in text
    assert "<code>energy &lt;= 2 mJ</code> (by an estimate)" in text


@pytest.mark.parametrize("section", ["speed", "memory", "search"])
def test_what_can_be_drawn_has_a_section_and_only_that(section, kinds):
    assert f'id="{section}"' not in page.render(kinds["made up"]())
    elements = Elements(page.render(kinds["charted"]()))
    assert ("a", {"href": f"#{section}"}) in elements.found
    assert [attributes for tag, attributes in elements.found if tag == "section" and attributes["id"] == section]


def test_the_page_tells_why_the_search_stopped(kinds):
    text = page.render(kinds["charted"]())
    assert "The search stopped because the suite&#39;s number of trials was reached." in text


def test_whether_compression_paid_is_told_where_something_is_compressed_and_only_there(kinds):
    assert 'id="compression"' not in page.render(kinds["made up"]())
    text = page.render(kinds["compressed"]())
    assert 'id="compression"' in text
    for said in ("Slower than its parent.", "4.0× smaller", "90 % of the weights are zero.", "prune channels", "became wrong"):
        assert said in text
    assert "Nothing to compare with: parent not measured" in page.render(kinds["without parent"]())


def test_operators_are_drawn_beside_those_of_the_parent(kinds):
    text = page.render(kinds["compressed"]())
    (picture,) = blocks(text)["charts-data"]["icicle"]
    assert [bar["name"] for bar in picture["bars"]] == ["compressed", "parent"]
    shown = [attributes for _, attributes in Elements(text).found if attributes.get("class") == "icicle"]
    assert [attributes["data-picture"] for attributes in shown] == ["0"]
    assert "icicle" not in blocks(page.render(kinds["without parent"]()))["charts-data"]


def test_hostile_names_of_operators_are_escaped_for_the_chart(kinds):
    told = blocks(page.render(kinds["hostile compressed"]()))
    for bar in told["charts-data"]["icicle"][0]["bars"]:
        assert not [text for text in (*bar["labels"], *bar["about"]) if "<" in text]


def test_a_chain_of_passes_is_told_step_by_step(kinds):
    answer = kinds["compressed"]()
    small = answer["candidates"][1]
    prune = {"part": "prune", "label": "prune:ratio=0.5", "options": {}}
    answer["candidates"][2] |= {"model": small["model"], "passes": [prune]}
    small["passes"] = [prune, *small["passes"]]
    text = page.render(answer)
    (table,) = re.findall(r'<table class="steps">.*?</table>', text, re.S)
    assert re.findall(r'<th scope="row">(.*?)</th>', table) == ["pruned (ratio=0.5)", "quantized (static)"]
    assert "20× larger" in table


def test_the_suite_and_the_machine_are_on_the_page(answer):
    text = page.render(answer)
    assert "name: made-up" in text
    assert "Toy CPU, 2 cores" in text


def test_the_chart_offers_no_upload():
    assert figures.config()["showSendToCloud"] is False
    assert figures.config()["plotlyServerURL"] == ""
