"""A light page is small and may load its library beside it, nothing else; that of a run that goes on says so."""

import re

import pytest

from harness import report
from harness.report import page
from tests.browser import needs_browser, started


def policy(path):
    return re.search(r'Content-Security-Policy" content="([^"]*)"', path.read_text("utf-8")).group(1)


@pytest.fixture
def answer(kinds):
    return kinds["charted"]()


def test_a_light_page_is_small_and_its_library_lies_beside_it(answer, tmp_path):
    light, whole = report.write(answer, "", tmp_path / "light", light=True), report.write(answer, "", tmp_path / "whole")
    library = light.parent / "plotly.min.js"
    assert light.stat().st_size < 1_000_000 < library.stat().st_size
    assert light.stat().st_size + library.stat().st_size == pytest.approx(whole.stat().st_size, abs=1000)
    assert not (whole.parent / "plotly.min.js").exists()


def test_its_policy_names_that_script_by_a_nonce_which_its_own_facts_cannot_know(answer, tmp_path):
    path = report.write(answer, "", tmp_path, light=True)
    (nonce,) = re.findall(r"'nonce-([^']*)'", policy(path).replace("&#39;", "'").replace("&#43;", "+"))
    (given,) = re.findall(r'<script src="plotly.min.js" nonce="([^"]*)"></script>', path.read_text("utf-8"))
    assert given.replace("&#43;", "+") == nonce
    other = report.write(answer | {"suite": nonce}, "", tmp_path / "other", light=True)
    assert nonce not in policy(other)
    assert "nonce" not in policy(report.write(answer, "", tmp_path / "whole"))


def test_the_same_facts_give_the_same_light_page(answer):
    assert page.render(answer, light=True) == page.render(answer, light=True)


@needs_browser
def test_a_light_page_draws_from_disk_and_can_load_nothing_else(answer, tmp_path):
    path = report.write(answer, "", tmp_path, light=True)
    (tmp_path / "other.js").write_text("document.title = 'owned'")
    with started() as browser:
        seen, said = browser.new_page(viewport={"width": 1280, "height": 8000}), []
        seen.on("console", lambda message: said.append(message.text))
        seen.on("pageerror", lambda error: said.append(str(error)))
        seen.goto(path.as_uri())
        seen.wait_for_selector("#chart .scatterlayer .point >> nth=0")
        assert said == []
        with seen.expect_console_message() as refused:
            seen.evaluate("document.body.append(Object.assign(document.createElement('script'), {src: 'other.js'}))")
        assert "other.js" in refused.value.text
        assert seen.title() != "owned"


GOING_ON = {"at": "2026-01-02T03:04:05+00:00", "seconds": 125.0, "tried": 37, "planned": 132, "left": 175.0}


def test_a_page_of_a_run_that_goes_on_says_so_and_when_it_was_written(answer, tmp_path):
    answer["run"] = {"going_on": GOING_ON}
    path = report.write(answer, "", tmp_path)
    said = "The run goes on: 37 of 132 candidates tried in 2 min 05 s, at most 2 min 55 s left. This is of 2026-01-02 03:04 UTC."
    assert said in path.read_text("utf-8")
    assert said in (tmp_path / "report.md").read_text("utf-8").replace("\\", "")
    assert "The run goes on" not in report.write(answer | {"run": {}}, "", tmp_path).read_text("utf-8")


@needs_browser
def test_loading_the_page_again_keeps_what_the_reader_turned(answer, tmp_path):
    answer["run"] = {"going_on": GOING_ON}
    path = report.write(answer, "", tmp_path)
    with started() as browser:
        seen = browser.new_page()
        seen.goto(path.as_uri() + "#profile=toys&toys:weight:accuracy=7")
        answer["run"] = {"going_on": GOING_ON | {"tried": 38}}
        report.write(answer, "", tmp_path)
        seen.reload()
        assert "38 of 132" in seen.locator(".going-on").inner_text()
        assert seen.evaluate("page.priorities('toys').weights.accuracy") == 7
