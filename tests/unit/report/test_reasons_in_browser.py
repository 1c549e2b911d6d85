"""Explanations, behaviour and costs of mistakes in a real browser: drawn, linked by what is selected, fit for a phone."""

import pytest

from harness import report
from tests.browser import needs_browser, opened, settled, started

pytestmark = needs_browser

WHOLE = {"viewport": {"width": 1280, "height": 8000}}
CHARTS = ("reliability-chart", "classes-chart", "corruptions-chart", "paid-chart", "review-chart")
TRACES = "(id) => document.getElementById(id).data.length"
HEIGHTS = "(id) => document.getElementById(id).data.map((one) => one.y)"


@pytest.fixture(scope="module")
def browser():
    with started() as made:
        yield made


@pytest.fixture
def show(browser, tmp_path):
    """Return what opens the page of an answer."""
    return lambda answer, **context: opened(browser, report.write(answer, "", tmp_path), **{**WHOLE, **context})


def drawn(page, name):
    page.locator(f"#{name}").scroll_into_view_if_needed()
    page.wait_for_selector(f"#{name}.js-plotly-plot .main-svg", state="attached")
    return page


@pytest.mark.parametrize("kind", ["behaving", "hostile explained"])
def test_every_chart_is_drawn_and_no_name_runs(kind, kinds, show):
    with show(kinds[kind]()) as page:
        for name in CHARTS:
            drawn(page, name)
        assert page.title() != "owned"
        assert page.locator("img").count() == 0


def test_charts_show_what_is_recommended_and_its_baseline_or_what_is_selected(kinds, show):
    with show(kinds["behaving"]()) as page:
        for name in CHARTS:
            assert drawn(page, name).evaluate(TRACES, name) == 2, name
        page.evaluate("page.select([1])")
        settled(page, f"({TRACES})('reliability-chart') === 1")


def test_one_kind_of_corruption_or_the_mean_of_all_is_shown(kinds, show):
    with show(kinds["behaving"]()) as page:
        mean = drawn(page, "corruptions-chart").evaluate(HEIGHTS, "corruptions-chart")[0]
        assert mean == pytest.approx([0.7, 0.65, 0.4, 0.4, 0.4, 0.4])
        page.select_option("#corruptions-kind", "blur")
        settled(page, f"({HEIGHTS})('corruptions-chart')[0][2] === 0.2")


def test_pictures_are_in_the_page_itself(kinds, show):
    with show(kinds["explained images"]()) as page:
        assert page.evaluate("[...document.images].map((one) => one.complete && one.naturalWidth)") == [4, 4, 4, 4]


@pytest.mark.parametrize("kind", ["behaving", "explained", "explained images", "hostile explained"])
def test_nothing_makes_the_page_wider_than_a_phone(kind, kinds, show):
    with show(kinds[kind](), viewport={"width": 390, "height": 4000}) as page:
        assert page.evaluate("document.documentElement.scrollWidth") == 390
