"""How the page looks, section by section: on a desk, in the dark, on a phone, on paper. And axe finds nothing serious in any.

The pictures are kept where ``HARNESS_PICTURES`` names a folder.
"""

from __future__ import annotations

import io
import os
from pathlib import Path

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from PIL import Image

from tests.browser import needs_browser, opened
from tests.browser.pictures import DESK, PHONE, PICTURES, show, take

pytestmark = needs_browser

SCREENS = {
    "light": {"viewport": DESK},
    "dark": {"viewport": DESK, "color_scheme": "dark"},
    "phone": {"viewport": PHONE},
    "dark phone": {"viewport": PHONE, "color_scheme": "dark"},
}
ALL_OPEN = """() => {
  for (const one of document.querySelectorAll("details")) one.open = true;
  for (const one of [...document.querySelectorAll(".opener")].slice(0, 2)) one.click();
}"""


@pytest.fixture
def pictures(tmp_path) -> Path:
    folder = Path(os.environ.get("HARNESS_PICTURES", tmp_path))
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@pytest.fixture(params=["real", "made_up"])
def shown(request) -> tuple[str, Path]:
    """The name of a page, and its path."""
    found = request.getfixturevalue(request.param)
    return request.param, found if isinstance(found, Path) else found.page


def colours(png: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(png)).convert("L"), dtype=float)


@pytest.mark.parametrize("screen", SCREENS)
def test_every_section_is_as_light_as_its_screen_wants_and_as_wide_as_its_window(browser, shown, screen, pictures):
    name, path = shown
    with opened(browser, path, **SCREENS[screen]) as page:
        for section in page.locator("main > section").evaluate_all("all => all.map((one) => one.id)"):
            show(page, section)
            png = page.screenshot(path=pictures / f"{name} {screen} {section}.png")
            paper = np.median(colours(png))
            assert (paper < 60) if "dark" in screen else (paper > 235), section
            assert colours(png).std() > 3, f"{section}: nothing is there"
        assert page.evaluate("document.documentElement.scrollWidth") == SCREENS[screen]["viewport"]["width"]


@pytest.mark.parametrize("screen", SCREENS)
def test_axe_finds_nothing_serious_with_everything_open(browser, shown, screen):
    with opened(browser, shown[1], **SCREENS[screen]) as page:
        page.evaluate(ALL_OPEN)
        for section in page.locator("main > section").evaluate_all("all => all.map((one) => one.id)"):
            show(page, section)
        page.locator("#wish-profiles label").last.click()
        found = Axe().run(page).response["violations"]
        serious = [(one["id"], one["nodes"][0]["html"][:200]) for one in found if one["impact"] in ("serious", "critical")]
        assert not serious


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_paper_is_light_and_has_every_chart_and_no_controls(browser, shown, scheme, pictures):
    name, path = shown
    with opened(browser, path, viewport=DESK, color_scheme=scheme) as page:
        pdf = page.pdf(path=pictures / f"{name} {scheme}.pdf", format="A4", print_background=True)
        assert pdf.count(b"/Type /Page\n") > 2
        page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
        page.emulate_media(media="print")
        page.wait_for_timeout(500)
        png = page.screenshot(path=pictures / f"{name} print {scheme}.png", full_page=True)
        assert np.median(colours(png)) > 250
        assert page.locator(".chart:not(.js-plotly-plot)").count() == 0
        for control in ("nav.sections", "#table-controls input", ".wishes", ".selection"):
            assert not page.locator(control).first.is_visible(), control


def test_pictures_of_the_documentation_are_small(browser, made_up, pictures):
    for name, picture in PICTURES.items():
        png = take(browser, made_up.page, picture)
        (pictures / f"documentation {name}.png").write_bytes(png)
        assert len(png) <= 250_000, name
        assert Image.open(io.BytesIO(png)).width >= 585
