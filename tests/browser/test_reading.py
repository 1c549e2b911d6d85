"""Reading a page of many candidates: the table gives what it is asked for, and what is chosen in one place stands out in all."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser import needs_browser, opened, settled

pytestmark = needs_browser

CLIPBOARD = ["clipboard-read", "clipboard-write"]
RINGED = """() => document.getElementById('chart').data.filter((one) => one.marker?.symbol === 'circle-open')
  .flatMap((one) => one.customdata)"""


def rows(page: Page) -> list[str]:
    """Return the labels of the rows of the table, as they stand."""
    return page.evaluate(
        "() => [...document.querySelectorAll('#all tbody tr[data-row]')].map((one) => candidates.label(Number(one.dataset.row)))"
    )


def known(made_up, wanted: Callable[[Mapping[str, Any]], bool] = lambda facts: True) -> set[str]:
    """Return the candidates with figures that are wanted."""
    return {one["candidate"] for one in made_up.told.answer["candidates"] if wanted(one["facts"])}


def choose(page: Page, name: str) -> None:
    """Unfold a group of controls of the table."""
    page.locator("#table-controls summary", has_text=name).click()


def test_words_and_a_range_leave_the_rows_that_they_fit(browser, made_up):
    with opened(browser, made_up.page) as page:
        choose(page, "Ranges")
        page.get_by_label("latency p90 at most").fill("8 ms")
        page.get_by_label("accuracy at least").fill("80 %")
        fit = known(made_up, lambda facts: facts["latency_p90"]["value"] <= 0.008 and facts["accuracy"]["value"] >= 0.8)
        assert 0 < len(fit) <= 100
        assert set(rows(page)) == fit
        page.locator("#filter").fill("openvino prune")
        fewer = {label for label in fit if "openvino" in label and "prune" in label}
        assert fewer
        assert set(rows(page)) == fewer
        page.locator("#filter").fill("openvino nothing-like-that")
        expect(page.locator("#nothing")).to_be_visible()
        page.get_by_role("button", name="show all").click()
        assert len(rows(page)) == 100


@pytest.mark.parametrize(("heading", "metric"), [("latency p90", "latency_p90"), ("accuracy", "accuracy")])
def test_a_heading_sorts_over_all_pages(browser, made_up, heading, metric):
    figures = [one["facts"][metric]["value"] for one in made_up.told.answer["candidates"]]
    with opened(browser, made_up.page) as page:
        button = page.locator("#all thead").get_by_role("button", name=heading)
        for way in range(2):
            button.click()
            shown = page.evaluate("(labels) => labels.map((label) => page.data.labels.indexOf(label))", rows(page))
            values = [figures[row] for row in shown]
            downwards = (metric == "accuracy") == (way == 0)
            assert values == sorted(figures, reverse=downwards)[:100]


def test_the_pager_shows_every_candidate_once(browser, made_up):
    with opened(browser, made_up.page) as page:
        seen = rows(page)
        for _ in range(2):
            page.get_by_role("button", name="next").click()
            seen += rows(page)
        failed = {one["candidate"] for one in made_up.told.answer["failures"]}
        assert len(seen) == len(set(seen))
        assert set(seen) == known(made_up) | failed
        expect(page.get_by_role("button", name="next")).to_have_attribute("aria-disabled", "true")


def test_columns_are_chosen_and_copied_are_all_that_fit_in_si_units(browser, made_up):
    with opened(browser, made_up.page, permissions=CLIPBOARD) as page:
        choose(page, "Columns")
        page.locator("#columns").get_by_label("latency p99", exact=True).check()
        expect(page.locator("#all thead").get_by_role("button", name="latency p99")).to_be_visible()
        page.locator("#columns").get_by_label("accuracy").uncheck()
        expect(page.locator("#all thead").get_by_role("button", name="accuracy")).to_have_count(0)
        page.locator("#filter").fill("onnxruntime")
        page.get_by_role("button", name="Copy as CSV").click()
        page.get_by_text("copied", exact=True).wait_for()
        copied = page.evaluate("navigator.clipboard.readText()")
    lines = {line["candidate"]: line for line in csv.DictReader(io.StringIO(copied))}
    facts = {one["candidate"]: one["facts"] for one in made_up.told.answer["candidates"] if "onnxruntime" in one["candidate"]}
    assert len(lines) > 100, "more than a page of the table"
    assert facts.keys() == {label for label, line in lines.items() if line["accuracy [share]"]}
    for label, told in facts.items():
        for name, unit in (("accuracy", "share"), ("latency_p90", "s"), ("size", "B")):
            assert float(lines[label][f"{name} [{unit}]"]) == pytest.approx(told[name]["value"], rel=1e-3)


def test_what_is_ticked_in_the_table_is_ringed_in_the_chart_and_pressed_in_the_ranking(browser, made_up):
    best = made_up.told.answer["profiles"]["realtime"]["candidate"]
    with opened(browser, made_up.page, viewport={"width": 1280, "height": 4000}) as page:
        page.locator("#chart .main-svg").first.wait_for()
        page.locator("#filter").fill(best)
        page.locator("#all tbody .check input").first.check()
        row = page.evaluate("(label) => page.data.labels.indexOf(label)", best)
        page.locator("#chart").scroll_into_view_if_needed()
        settled(page, f"JSON.stringify(({RINGED})()) === '[{row}]'")
        expect(page.locator(f".pick[data-row='{row}']")).to_have_attribute("aria-pressed", "true")
        expect(page.locator(".selection")).to_contain_text("selected")
        page.get_by_role("button", name="Clear selection").click()
        settled(page, f"({RINGED})().length === 0")
        expect(page.locator("#all tbody .check input").first).not_to_be_checked()


def test_a_point_that_is_clicked_is_selected_in_the_table_and_everywhere(browser, made_up):
    with opened(browser, made_up.page, viewport={"width": 1280, "height": 4000}) as page:
        page.locator("#chart .main-svg").first.wait_for()
        star = page.locator("#chart .scatterlayer .trace path.point").last.bounding_box()
        page.mouse.move(star["x"] + star["width"] / 2, star["y"] + star["height"] / 2, steps=3)
        expect(page.locator(".tip")).to_be_visible()
        page.mouse.click(star["x"] + star["width"] / 2, star["y"] + star["height"] / 2)
        settled(page, "page.selected.size === 1")
        (row,) = page.evaluate("[...page.selected]")
        page.locator("#show").select_option("selected")
        assert rows(page) == [page.evaluate("(row) => page.data.labels[row]", row)]


def test_a_range_marked_on_a_scale_selects_what_lies_in_it(browser, made_up):
    with opened(browser, made_up.page, viewport={"width": 1280, "height": 4000}) as page:
        grip = page.get_by_role("slider", name="accuracy: the worst that is kept")
        grip.wait_for()
        for _ in range(6):
            grip.press("PageUp")
        told = grip.get_attribute("aria-valuetext")
        least = page.evaluate("(text) => units.parse(text, 'share')", told)
        fit = known(made_up, lambda facts: facts["accuracy"]["value"] >= least - 0.001)
        assert 0 < len(fit) < len(known(made_up))
        chosen = set(page.evaluate("[...page.selected].map((row) => page.data.labels[row])"))
        assert chosen <= fit
        assert len(fit - chosen) <= len(fit) // 20, "but for those that rounding puts at its end"
        expect(page.locator("#parallel-note")).to_contain_text(f"{len(chosen)} of")
