"""What-if on the page of a real run, and on one of many candidates: whatever is turned, the page says what Python would."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from harness import pipeline
from harness.spec import Profile
from tests.browser import needs_browser, opened

pytestmark = needs_browser

NOW = """() => {
  const weighed = page.weighed(page.profile());
  const row = utility.best(weighed, page.data);
  return {
    profile: page.priorities(page.profile()), candidate: row === null ? null : page.data.labels[row],
    utility: row === null ? null : weighed.utility[row], infeasible: weighed.feasible.filter((one) => !one).length,
  };
}"""


def slide(page: Page, metric: str, percent: int) -> None:
    """Pull a slider to a share, as a finger does: the browser tells of the input."""
    page.locator(f"#wish-weight-{metric}").fill(str(percent))


def profile_of(now: dict[str, Any]) -> Profile:
    """Return the profile as the page has it, without the ranges that the baseline settled."""
    return Profile.model_validate({field: value for field, value in now["profile"].items() if field != "relative"})


def agree(page: Page, told: dict[str, Any]) -> str | None:
    """Hold the recommendation that the page shows against the one that the harness tells; return it."""
    now = page.evaluate(NOW)
    expected = told["candidate"] if told["feasible"] else None
    assert now["candidate"] == expected
    if expected is None:
        expect(page.locator("#result .verdict")).to_have_text("Nothing meets every constraint.")
    else:
        expect(page.locator("#result .name").first).to_have_text(expected)
        assert now["utility"] == pytest.approx(told["utility"], abs=1e-9)
    return expected


def recommended(setting: pipeline.Setting, page: Page) -> dict[str, Any]:
    """Return what the stored facts of the run recommend for the profile as the page has it."""
    suite = setting.suite.model_copy(update={"profiles": (profile_of(page.evaluate(NOW)),)})
    other = pipeline.Setting(suite, setting.space, setting.store, setting.ledger, setting.environment, setting.root)
    (told,) = pipeline.recommend_now(other)["profiles"].values()
    return dict(told)


def test_the_sliders_of_a_real_run_choose_what_its_store_recommends(browser, real, setting):
    with opened(browser, real) as page:
        chosen = set()
        for percent in (0, 40, 80, 100):
            slide(page, "accuracy", percent)
            chosen.add(agree(page, recommended(setting, page)))
        assert None not in chosen


def test_the_bounds_of_a_real_run_keep_out_what_its_store_keeps_out(browser, real, setting):
    with opened(browser, real) as page:
        found = []
        for bound in ("0.5", "baseline - 1 pp", "99.9 %"):
            page.get_by_label("accuracy ≥: bound").fill(bound)
            found.append(agree(page, recommended(setting, page)))
        assert found[0] is not None
        assert found[-1] is None


def test_what_is_copied_as_yaml_goes_into_the_suite_and_the_command_line_says_the_same(browser, real, run, tmp_path):
    with opened(browser, real, permissions=["clipboard-read", "clipboard-write"]) as page:
        slide(page, "accuracy", 5)
        page.get_by_label("accuracy ≥: bound").fill("60 %")
        page.get_by_role("button", name="Copy as YAML").click()
        page.get_by_text("copied", exact=True).wait_for()
        text = page.evaluate("navigator.clipboard.readText()")
        now = page.evaluate(NOW)
    other = tmp_path / "other.yaml"
    rest = re.sub(r"  fast:\n(    .*\n)+", "", run.suite.read_text())
    other.write_text(rest.replace("profiles:\n", f"profiles:\n{text}"))
    told = run.harness("recommend", str(other), "--profile", "fast", "--json").json["profiles"]["fast"]
    assert (told["candidate"], told["feasible"]) == (now["candidate"], True)
    assert told["utility"] == pytest.approx(now["utility"], abs=1e-9)


@pytest.mark.parametrize("profile", ["realtime", "throughput", "edge"])
def test_the_sliders_choose_among_many_as_python_does(browser, made_up, profile):
    with opened(browser, made_up.page) as page:
        page.locator(".tabs").get_by_text(profile, exact=True).click()
        chosen = {agree(page, made_up.told.answer["profiles"][profile])}
        for percent in (5, 60, 95):
            slide(page, "accuracy", percent)
            chosen.add(agree(page, made_up.told.recommended(profile_of(page.evaluate(NOW)))))
        assert len(chosen) > 1, "a slider that never changes the choice shows nothing"


def test_bounds_choose_among_many_as_python_does(browser, made_up):
    with opened(browser, made_up.page) as page:
        chosen = [page.evaluate(NOW)["candidate"]]
        for bound in ("2 ms", "0.2 * baseline", "1 us"):
            page.get_by_label("latency p90 ≤: bound").fill(bound)
            chosen.append(agree(page, made_up.told.recommended(profile_of(page.evaluate(NOW)))))
        assert chosen[-1] is None
        page.get_by_label("latency p90 ≤", exact=True).uncheck()
        assert agree(page, made_up.told.recommended(profile_of(page.evaluate(NOW)))) is not None


def test_a_link_gives_the_setting_back_in_a_fresh_window(browser, made_up):
    with opened(browser, made_up.page, permissions=["clipboard-read", "clipboard-write"]) as page:
        page.locator(".tabs").get_by_text("edge", exact=True).click()
        slide(page, "accuracy", 85)
        page.get_by_label("size ≤: bound").fill("3 MB")
        page.get_by_role("button", name="Copy link").click()
        page.get_by_text("copied", exact=True).wait_for()
        link, before = page.evaluate("navigator.clipboard.readText()"), page.evaluate(NOW)
    with opened(browser, made_up.page, f"#{link.partition('#')[2]}") as page:
        assert page.evaluate(NOW) == before
        assert page.get_by_label("size ≤: bound").input_value() == "3 MB"
        expect(page.locator(".tabs input:checked")).to_have_value("edge")
