import re

import pytest
from axe_playwright_python.sync_playwright import Axe

from harness.gate.samples import Commit, Job
from harness.history import page, telling
from tests.browser import needs_browser, opened, started
from tests.planted_history import history, job, noisy

OWNED = "</script><img src=x onerror=\"document.title = 'owned'\"><script>document.title = 'owned'</script>"


def planted(subject="Widen the stem", case="resnet"):
    figures = enumerate(zip(noisy({12: 0.1}, 24), noisy({}, 24, seed=1), strict=True))
    jobs = [
        job(i, {"latency": one, "cold_start": other, "size": 1e6 + (i > 5)}, case, subject=subject) for i, (one, other) in figures
    ]
    elsewhere = [job(24 + i, {"latency": 0.03, "size": 1e6}, case, "there", subject) for i in range(3)]
    return telling.tell("gated", history([*jobs, *elsewhere]), (), ())


def test_the_page_tells_each_change_with_its_commit_and_interval():
    text = page.render(planted())
    assert "2 commits changed what is measured, 2 for the worse, in 27 jobs." in text
    assert re.search(r"<code>12121212</code> <span>2026-01-13 · Widen the stem</span>", text)
    assert re.search(r"\+\d+\.\d % \(\+\d+\.\d to \+\d+\.\d\)", text)


def test_each_environment_is_told_by_what_sets_it_apart():
    told = list(page._environments(planted()))
    assert told == [("here", 24, [("kernel_series", "6.1")]), ("there", 3, [("kernel_series", "6.5")])]


def test_levels_reach_from_change_to_change():
    (line, _) = next(page._charts(planted()))["lines"]
    assert [level["x"] for level in line["levels"]] == [[0, 11], [12, 23]]
    assert line["levels"][1]["y"] == pytest.approx(1.1 * line["levels"][0]["y"], rel=0.02)


def test_names_and_subjects_are_never_markup():
    assert "<img" not in page.render(planted(OWNED, OWNED))


def test_a_page_of_a_single_job_can_be_drawn():
    told = telling.tell("gated", history([Job(environment="here", commit=Commit(), values={"a": {"latency": 1.0}})]), (), ())
    assert "No change in 1 job" in page.render(told)


@needs_browser
@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (360, "dark")])
def test_the_page_opens_quietly_for_everybody_with_every_chart_and_runs_no_name(width, scheme, tmp_path):
    file = page.write(planted(OWNED, OWNED), tmp_path / "history.html")
    screen = {"viewport": {"width": width, "height": 900}, "color_scheme": scheme}
    with started() as browser, opened(browser, file, **screen) as shown:
        assert shown.title() == "gated: history"
        assert shown.locator(".js-plotly-plot").count() == 3
        assert shown.locator("img").count() == 0
        assert shown.evaluate("document.documentElement.scrollWidth") <= width
        found = Axe().run(shown).response["violations"]
        assert [one["id"] for one in found if one["impact"] in ("serious", "critical")] == []
