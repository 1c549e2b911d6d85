"""What-if in a real browser: the reader turns priorities, and the page recommends what Python would."""

import json
import re

import pytest
from playwright.sync_api import expect

from harness import report
from harness.answer import building
from harness.record import Environment
from harness.spec import Profile
from harness.store import Store
from harness.suitefile import loads
from tests import answered
from tests.browser import needs_browser, opened, started

pytestmark = needs_browser
SLOW = "fast:weight:latency_p50=1&fast:weight:accuracy=99"
NOW = """({
  priorities: page.priorities("fast"),
  label: utility.ranking(page.weighed("fast"), page.data).map((row) => page.data.labels[row])[0] || null,
})"""


@pytest.fixture(scope="module")
def browser():
    with started() as browser:
        yield browser


@pytest.fixture(scope="module")
def made(registry, tmp_path_factory):
    """The page of a planted answer, and what recommends for a profile as the page has it."""
    folder = tmp_path_factory.mktemp("planted")
    with Store(f"sqlite:///{folder}/harness.db") as store:
        planted = answered.planted(registry, store, folder)
        suite = loads(answered.SUITE, registry, folder)

        def recommended(told):
            kept = {field: value for field, value in told.items() if field != "relative"}
            asked = suite.model_copy(update={"profiles": (Profile.model_validate(kept),)})
            environment = Environment(id="here", identity={}, context={}, versions={})
            found = building.build(asked, planted.space, planted.known, environment, planted.evidence)
            one = found["profiles"][told["name"]]
            return one["candidate"] if one["feasible"] else None

        yield report.write(planted.answer, answered.SUITE, folder / "report"), recommended


def verdict(page):
    return page.locator("#result .name").inner_text()


def slide(page, metric, percent):
    page.locator(f"#wish-weight-{metric}").evaluate(
        "(one, to) => { one.value = to; one.dispatchEvent(new Event('input')); }", percent
    )


def test_every_candidate_fares_in_the_browser_as_in_the_answer(browser, made):
    path, _ = made
    facts = json.loads((path.parent / "facts.json").read_text())
    with opened(browser, path) as page:
        for name, told in facts["profiles"].items():
            found = page.evaluate("(name) => Array.from(page.weighed(name).utility)", name)
            assert found == pytest.approx([one["scores"][name]["utility"] for one in facts["candidates"]], abs=1e-9)
            assert told["candidate"] in [
                facts["candidates"][int(row)]["candidate"] for row in page.evaluate("page.recommended()")
            ]


def test_a_slider_moves_the_recommendation_to_what_python_computes(browser, made):
    path, recommended = made
    with opened(browser, path) as page:
        assert verdict(page) == answered.BEST
        seen = set()
        for percent in (0, 30, 60, 100):
            slide(page, "accuracy", percent)
            now = page.evaluate(NOW)
            assert sum(now["priorities"]["weights"].values()) == pytest.approx(100, abs=0.2)
            assert verdict(page) == now["label"] == recommended(now["priorities"])
            seen.add(now["label"])
        assert len(seen) > 1
        assert "instead of" in page.locator("#result .moved").inner_text()


def test_the_keyboard_turns_a_weight(browser, made):
    with opened(browser, made[0]) as page:
        page.locator("#wish-weight-accuracy").focus()
        page.keyboard.press("ArrowRight")
        assert page.evaluate("page.priorities('fast').weights") == {"latency_p50": 49, "accuracy": 51}
        assert page.locator("#wish-weight-accuracy").get_attribute("aria-valuetext") == "51 %"


def test_a_bound_is_edited_switched_off_added_and_removed(browser, made):
    path, recommended = made
    with opened(browser, path) as page:
        bound = page.get_by_label("accuracy ≥: bound")
        assert bound.input_value() == "baseline - 10 pp"
        bound.fill("baseline + 4 pp")
        assert page.locator("#result .verdict").inner_text() == "Nothing meets every constraint."
        assert recommended(page.evaluate(NOW)["priorities"]) is None
        page.get_by_label("accuracy ≥", exact=True).uncheck()
        assert page.evaluate(NOW)["priorities"]["constraints"] == []
        page.get_by_label("Metric of another constraint").select_option("size")
        page.get_by_label("size ≤: bound").fill("0.5 * baseline")
        now = page.evaluate(NOW)
        assert [one["text"] for one in now["priorities"]["constraints"]] == ["size <= 0.5 * baseline"]
        assert verdict(page) == now["label"] == recommended(now["priorities"])
        page.get_by_label("Remove the constraint size ≤").click()
        assert page.get_by_label("size ≤: bound").count() == 0


def test_another_constraint_begins_where_it_keeps_nothing_out_noise_and_equal_figures_too(answer, browser, tmp_path):
    answer["priorities"]["toys"]["constraints"] = []
    for one in answer["candidates"]:
        one["facts"]["size"] |= dict.fromkeys(("value", "low", "high"), 12_345_678)
    with opened(browser, report.write(answer, "", tmp_path)) as page:
        for metric, bound in (("size", "12.4 MB"), ("latency p90", "11.1 ms"), ("accuracy", "58.9 %")):
            page.get_by_label("Metric of another constraint").select_option(metric.replace(" ", "_"))
            assert page.locator(".bound input[type=text]").last.input_value() == bound
        assert page.evaluate("Array.from(page.weighed('toys').feasible)") == [1, 1, 1]


def test_what_nothing_meets_is_told_as_the_table_tells_it_an_estimate_as_one(kinds, browser, tmp_path):
    answer = kinds["with estimates"]()
    bound = {"op": "<=", "factor": 0.0, "offset": 0.0001, "text": "energy <= 100 µJ", "metric": "energy"}
    right = {"op": ">=", "factor": 0.0, "offset": 1.953, "text": "accuracy >= 195.3 %", "metric": "accuracy"}
    answer["priorities"]["toys"]["constraints"] = [bound, right]
    with opened(browser, report.write(answer, "", tmp_path)) as page:
        assert page.locator("#result .misses li span").all_inner_texts() == [
            "energy ≈ 1 mJ (estimate), misses 100 µJ by ≈ 900 µJ (900 %)",
            "accuracy 95.0 %, misses 195.3 % by 100 pp",
        ]


def test_a_bound_that_cannot_be_is_refused_in_words_and_changes_nothing(browser, made):
    with opened(browser, made[0]) as page:
        bound = page.get_by_label("accuracy ≥: bound")
        bound.fill("5 parsecs")
        bound.blur()
        assert "is no unit of this quantity" in page.locator(".bound .wrong").inner_text()
        assert bound.get_attribute("aria-invalid") == "true"
        assert page.evaluate("page.isTurned('fast')") is False


def test_the_address_keeps_the_setting_and_gives_it_back(browser, made):
    with opened(browser, made[0]) as page:
        slide(page, "accuracy", 80)
        page.locator(".tabs").get_by_text("small").click()
        expect(page).to_have_url(re.compile("profile=small"))
        page.reload()
        assert page.evaluate("[page.profile(), page.priorities('fast').weights]") == [
            "small",
            {"latency_p50": 20, "accuracy": 80},
        ]
        page.locator("nav a[href='#candidates']").click()
        expect(page).to_have_url(re.compile("fast:weight:accuracy=80"))
        page.locator(".tabs").get_by_text("fast").click()
        page.get_by_role("button", name="Reset").click()
        expect(page).not_to_have_url(re.compile("weight"))
        assert verdict(page) == answered.BEST


def test_a_shared_address_opens_with_its_setting_and_shows_it(browser, made):
    with opened(browser, made[0], f"#profile=fast&{SLOW}") as page:
        assert page.evaluate("page.priorities('fast').weights") == {"latency_p50": 1, "accuracy": 99}
        expect(page.locator("#what-if h2")).to_be_in_viewport()
        page.evaluate("location.hash = '#profile=small'")
        expect(page.get_by_role("radio", name="small")).to_be_checked()
        assert page.evaluate("page.isTurned('fast')") is False


@pytest.mark.parametrize(
    "garbage", ["#%", "#fast:weight:__proto__=1", "#profile=fast&fast:if=<img src=x onerror=alert(1)>", "#" + "&=:" * 400]
)
def test_garbage_in_the_address_leaves_the_suites_own(garbage, browser, made):
    path, _ = made
    own = json.loads((path.parent / "facts.json").read_text())["priorities"]["fast"]["constraints"]
    with opened(browser, path, garbage) as page:
        assert page.evaluate("page.isTurned('fast')") is False
        assert page.evaluate("page.priorities('fast').constraints") == own
        assert page.locator("#what-if img").count() == 0


def test_the_copied_profile_is_the_suites_own_syntax(browser, made, registry, tmp_path):
    with opened(browser, made[0], f"#profile=fast&{SLOW}", permissions=["clipboard-read", "clipboard-write"]) as page:
        page.get_by_role("button", name="Copy as YAML").click()
        page.get_by_text("copied", exact=True).wait_for()
        text = page.evaluate("navigator.clipboard.readText()")
        page.get_by_role("button", name="Copy link").click()
        page.get_by_text("copied", exact=True).nth(1).wait_for()
        assert "fast:weight:accuracy=99" in page.evaluate("navigator.clipboard.readText()")
    suite = re.sub(r"profiles:\n[\s\S]*", "profiles:\n", answered.SUITE) + text
    (profile,) = loads(suite, registry, tmp_path).profiles
    assert profile.weights == {"latency_p50": 1, "accuracy": 99}
    assert [one.text for one in profile.constraints] == ["accuracy >= baseline - 10 pp"]
