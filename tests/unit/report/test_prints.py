"""Figures for print: what they show is what the facts say, nothing in a name is markup, and a browser really draws them."""

import re
import shutil

import plotly.graph_objects as go
import pytest

from harness import report
from harness.errors import UnavailableError
from harness.report.prints import prints

BASELINE, SMALL, WRONG = "toy@torch/b1", "toy+quantize:static@onnxruntime:threads=1/b1", "tiny@onnxruntime:threads=1/b1"
CURVE = {"n": 3, "seconds": [0.001, 0.002, 0.01], "shares": [0.333333, 0.666667, 1.0]}


def curved(answer):
    """Return an answer with all that figures are made of."""
    labels = [one["candidate"] for one in answer["candidates"]]
    answer["latency_curves"] = {label: {"single_stream": CURVE} for label in labels}
    answer["memory"] = {label: [[1.0, 1e6], [2.5, 3e6]] for label in labels}
    answer["history"] = {
        "candidates": labels,
        "seconds": [1.0, 2.0, 3.0][: len(labels)],
        "hypervolume": [0.1, 0.2, 0.3][: len(labels)],
        "utility": {name: [None, 0.8, 0.8][: len(labels)] for name in answer["profiles"]},
    }
    return answer


def named(figure):
    return {trace["name"]: trace for trace in figure["data"]}


def test_whatever_an_answer_has_plotly_takes_the_figures(any_answer):
    for figure in prints(any_answer).values():
        go.Figure(figure)
    for figure in prints(curved(any_answer)).values():
        go.Figure(figure)


def test_what_an_answer_has_nothing_of_has_no_figure(answer, kinds):
    assert set(prints(answer)) == {"front"}
    assert set(prints(curved(answer))) == {"front", "latency", "memory", "history"}
    assert prints(kinds["without anything"]()) == {}


def test_a_candidate_is_drawn_once_as_the_most_that_it_is_with_its_interval(answer):
    found = named(prints(answer)["front"])
    assert found["recommended"]["x"] == [0.002]
    assert found["recommended"]["text"] == ["toys"]
    assert found["recommended"]["error_x"]["array"] == pytest.approx([0.0002])
    assert found["baseline"]["x"] == [0.010]
    assert found["could be on the front"]["y"] == [0.60]
    assert not {"others", "on the front over all objectives"} & set(found)


def test_the_line_is_the_front_of_the_two_metrics(answer):
    answer["candidates"][2]["facts"]["latency_p90"]["value"] = 0.005
    line = named(prints(answer)["front"])["best trade-off of the two"]
    assert (line["x"], line["y"]) == ([0.002, 0.010], [0.95, 0.96])
    assert line["line"]["shape"] == "hv"


def test_candidates_that_lack_one_of_the_two_metrics_are_left_out(answer):
    del answer["candidates"][0]["facts"]["accuracy"]
    assert "baseline" not in named(prints(answer)["front"])


def test_curves_are_those_of_what_is_recommended_and_of_its_baseline(answer):
    found = prints(curved(answer))
    assert list(named(found["latency"])) == [f"{SMALL} (3 queries)", f"{BASELINE} (3 queries)"]
    assert named(found["latency"])[f"{SMALL} (3 queries)"]["y"] == CURVE["shares"]
    memory = named(found["memory"])
    assert (memory[SMALL]["x"], memory[SMALL]["y"]) == ([0.0, 1.5], [1.0, 3.0])


def test_the_search_is_told_by_evaluations_with_a_gap_before_anything_is_feasible(answer):
    found = named(prints(curved(answer))["history"])
    assert found["best utility, toys"]["x"] == [1, 2, 3]
    assert found["best utility, toys"]["y"] == [None, 0.8, 0.8]
    assert found["hypervolume"]["y"] == [0.1, 0.2, 0.3]
    answer["history"]["hypervolume"] = None
    assert list(named(prints(answer)["history"])) == ["best utility, toys"]


def test_a_search_of_one_candidate_is_no_figure(answer):
    curved(answer)["history"]["candidates"] = ["one"]
    assert "history" not in prints(answer)


def test_nothing_in_a_name_is_markup(kinds):
    def texts(value):
        if isinstance(value, dict):
            return [text for one in value.values() for text in texts(one)]
        if isinstance(value, list):
            return [text for one in value for text in texts(one)]
        return [value] if isinstance(value, str) else []

    found = texts(prints(curved(kinds["hostile"]())))
    assert any("&lt;img" in text for text in found)
    assert not any(re.search("<(img|script|/script)", text) for text in found)


def test_without_a_browser_it_is_said_how_to_get_one(answer, tmp_path, monkeypatch):
    monkeypatch.setenv("BROWSER_PATH", str(tmp_path / "none"))
    with pytest.raises(UnavailableError, match="none was found") as raised:
        report.write_figures(answer, tmp_path)
    assert "BROWSER_PATH" in raised.value.hint


BROWSER = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


@pytest.mark.skipif(BROWSER is None, reason="needs chromium or google-chrome on the PATH")
def test_a_browser_draws_them_as_png_and_svg(answer, tmp_path):
    folder = report.write_figures(curved(answer), tmp_path)
    names = {f"{name}.{form}" for name in ("front", "latency", "memory", "history") for form in ("png", "svg")}
    assert {path.name for path in folder.iterdir()} == names
    assert (folder / "front.png").read_bytes().startswith(b"\x89PNG")
    drawn = (folder / "front.svg").read_text("utf-8")
    assert "accuracy against latency p90" in drawn
    assert "toys" in drawn
