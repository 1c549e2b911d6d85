"""The one door to Plotly: its library for the page, and the fixed part of the chart, checked by Plotly's own types."""

from __future__ import annotations

from typing import Any

import plotly.graph_objects as go
from plotly.offline import get_plotlyjs


def library() -> str:
    """Return plotly.js as it goes into the page, with the line ends that a browser hashes."""
    return str(get_plotlyjs()).replace("\r\n", "\n").replace("\r", "\n")


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
