"""The documentation as a site: built without a warning, whole, and with nothing loaded from elsewhere."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.browser import needs_browser, started
from tests.documented import DOCS, ROOT

QUIET = {"NO_MKDOCS_2_WARNING": "1"}
LOADED = re.compile(r"""<(?:script|img|iframe|source)\b[^>]*?\ssrc=["']?([^"'\s>]+)|<link\b[^>]*?\shref=["']?([^"'\s>]+)""")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("site")
    build = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(place)]
    done = subprocess.run(build, cwd=ROOT, env=os.environ | QUIET, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return place


def test_every_page_is_built_and_none_shows_an_include_instead_of_the_file(site: Path) -> None:
    for page in DOCS:
        assert "--8&lt;--" not in (site / f"{page.stem}.html").read_text(encoding="utf-8"), page.name
    assert "EvaluatorSession" in (site / "extending.html").read_text(encoding="utf-8")


def test_every_page_can_be_reached_from_the_navigation(site: Path) -> None:
    reached = set(re.findall(r'<a href="\.?/?([\w-]+)\.html" class="md-nav__link', (site / "index.html").read_text("utf-8")))
    assert {page.stem for page in DOCS} <= reached | {"index"}


def test_nothing_is_loaded_from_elsewhere(site: Path) -> None:
    loaded = {(page.name, "".join(found)) for page in site.glob("*.html") for found in LOADED.findall(page.read_text("utf-8"))}
    assert ("index.html", "site.css") in {(page, name.removeprefix("./")) for page, name in loaded}
    assert [one for one in loaded if re.match(r"(https?:)?//", one[1])] == []
    styles = "".join(sheet.read_text(encoding="utf-8") for sheet in site.rglob("*.css"))
    assert re.findall(r"url\(['\"]?(?:https?:)?//", styles) == []


@needs_browser
def test_the_search_works_from_disk_and_without_a_network(site: Path) -> None:
    with started() as browser:
        page = browser.new_context(offline=True).new_page()
        asked, raised = [], []
        page.on("request", lambda request: asked.append(request.url))
        page.on("pageerror", lambda error: raised.append(str(error)))
        page.goto((site / "index.html").as_uri())
        page.locator(".md-search__input").click()
        page.keyboard.type("guard band")
        found = page.locator(".md-search-result__link")
        found.first.wait_for(state="attached")
        assert any("recommendation.html" in str(one.get_attribute("href")) for one in found.all())
        assert raised == []
        assert [url for url in asked if not url.startswith(("file:", "data:", "about:"))] == []
