"""The page and the Markdown of a comparison: what is the same and what differs is said, and names are text."""

import base64
import copy
import hashlib
import json
import re

import pytest
from axe_playwright_python.sync_playwright import Axe

from harness import report
from harness.compare import sides
from harness.compare.across import across
from harness.report import figures, orders, sides_markdown, sides_page
from harness.report import sides as in_words
from tests.browser import needs_browser, opened, started
from tests.unit.report import conftest as made

NAMES = ["cloud", "edge box"]


@pytest.fixture
def told(answer):
    """The made-up answer beside one of another machine, where all takes thrice as long and another candidate is recommended."""
    other = copy.deepcopy(answer)
    other["environment"] |= {"id": "elsewhere", "identity": {"cpu": "Small CPU", "cores": 4}}
    for one in other["candidates"]:
        fact = one["facts"]["latency_p90"]
        fact |= {end: 3 * fact[end] for end in ("value", "low", "high")}
    other["profiles"]["toys"]["candidate"] = made.BASELINE
    other["front"] = [made.BASELINE]
    return across([sides.checked(answer), sides.checked(other)], NAMES)


@pytest.fixture
def runs(answer):
    """Two runs in one environment, the later with a candidate that is twice as slow."""
    later = copy.deepcopy(answer)
    fact = later["candidates"][0]["facts"]["latency_p90"]
    fact |= {end: 2 * fact[end] for end in ("value", "low", "high")}
    return across([sides.checked(answer), sides.checked(later)], ["before", "after"])


def test_what_to_deploy_where_is_told_with_what_it_loses_elsewhere(told):
    (profile,) = in_words.profiles(told)
    assert profile.verdict == "2 different candidates."
    small, baseline = profile.rows
    assert (small.candidate, small.cells[0].star, small.cells[1].star) == (made.SMALL, True, False)
    assert small.cells[0].text == "0.800 ± 0.050"
    assert baseline.cells[0].beside == "2nd of 2, 0.300 less than its best"


def test_the_same_recommendation_is_said_to_be_the_same(runs):
    assert in_words.profiles(runs)[0].verdict == "The same everywhere."


@pytest.mark.parametrize(
    ("outcomes", "deployed", "said"),
    [
        ("recommended absent", "a -", "Recommended on A alone; no such profile on B."),
        ("absent unmeasured", "- -", "Nothing is measured on B; no such profile on A."),
        ("unmeasured unmeasured", "- -", "Nothing is measured anywhere."),
        ("infeasible infeasible", "- -", "Nothing is feasible anywhere."),
        ("infeasible unmeasured", "- -", "Nothing is feasible on A; nothing is measured on B."),
        ("recommended recommended infeasible", "a a -", "The same wherever one is recommended; nothing is feasible on C."),
        ("recommended infeasible recommended", "a - b", "2 different candidates; nothing is feasible on B."),
        ("absent recommended absent", "- a -", "Recommended on B alone; no such profile on A and C."),
    ],
)
def test_where_nothing_is_recommended_the_verdict_says_why(outcomes, deployed, said):
    each = [label.replace("-", "") or None for label in deployed.split()]
    profile = {"outcomes": outcomes.split(), "deployed": each, "feasible": [0] * len(each), "rows": [], "same": True}
    (told,) = in_words.profiles({"sides": [{"name": name} for name in "ABC"[: len(each)]], "profiles": {"p": profile}})
    assert told.verdict == said


def test_two_suites_of_other_profiles_have_no_priorities_that_differ(answer):
    other = json.loads(json.dumps(answer).replace('"toys"', '"cars"')) | {"suite": "another"}
    toys, cars = in_words.profiles(across([sides.checked(answer), sides.checked(other)], NAMES))
    assert (toys.verdict, toys.caution) == ("Recommended on cloud alone; no such profile on edge box.", "")
    assert (cars.verdict, cars.caution) == ("Recommended on edge box alone; no such profile on cloud.", "")


def test_a_metric_is_told_by_its_median_change_and_by_what_is_beyond_noise(told):
    (pair,) = orders.pairs(told)
    latency = pair.orders[1]
    assert (latency.label, latency.change, latency.beyond) == ("latency p90", "3.0× slower", "3 of 3")
    assert latency.rank == "too few"
    assert latency.sure == "3 of 3"
    assert [one.label for one in pair.others] == ["size"]
    assert pair.others[0].change == "the same"


def test_targets_differ_and_runs_change(told, runs):
    assert "differences between targets or suites, not changes" in orders.pairs(told)[0].about
    assert orders.pairs(told)[0].changed is None
    (pair,) = orders.pairs(runs)
    assert "two runs of one suite in one environment" in pair.about
    assert [figure[:2] + figure[4:] for figure in pair.changed.figures] == [(made.BASELINE, "latency p90", "worse")]
    assert "1 figure moved beyond the noise" in sides_page.render(runs)
    assert "moved beyond the noise" not in sides_page.render(told)


def test_the_fronts_are_counted_together_and_apart(told):
    assert in_words.on_fronts(told) == "1 candidate is on every front, 1 only on that of cloud and 0 only on that of edge box."
    assert [row.candidate for row in in_words.fronts(told)] == [made.BASELINE, made.SMALL]


def test_the_chart_is_drawn_from_figures_that_both_sides_have(told):
    drawn = sides_page.drawing(told)
    assert drawn["labels"] == [made.BASELINE, made.SMALL, made.WRONG]
    assert drawn["values"]["latency_p90"][1]["value"] == pytest.approx([0.03, 0.006, 0.003])
    assert drawn["beyond"] == [{"latency_p90": [0, 1, 2], "accuracy": [], "size": []}]
    assert drawn["recommended"] == sorted([made.SMALL, made.BASELINE])


def test_sides_that_share_nothing_have_no_chart(answer):
    nothing = sides.checked(made.without_anything())
    page = sides_page.render(across([sides.checked(answer), nothing], NAMES))
    assert "No candidate is measured on both." in page
    assert 'id="chart"' not in page
    assert "<script>" not in page


def test_the_policy_allows_the_scripts_of_the_page_and_nothing_else(told, monkeypatch):
    monkeypatch.setattr(figures, "library", lambda: "var Plotly = {};")
    page = sides_page.render(told)
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', page).group(1).replace("&#43;", "+")
    scripts = re.findall(r"<script>(.*?)</script>", page, re.S)
    assert len(scripts) == 4
    digests = [base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in scripts]
    assert re.findall(r"sha256-([^'&]*)", policy) == digests


def test_the_markdown_tells_both_sides_and_what_changed(told, runs):
    text = sides_markdown.render(told)
    assert text.startswith("# cloud and edge box: side by side\n")
    assert f"| `{made.SMALL}` | ★ 0.800 ± 0.050 (1st of 2) |" in text
    assert f"latency p90 of `{made.BASELINE}`: 10 ms (9–11) → 20 ms (18–22) (worse)" in sides_markdown.render(runs)


def test_a_hostile_answer_stays_text(answer):
    told = across([sides.checked(made.hostile()), sides.checked(made.hostile())], [made.HOSTILE, f"{made.HOSTILE}2"])
    assert "<img" not in sides_page.render(told)
    assert "<script>document" not in sides_page.render(told)
    outside_code = re.sub(r"`[^`\n]*`", "", sides_markdown.render(told))
    assert "<img" not in outside_code
    assert "@all" not in outside_code


def test_it_is_written_beside_what_it_tells(told, tmp_path):
    page = report.write_sides(told, tmp_path / "sides", light=True)
    assert {path.name for path in page.parent.iterdir()} == {"index.html", "report.md", "sides.json", "plotly.min.js"}
    assert json.loads((page.parent / "sides.json").read_text("utf-8")) == told


@needs_browser
@pytest.mark.parametrize("kind", ["told", "runs", "hostile"])
def test_it_opens_quietly_and_draws(kind, request, tmp_path):
    hostile = [sides.checked(made.hostile())] * 2
    compared = across(hostile, [made.HOSTILE, "b"]) if kind == "hostile" else request.getfixturevalue(kind)
    with started() as browser, opened(browser, report.write_sides(compared, tmp_path)) as page:
        page.wait_for_selector("#chart .scatterlayer .point >> nth=0")
        page.select_option("#metric", label="size")
        assert "side by side" in page.title()
        assert page.locator("img").count() == 0
        assert page.get_by_role("group", name="One against the other").count() == 1
        assert page.evaluate("Plotly !== undefined && document.getElementById('chart').layout.xaxis.title.text").startswith(
            "size"
        )


@needs_browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious(runs, scheme, tmp_path):
    with started() as browser, opened(browser, report.write_sides(runs, tmp_path), color_scheme=scheme) as page:
        page.wait_for_selector("#chart .scatterlayer .point >> nth=0")
        page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
        found = Axe().run(page).response["violations"]
        assert not [(one["id"], one["nodes"][0]["html"][:120]) for one in found if one["impact"] in ("serious", "critical")]


def test_when_a_side_was_written_is_told_in_one_zone(told):
    told["sides"][0]["environment"]["at"] = "2026-01-02T03:04:05+02:00"
    assert dict(in_words.sides(told)[0][1])["Written"] == "2026-01-02 01:04 UTC"
