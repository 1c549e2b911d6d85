"""The one door to Plotly: its library for the page, the fixed part of charts, checked by Plotly's own types, and images."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import plotly.graph_objects as go
from plotly.offline import get_plotlyjs

from harness.errors import UnavailableError
from harness.report import offline

LIBRARY: Final = "plotly.min.js"
"""The file of a light page's library."""

FORMATS: Final = {"png": 2.0, "svg": 1.0}
"""Of images, with their pixels per point."""


def library() -> str:
    """Return plotly.js as it goes into the page, with the line ends that a browser hashes."""
    return str(get_plotlyjs()).replace("\r\n", "\n").replace("\r", "\n")


def beside(told: Mapping[str, Any]) -> offline.Linked:
    """Return the library as the page of what is ``told`` refers to it, in ``LIBRARY`` beside it."""
    return offline.linked(LIBRARY, json.dumps(told))


def layout() -> dict[str, Any]:
    """Return what does not depend on axes, theme or width."""
    made: dict[str, Any] = go.Layout(
        autosize=True,
        hovermode="closest",
        dragmode="pan",
        margin={"l": 64, "r": 16, "t": 40, "b": 56},
        legend={"orientation": "h", "yanchor": "bottom", "y": 1.01, "xanchor": "left", "x": 0, "itemsizing": "constant"},
        hoverlabel={"align": "left", "namelength": -1},
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
    ).to_plotly_json()
    return made


def config() -> dict[str, Any]:
    """Return how the chart behaves: it fits its box, offers no upload (Plotly's default does), leaves scrolling to the page."""
    return {
        "responsive": True,
        "displaylogo": False,
        "showSendToCloud": False,
        "plotlyServerURL": "",
        "scrollZoom": False,
        "modeBarButtonsToRemove": ["select2d", "lasso2d", "autoScale2d"],
        "toImageButtonOptions": {"format": "svg", "filename": "pareto"},
    }


def write(figures: Mapping[str, Mapping[str, Any]], folder: Path) -> None:
    """Write figures, by name, as images into ``folder``.

    A browser draws them, offline; raises UnavailableError where there is none, or where it does not start.
    """
    import kaleido  # late: only images need it
    from kaleido.errors import BrowserClosedError, BrowserFailedError, ChromeNotFoundError

    folder.mkdir(parents=True, exist_ok=True)
    wanted = [
        {"fig": go.Figure(figure), "path": folder / f"{name}.{form}", "opts": {"format": form, "scale": scale}}
        for name, figure in figures.items()
        for form, scale in FORMATS.items()
    ]
    try:
        kaleido.write_fig_from_object_sync(wanted, kopts={"mathjax": False})
    except ChromeNotFoundError:
        raise UnavailableError(
            "images need Chrome or Chromium, and none was found",
            "apt install chromium, or kaleido_get_chrome, or name one with BROWSER_PATH",
        ) from None
    except (BrowserFailedError, BrowserClosedError):
        raise UnavailableError("the browser that draws images did not start", "name another one with BROWSER_PATH") from None
