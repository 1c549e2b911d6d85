"""The page of replayed searches: one file that loads nothing."""

import base64
import hashlib
import json
import re

import pytest
from axe_playwright_python.sync_playwright import Axe

from harness import report
from harness.report import curves, figures
from tests.browser import needs_browser, opened, started


@pytest.fixture(autouse=True)
def small_library(monkeypatch):
    monkeypatch.setattr(figures, "library", lambda: "var Plotly = {};")


def band(values):
    return {"mean": values, "least": values, "most": values}


@pytest.fixture
def told():
    found = {
        "reached": [{"trials": 1, "mean": 0.5, "least": 0.4}, {"trials": 2, "mean": 0.9, "least": 0.8}],
        "evaluations": [
            {"share": 0.9, "median": 2, "worst": 2, "seeds": 2},
            {"share": 0.95, "median": None, "worst": None, "seeds": 1},
            {"share": 0.99, "median": None, "worst": None, "seeds": 0},
        ],
        "regret": {"balanced": {"mean": 0.1, "worst": 0.2}},
        "failing": 0.25,
        "curves": {"hypervolume": band([0.5, 0.9]), "regret": band([0.3, 0.1])},
    }
    return [
        {
            "problem": "</script><b>x</b> × i9",
            "candidates": 1093,
            "failing": 3,
            "front": 33,
            "priors": ["accuracy imagenet"],
            "trials": 2,
            "seeds": [0, 1],
            "algorithms": {"guided": found, "random": found},
        }
    ]


def test_every_problem_has_its_figures_and_its_table(told):
    page = curves.render(told)
    assert 'id="hypervolume-0"' in page
    assert 'id="regret-0"' in page
    assert "1,093 candidates, 3 of them failing, 33 on the front; known beforehand: accuracy imagenet." in page
    assert '<td class="number">2 (2)</td>' in page
    assert re.search(r"– <span class=\"of\">in 1 of 2</span>", page)


def test_names_are_text(told):
    assert "<b>x</b>" not in curves.render(told)


def test_its_scripts_are_those_that_its_policy_allows(told):
    page = curves.render(told)
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', page).group(1)
    assert policy.startswith("default-src &#39;none&#39;") or policy.startswith("default-src 'none'")
    scripts = re.findall(r"<script>(.*?)</script>", page, re.S)
    assert len(scripts) == 3
    for text in scripts:
        assert base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() in policy.replace("&#43;", "+")


def test_its_data_are_the_curves(told):
    data = json.loads(
        re.search(r'<script type="application/json" id="drawing">(.*?)</script>', curves.render(told), re.S).group(1)
    )
    assert data["problems"][0]["hypervolume"]["guided"]["mean"] == [0.5, 0.9]
    assert data["problems"][0]["regret"]["random"]["most"] == [0.3, 0.1]


def test_it_is_written_whole_into_a_folder_that_is_made(told, tmp_path):
    written = report.write_replay(told, tmp_path / "reports" / "replay-x.html")
    assert written.read_text(encoding="utf-8") == curves.render(told)
    assert [path.name for path in written.parent.iterdir()] == ["replay-x.html"]


@needs_browser
def test_it_opens_quietly_and_draws_on_paper_too_and_axe_finds_nothing_serious(told, tmp_path, monkeypatch):
    monkeypatch.undo()
    with started() as browser, opened(browser, report.write_replay(told, tmp_path / "replay.html"), color_scheme="dark") as page:
        assert page.locator(".curve .scatterlayer .trace").count() == 12, "a line and the two ends of a band for each algorithm"
        found = Axe().run(page).response["violations"]
        assert not [(one["id"], one["nodes"][0]["html"][:120]) for one in found if one["impact"] in ("serious", "critical")]
        page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
        assert page.locator(".curve").first.evaluate("box => box.layout.font.size") == 10
