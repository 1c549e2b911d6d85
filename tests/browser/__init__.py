"""Pages of ours in a real browser, from disk and with the network off: what they say, load and raise is kept."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

PROGRAM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
needs_browser = pytest.mark.skipif(PROGRAM is None, reason="needs chromium or google-chrome on the PATH")


@contextmanager
def started() -> Iterator[Browser]:
    """Give a browser, for as many pages as are wanted."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=PROGRAM, args=["--no-sandbox", "--disable-gpu"])
        yield browser
        browser.close()


@contextmanager
def opened(browser: Browser, path: Path, fragment: str = "", **context: Any) -> Iterator[Page]:
    """Give the page at ``path`` with its scripts run; fail if it asked for anything, wrote to its console or raised."""
    where = browser.new_context(offline=True, reduced_motion="reduce", **context)
    page, said, asked = where.new_page(), [], []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    try:
        page.goto(path.as_uri() + fragment)
        yield page
    except Exception as error:
        error.add_note(f"the page said: {said}")
        raise
    else:
        loaded = [url for url in asked if not url.startswith(("data:", "blob:", path.as_uri()))]
        assert not said, said
        assert not loaded, loaded
    finally:
        where.close()


def settled(page: Page, condition: str) -> None:
    """Wait until a condition holds; the page's policy keeps Playwright from waiting in it."""
    for _ in range(200):
        if page.evaluate(condition):
            return
        page.wait_for_timeout(50)
    raise AssertionError(condition)
