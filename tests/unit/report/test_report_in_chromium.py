"""The page in a real browser, of every kind of answer: nothing in a name runs, nothing is loaded, and the console stays quiet."""

import pytest

from harness import report
from tests.browser import needs_browser, opened, started

pytestmark = needs_browser

WHOLE = {"viewport": {"width": 1280, "height": 16000}}
"""A window in which every chart is near the view."""


@pytest.fixture(scope="module")
def browser():
    with started() as made:
        yield made


def test_the_page_opens_quietly_and_no_name_is_markup(any_answer, browser, tmp_path):
    with opened(
        browser, report.write(any_answer, "</script><script>document.title = 'owned'</script>", tmp_path), **WHOLE
    ) as page:
        page.wait_for_timeout(500)
        assert page.title() == f"{any_answer['suite']}: what to deploy"
        assert page.locator("img:not(.pixels)").count() == 0
        assert page.locator(".js-plotly-plot").count() == page.locator(".chart, .curve, [data-picture]").count()


@pytest.mark.parametrize("kind", ["compressed", "hostile compressed"])
def test_operators_are_drawn_as_text(kind, kinds, browser, tmp_path):
    with opened(browser, report.write(kinds[kind](), "", tmp_path), **WHOLE) as page:
        page.wait_for_selector(".icicle .trace.icicle")
        assert page.locator(".icicle .trace.icicle").count() == 2
        assert "Conv" in page.locator("[data-picture]").get_attribute("aria-label")
        assert page.locator("img").count() == 0


def test_a_body_that_fails_tells_what_the_page_raised_and_leaves_nothing_open(browser, tmp_path):
    path = tmp_path / "broken.html"
    path.write_text("<!doctype html><script>throw new Error('planted')</script>", encoding="utf-8")
    with pytest.raises(ZeroDivisionError) as raised, opened(browser, path):
        raise ZeroDivisionError
    assert any("planted" in note for note in raised.value.__notes__)
    with pytest.raises(AssertionError, match="planted"), opened(browser, path):
        pass
    assert browser.contexts == []
