"""Pictures of the page: ``python -m tests.browser.pictures PAGE FOLDER`` makes those of the documentation.

A picture is what a reader sees of a section in a window of a given size, in as few colours as it takes.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from PIL import Image
from playwright.sync_api import Browser, Page

from tests.browser import opened, settled, started

COLOURS: Final = 128
"""Of a picture's palette: the page has few, and a file of so many is a fifth of one of all."""
DESK: Final = {"width": 1280, "height": 860}
PHONE: Final = {"width": 390, "height": 844}
DRAWN: Final = """() => [...document.querySelectorAll('.chart')].every((box) => {
  const { top, bottom } = box.getBoundingClientRect();
  return top > innerHeight || bottom < 0 || box.querySelector('.main-svg, canvas');
})"""


@dataclass(frozen=True, slots=True)
class Picture:
    """What is looked at: a section, in a window, with a setting in the page's address."""

    section: str = ""
    """Empty: from the top of the page."""
    window: Mapping[str, Any] = field(default_factory=lambda: {"viewport": DESK})
    select: bool = False
    """Whether what is recommended is selected."""


PICTURES: Final = {
    "answer": Picture(),
    "what-if": Picture("what-if"),
    "trade-offs": Picture("trade-offs", {"viewport": DESK | {"height": 1000}}),
    "compression": Picture("compression"),
    "candidates": Picture("candidates", select=True),
    "dark": Picture(window={"viewport": DESK, "color_scheme": "dark"}),
    "phone": Picture(window={"viewport": PHONE, "device_scale_factor": 1.5}),
}
"""Those of the documentation, by name."""
REGULATED: Final = {
    "explanations": Picture("explanations", {"viewport": DESK | {"height": 1100}}),
    "mistakes": Picture("mistakes", {"viewport": DESK | {"height": 1100}}),
}
"""Those of a suite that has decisions explained and says what mistakes cost."""


def take(browser: Browser, page: Path, picture: Picture) -> bytes:
    """Return a picture of the page as PNG."""
    with opened(browser, page, **picture.window) as shown:
        if picture.select:
            shown.evaluate("page.select(Object.keys(page.recommended()).map(Number))")
        show(shown, picture.section)
        return small(shown.screenshot())


def show(page: Page, section: str) -> None:
    """Bring a section to the top of the window, below the navigation, and wait until its charts are drawn."""
    for _ in range(2):  # what is drawn above it on the way may move it
        if section:
            page.evaluate("(id) => document.getElementById(id).scrollIntoView({ behavior: 'instant' })", section)
        page.wait_for_timeout(300)
        settled(page, DRAWN)


def small(png: bytes) -> bytes:
    """Return a picture with a palette of its own."""
    file = io.BytesIO()
    Image.open(io.BytesIO(png)).convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE).save(file, "PNG", optimize=True)
    return file.getvalue()


def main(page: Path, folder: Path, *names: str) -> None:
    """Write pictures of the page into the folder: those that are named, or ``PICTURES``."""
    folder.mkdir(parents=True, exist_ok=True)
    with started() as browser:
        for name in names or PICTURES:
            (folder / f"{name}.png").write_bytes(take(browser, page, (PICTURES | REGULATED)[name]))


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve(), Path(sys.argv[2]), *sys.argv[3:])
