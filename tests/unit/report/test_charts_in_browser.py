"""The charts in a real browser: drawn as they come near, linked by what is selected, following the profile that is looked at."""

import copy

import pytest

from harness import report
from tests.browser import needs_browser, opened, settled, started

pytestmark = needs_browser

WHOLE = {"viewport": {"width": 1280, "height": 8000}}
"""A window in which every chart is near the view."""

CHARTS = ("chart", "latencies-chart", "batches-chart", "rates-chart", "memory-chart", "searching-chart")
NAMES = "(id) => document.getElementById(id).nextElementSibling.innerText.split('\\n')"
MARKERS = """() => document.getElementById('chart').data.filter((one) => one.mode === 'markers' && one.customdata)
  .map((one) => [one.marker.symbol, one.customdata])"""

HOLLOW = f"""() => ({MARKERS})().filter(([symbol]) => Array.isArray(symbol))
  .flatMap(([symbols, rows]) => rows.filter((_, i) => symbols[i].endsWith('-open')))"""


@pytest.fixture(scope="module")
def browser():
    with started() as made:
        yield made


@pytest.fixture
def show(browser, tmp_path):
    """Return what opens the page of an answer."""
    return lambda answer, **context: opened(browser, report.write(answer, "", tmp_path), **{**WHOLE, **context})


def drawn(page, name="chart"):
    page.wait_for_selector(f"#{name}.js-plotly-plot .main-svg", state="attached")
    return page


@pytest.mark.parametrize("kind", ["charted", "hostile charted"])
def test_every_chart_is_drawn_and_no_name_runs(kind, kinds, show):
    with show(kinds[kind]()) as page:
        for name in CHARTS:
            drawn(page, name)
        assert page.locator(".parallel .scale").count() == 3
        assert page.title() != "owned"
        assert page.locator("img").count() == 0
        assert page.evaluate(NAMES, "memory-chart")[0].endswith("baseline")


def test_a_chart_is_drawn_when_it_comes_near_and_not_before(kinds, show):
    with show(kinds["charted"](), viewport={"width": 1280, "height": 300}) as page:
        assert page.locator("#searching-chart.js-plotly-plot").count() == 0
        page.locator("#searching-chart").scroll_into_view_if_needed()
        drawn(page, "searching-chart")


def test_nothing_moves_when_charts_are_drawn_so_that_no_click_is_lost(kinds, show):
    with show(kinds["charted"](), viewport={"width": 1280, "height": 300}) as page:
        opener = "document.querySelector('.opener')"
        where = f"{opener}.getBoundingClientRect().top + scrollY"
        before = page.evaluate(where)
        for name in CHARTS:
            page.locator(f"#{name}").scroll_into_view_if_needed()
            drawn(page, name)
        page.locator("#parallel").scroll_into_view_if_needed()
        page.locator(".parallel .scale").first.wait_for()
        assert page.evaluate(where) == before
    with show(kinds["charted"]()) as page:
        page.locator(".opener").first.click(delay=60)
        assert page.locator(".opener").first.get_attribute("aria-expanded") == "true"


def test_everything_is_drawn_for_paper(kinds, show):
    with show(kinds["charted"](), viewport={"width": 1280, "height": 300}) as page:
        page.pdf()
        for name in CHARTS:
            assert page.locator(f"#{name}.js-plotly-plot .main-svg").count(), name


def test_stars_and_what_breaks_a_constraint_follow_the_setting(answer, show):
    with show(answer) as page:
        drawn(page)
        assert ["star", [1]] in page.evaluate(MARKERS)
        assert page.evaluate(f"({HOLLOW})()") == [2]
        page.evaluate("page.turn('toys', { ...page.priorities('toys'), constraints: [] })")
        settled(page, f"({HOLLOW})().length === 0")
        page.evaluate(
            "page.turn('toys', { ...page.priorities('toys'), constraints: [], weights: { latency_p90: 1, accuracy: 0 } })"
        )
        settled(page, f"({MARKERS})().some(([symbol, rows]) => symbol === 'star' && rows[0] === 2)")


def test_a_point_that_is_clicked_is_selected_everywhere_and_let_go(kinds, show):
    with show(kinds["charted"]()) as page:
        drawn(page)
        drawn(page, "latencies-chart")
        assert len(page.evaluate(NAMES, "latencies-chart")) == 2
        page.locator("#chart .scatterlayer .trace .points path").first.click(force=True)
        settled(page, "page.selected.size === 1")
        row = page.evaluate("[...page.selected][0]")
        assert page.locator(f"#candidate-{row}.selected").count() == 1
        assert page.locator(".selection").is_visible()
        page.evaluate("page.select([1])")
        settled(page, f"({NAMES})('latencies-chart').length === 1")
        assert page.evaluate(NAMES, "latencies-chart")[0].endswith("★ toys")
        page.get_by_role("button", name="Clear selection").click()
        settled(page, f"({NAMES})('latencies-chart').length === 2")
        assert not page.locator(".selection").is_visible()


def test_a_box_around_points_selects_them(answer, show):
    with show(answer) as page:
        drawn(page)
        page.locator("#chart").hover()
        page.locator('#chart [data-title="Box Select"]').click()
        box = page.locator("#chart .nsewdrag").first.bounding_box()
        page.mouse.move(box["x"] + 2, box["y"] + 2)
        page.mouse.down()
        page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2, steps=4)
        page.mouse.move(box["x"] + box["width"] - 2, box["y"] + box["height"] - 2, steps=4)
        page.mouse.up()
        settled(page, "page.selected.size === 3")


def test_a_range_that_is_marked_on_a_scale_keeps_what_lies_in_it_by_mouse_and_by_keyboard(answer, show):
    with show(answer) as page:
        drawn(page)
        scale = page.locator(".scale", has_text="accuracy")
        track = scale.locator(".track").bounding_box()
        page.mouse.move(track["x"] + track["width"] / 2, track["y"] + track["height"] - 2)
        page.mouse.down()
        page.mouse.move(track["x"] + track["width"] / 2, track["y"] + track["height"] / 2, steps=4)
        page.mouse.up()
        settled(page, "[...page.selected].join() === '0,1'")
        assert page.locator("#parallel-note").inner_text().startswith("2 of 3 candidates lie in the ranges")
        grip = scale.get_by_role("slider", name="accuracy: the worst that is kept")
        grip.focus()
        page.keyboard.press("Escape")
        settled(page, "page.selected.size === 0")
        page.keyboard.press("PageUp")
        settled(page, "[...page.selected].join() === '0,1'")
        assert grip.get_attribute("aria-valuetext") == "63.6 %"


def test_what_is_known_of_a_candidate_stands_beside_the_pointer(answer, show):
    with show(answer) as page:
        drawn(page)
        page.locator("#chart .scatterlayer .trace .points path").last.hover(force=True)
        told = page.locator(".tip").inner_text().replace("\n\n", "\n").split("\n")
        assert told[:4] == [
            "toy + quantize:static",
            "onnxruntime (threads=1), batch 1",
            "★ recommended for toys",
            "on the Pareto front",
        ]
        assert told[-6:] == ["latency p90", "2 ms 1.80–2.20", "accuracy", "95.0 % 94.0–96.0", "size", "1 MB"]


def test_a_line_across_the_scales_tells_what_it_is_and_a_click_selects_it(answer, show):
    with show(answer) as page:
        page.locator(".parallel .scale").first.wait_for()
        track = page.locator(".parallel .track").first.bounding_box()
        x, y = track["x"] + track["width"] / 2 + 30, track["y"] + 0.05 * track["height"]  # near the best latency, that of "tiny"
        page.mouse.move(x, y)
        assert page.locator(".tip strong").inner_text() == "tiny"
        page.mouse.click(x, y)
        settled(page, "[...page.selected].join() === '2'")


def test_two_axes_never_show_the_same_metric(answer, show):
    with show(answer) as page:
        drawn(page)
        page.locator("#x").select_option("accuracy")
        assert page.locator("#y").input_value() == "latency_p90"
        page.locator("#y").select_option("size")
        page.locator("#x").select_option("size")
        assert page.locator("#y").input_value() == "accuracy"


def test_a_third_metric_gives_depth(answer, browser, tmp_path):
    path = report.write(answer, "", tmp_path)
    where = browser.new_context(offline=True, **WHOLE)  # the browser itself warns of how WebGL is used
    page = where.new_page()
    raised = []
    page.on("pageerror", lambda error: raised.append(str(error)))
    page.goto(path.as_uri())
    if page.locator("#z").is_disabled():
        pytest.skip("this browser has no WebGL")
    page.locator("#z").select_option("size")
    page.wait_for_selector("#chart .gl-container canvas", state="attached")
    assert {one["type"] for one in page.evaluate("document.getElementById('chart').data.map(({ type }) => ({ type }))")} == {
        "scatter3d"
    }
    page.locator("#colour").select_option("utility")
    page.locator("#z").select_option("")
    settled(page, "document.getElementById('chart').data.every((one) => one.type === 'scatter')")
    assert raised == []
    where.close()


def test_the_search_is_told_over_minutes_too(kinds, show):
    with show(kinds["charted"]()) as page:
        drawn(page, "searching-chart")
        page.locator("#searching-by").select_option("minutes")
        settled(page, "Math.abs(document.getElementById('searching-chart').data[0].x[2] - 61 / 60) < 1e-9")


def test_the_candidates_that_made_a_search_better_are_in_a_table(kinds, show):
    with show(kinds["charted"]()) as page:
        drawn(page, "searching-chart")
        page.locator("#search summary").click()
        lines = page.locator("#search .as-table tbody tr").all_inner_texts()
        assert [line.split("\t") for line in lines] == [
            ["1", "10 s", "toy@torch/b1", "0.200", ""],
            ["3", "61 s", "toy+quantize:static@onnxruntime:threads=1/b1", "0.600", "0.800"],
        ]


def test_rates_are_in_a_table_with_those_that_had_no_answer_in_time(kinds, show):
    with show(kinds["charted"]()) as page:
        drawn(page, "rates-chart")
        page.locator("#speed summary").click()
        lines = page.locator("#speed .as-table tbody tr").all_inner_texts()
        assert [line.split("\t")[1:] for line in lines] == [
            ["50 /s", "49 /s", "p99 4 ms", "300", "held"],
            ["100 /s", "none", "none in time", "300", "too slow"],
        ]


def test_another_scenario_has_its_own_latencies(kinds, show):
    with show(kinds["charted"]()) as page:
        drawn(page, "latencies-chart")
        page.locator("#latencies-scenario").select_option("server")
        settled(page, f"({NAMES})('latencies-chart').length === 1")


def crowded(answer):
    """Return an answer with two thousand candidates more."""
    for i in range(2000):
        one = copy.deepcopy(answer["candidates"][i % 3])
        one["candidate"] = f"more{i}"
        answer["candidates"].append(one)
        answer["baselines"][one["candidate"]] = answer["candidates"][0]["candidate"]
    return answer


def test_very_many_candidates_are_a_crowd_in_which_each_can_be_selected(answer, show):
    with show(crowded(answer)) as page:
        drawn(page)
        paths = page.locator("#chart .shapelayer path").evaluate_all("all => all.map((one) => one.getAttribute('d'))")
        assert sum(one.count("M") for one in paths) == 1999, "all but one of the copies, which is recommended now"
        assert page.locator("#chart .scatterlayer .points path").count() < 20
        page.locator("#chart").hover()
        page.locator('#chart [data-title="Lasso Select"]').click()
        box = page.locator("#chart .nsewdrag").first.bounding_box()
        left, top, right, bottom = box["x"] + 2, box["y"] + 2, box["x"] + box["width"] - 2, box["y"] + box["height"] - 2
        page.mouse.move(left, top)
        page.mouse.down()
        for x, y in ((right, top), (right, bottom), (left, bottom), (left, top)):
            page.mouse.move(x, y, steps=3)
        page.mouse.up()
        settled(page, "page.selected.size === 2003")


def test_a_point_in_a_crowd_tells_what_it_is(answer, show):
    with show(crowded(answer)) as page:
        drawn(page)
        x, y = page.evaluate("""() => {
            const { xaxis, yaxis } = document.getElementById('chart')._fullLayout;
            return [xaxis._offset + xaxis.d2p(0.001), yaxis._offset + yaxis.d2p(0.6)];
        }""")
        box = page.locator("#chart").bounding_box()
        page.mouse.move(box["x"] + x + 1, box["y"] + y)
        page.wait_for_selector(".tip:not([hidden])")
        assert page.locator(".tip strong").inner_text() == "tiny"
