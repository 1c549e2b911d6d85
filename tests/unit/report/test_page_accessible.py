"""The page for everybody: axe finds nothing serious, it is read in one order, and a keyboard is enough."""

from itertools import pairwise

import pytest
from axe_playwright_python.sync_playwright import Axe

from harness import report
from tests.browser import needs_browser, opened, started

pytestmark = needs_browser

SCREENS = {
    "a desk, light": {"viewport": {"width": 1280, "height": 900}, "color_scheme": "light"},
    "a phone, dark": {"viewport": {"width": 360, "height": 740}, "color_scheme": "dark"},
}
OPEN_ALL = """() => {
  for (const one of document.querySelectorAll("details")) one.open = true;
  for (const one of document.querySelectorAll(".opener")) one.click();
  for (const one of document.querySelectorAll("section")) one.scrollIntoView();
}"""


@pytest.fixture(scope="module")
def browser():
    with started() as made:
        yield made


@pytest.fixture
def show(browser, tmp_path):
    """Return what opens the page of an answer."""
    return lambda answer, **context: opened(browser, report.write(answer, "name: made-up\n", tmp_path), **context)


@pytest.mark.parametrize("screen", SCREENS)
@pytest.mark.parametrize(
    "kind", ["compressed", "behaving", "explained", "infeasible", "without anything", "with gaps", "hostile compressed"]
)
def test_axe_finds_nothing_serious(kinds, show, kind, screen):
    answer = kinds[kind]()
    answer["screened"] = [{"candidate": "weak@torch/b1", "why": "it cannot win", "facts": {}}]
    with show(answer, **SCREENS[screen]) as page:
        page.evaluate(OPEN_ALL)
        page.wait_for_timeout(300)
        found = Axe().run(page).response["violations"]
        serious = [
            (one["id"], [node["html"][:120] for node in one["nodes"][:3]])
            for one in found
            if one["impact"] in ("serious", "critical")
        ]
        assert not serious


def test_the_page_has_landmarks_one_heading_above_all_and_no_level_left_out(kinds, show):
    with show(kinds["compressed"]()) as page:
        assert [page.locator(f"body > {tag}").count() for tag in ("header", "main", "footer")] == [1, 1, 1]
        assert page.get_by_role("navigation", name="Sections").count() == 1
        levels = page.locator("h1, h2, h3, h4, h5").evaluate_all("all => all.map(one => Number(one.tagName[1]))")
        assert levels.count(1) == 1
        assert all(after <= before + 1 for before, after in pairwise(levels))


def test_the_first_stop_of_the_keyboard_skips_to_the_answer(answer, show):
    with show(answer) as page:
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.textContent") == "Skip to the answer"
        assert page.evaluate("document.activeElement.getBoundingClientRect().left >= 0")
        page.keyboard.press("Enter")
        assert page.evaluate("location.hash") == "#answer"


def test_the_navigation_tells_which_section_is_read(answer, show):
    with show(answer) as page:
        current = page.locator(".sections [aria-current]")
        assert current.all_inner_texts() == ["Answer"]
        page.locator("#trust").scroll_into_view_if_needed()
        page.evaluate("document.getElementById('failures').scrollIntoView()")
        page.locator(".sections [aria-current]", has_text="Failures").wait_for()
        assert current.count() == 1


@pytest.mark.parametrize("width", [360, 768, 1280])
def test_nothing_makes_the_page_wider_than_its_window(kinds, show, width):
    with show(kinds["compressed"](), viewport={"width": width, "height": 740}) as page:
        page.evaluate(OPEN_ALL)
        page.wait_for_timeout(300)
        assert page.evaluate("document.documentElement.scrollWidth") == width


def test_on_paper_there_are_no_controls_and_every_row(answer, show):
    with show(answer) as page:
        page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
        page.emulate_media(media="print")
        for hidden in (".sections", "#filter", "#csv button", "#all .check", ".skip"):
            assert not page.locator(hidden).first.is_visible(), hidden
        assert page.locator("#all tbody tr").last.is_visible()
        assert page.locator("#table-box").evaluate("box => box.scrollHeight <= box.clientHeight + 1")
