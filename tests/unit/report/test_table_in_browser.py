"""The table of all candidates in a real browser: what it shows, by mouse and by keyboard, and what it is linked with."""

import copy
import csv
import io

import pytest

from harness import report
from tests.browser import needs_browser, opened, started

pytestmark = needs_browser

ENDED = {"candidate": "weak@torch/b1", "why": "accuracy 50 % breaks accuracy >= 90 %, beyond doubt", "facts": {}}


@pytest.fixture(scope="module")
def browser():
    with started() as made:
        yield made


@pytest.fixture
def show(browser, tmp_path):
    """Return what opens the page of an answer."""
    return lambda answer, fragment="", **context: opened(browser, report.write(answer, "", tmp_path), fragment, **context)


def names(page):
    return page.locator("#all tbody tr[data-row] .opener").all_inner_texts()


def outcome(page, row):
    return page.locator(f"#candidate-{row} .outcome").inner_text()


def many(answer, number):
    """Return an answer with so many candidates more, each a little slower than the one before."""
    for i in range(number):
        one = copy.deepcopy(answer["candidates"][1])
        one["candidate"] = f"more{i}@onnxruntime/b1"
        one["model"]["label"] = f"more{i}"
        for end in ("value", "low", "high"):
            one["facts"]["latency_p90"][end] += (i + 1) * 1e-6
        answer["candidates"].append(one)
        answer["baselines"][one["candidate"]] = answer["candidates"][0]["candidate"]
    return answer


def test_the_best_comes_first_and_every_candidate_says_why_it_won_or_lost(answer, show):
    answer["screened"] = [ENDED]
    with show(answer) as page:
        assert names(page) == ["toy + quantize:static", "toy", "tiny", "huge@torch/b1", "weak@torch/b1"]
        assert outcome(page, 1) == "recommended"
        assert outcome(page, 0).split("\n") == ["0.062 less utility", "most by latency p90 (−0.100)"]
        assert outcome(page, 2) == "accuracy 60.0 %, misses 90.0 % by 30 pp"
        assert outcome(page, 3) == "failed: out of memory while loading"
        assert outcome(page, 4).split("\n") == ["ended by a quick look", ENDED["why"]]
        assert page.locator("#shown").inner_text() == "5 candidates"
        assert page.locator("#candidate-1 .star").inner_text() == "★ toys"
        assert page.locator("#candidate-0 .mark").inner_text() == "baseline"
        page.locator("#candidate-3 .outcome a").click()
        assert "no room" in page.locator(".failure:target").inner_text()


def test_of_a_quick_look_is_told_what_disturbed_it_and_how_often_it_was_taken(answer, show):
    looked = {"value": 0.02, "low": 0.01, "high": 0.03, "unit": "s", "n": 40, "quality": "contended", "processes": 3, "tries": 2}
    answer["screened"] = [ENDED | {"facts": {"latency_p90": looked}}]
    with show(answer) as page:
        assert page.locator("#candidate-4 > td").last.inner_text() == "contended: latency p90"
        page.locator("#candidate-4 .opener").click()
        figures = page.locator("#about-4 .figures tbody td").all_inner_texts()
        assert figures == ["20 ms", "10–30", "", "40", "3", "2", "contended", "measured"]


def test_a_heading_sorts_the_better_first_and_turns_around_by_keyboard(answer, show):
    with show(answer) as page:
        heading = page.get_by_role("button", name="latency p90")
        heading.focus()
        page.keyboard.press("Enter")
        assert names(page)[:3] == ["tiny", "toy + quantize:static", "toy"]
        assert page.locator('th[aria-sort="ascending"]').inner_text() == "latency p90"
        page.keyboard.press("Enter")
        assert names(page)[:3] == ["toy", "toy + quantize:static", "tiny"]
        assert page.locator('th[aria-sort="descending"]').inner_text() == "latency p90"
        assert page.evaluate("document.activeElement.textContent") == "latency p90"


def test_words_and_ranges_filter_and_what_is_no_quantity_is_told(answer, show):
    with show(answer) as page:
        page.locator("#filter").fill("ONNX static")
        assert names(page) == ["toy + quantize:static"]
        page.locator("#filter").fill("toy")
        page.get_by_text("Ranges").click()
        most = page.get_by_label("latency p90 at most")
        most.fill("5 ms")
        assert names(page) == ["toy + quantize:static"]
        assert page.locator("#shown").inner_text() == "1 of 4 candidates"
        most.fill("5 parsecs")
        assert names(page) == ["toy + quantize:static", "toy"]
        assert most.get_attribute("aria-invalid") == "true"
        assert "'parsecs' is no unit of this quantity" in page.locator(".wrong:not(:empty)").inner_text()
        page.get_by_label("accuracy at least").fill("99 %")
        assert names(page) == []
        assert page.locator("#nothing").is_visible()
        page.get_by_role("button", name="show all").click()
        assert len(names(page)) == 4
        assert most.input_value() == ""


@pytest.mark.parametrize(
    ("show_only", "shown"),
    [("feasible", [1, 0]), ("front", [1, 0]), ("near", [1, 0, 2]), ("unmeasured", [3]), ("selected", [2])],
)
def test_a_kind_is_shown_alone(answer, show, show_only, shown):
    with show(answer) as page:
        page.evaluate("page.select([2])")
        page.locator("#show").select_option(show_only)
        assert page.locator("#all tbody tr[data-row]").evaluate_all("rows => rows.map(row => Number(row.dataset.row))") == shown


def test_what_is_chosen_stays_while_the_session_does(answer, show):
    with show(answer) as page:
        page.get_by_text("Columns").click()
        page.locator("#columns").get_by_label("size").check()
        page.locator("#columns").get_by_label("accuracy").uncheck()
        page.locator("#filter").fill("toy")
        page.get_by_role("button", name="candidate").click()
        page.reload()
        heads = page.locator("#all thead button").all_inner_texts()
        assert heads == ["candidate", "outcome", "utility", "latency p90", "size", "front", "quality"]
        assert names(page) == ["toy", "toy + quantize:static"]
        assert page.locator("#filter").input_value() == "toy"


@pytest.mark.parametrize(
    "kept",
    [
        '{"ranges": {"size": []}}',
        '{"ranges": {"size": ["1"]}}',
        '{"ranges": {"size": ["0 B", "1 B", ""]}}',
        '{"columns": 3, "ranges": {"nothing": ["1"], "size": 7}, "text": null}',
        "[]",
        "{",
        "7",
        "null",
    ],
)
def test_nonsense_that_is_kept_in_the_session_is_no_harm(answer, show, kept):
    with show(answer) as page:
        page.evaluate("kept => sessionStorage.setItem('candidates of made-up', kept)", kept)
        page.reload()
        assert len(names(page)) == 4
        assert page.locator("#ranges-told").inner_text() == ""


def test_a_row_opens_everything_that_is_known_of_it(kinds, show):
    with show(kinds["with estimates"]()) as page:
        page.locator("#candidate-1 .opener").focus()
        page.keyboard.press("Enter")
        assert page.locator("#candidate-1 .opener").get_attribute("aria-expanded") == "true"
        told = page.locator("#about-1").inner_text()
        for said in ("throttled", "≈ 1 mJ", "estimate, not measured", "hardware counter", "no GPU", "0123456789abcdef01234567"):
            assert said in told
        assert f"--candidate {page.evaluate('page.data.labels[1]')} " in told
        page.keyboard.press("Enter")
        assert page.locator("#about-1").count() == 0


def test_an_estimate_and_an_unknown_figure_are_told_as_that_wherever_they_stand(kinds, show):
    answer = kinds["with estimates"]()
    answer["metrics"]["server_rate"] = {"unit": "samples/s", "higher": True, "summary": ""}
    rate = {"metric": "server_rate", "op": ">=", "factor": 0.0, "offset": 5.0, "text": "server_rate >= 5"}
    answer["priorities"]["toys"]["constraints"].append(rate)
    with show(answer) as page:
        lines = outcome(page, 2).split("\n")
        assert lines[1:] == ["energy ≈ 3 mJ (estimate), misses 2 mJ by ≈ 1 mJ (50 %)", "server rate is not known"]
        heads = page.locator("#all thead th button").all_inner_texts()
        cells = page.locator("#candidate-1 > :is(th, td)").all_inner_texts()[1:]
        told = dict(zip(heads, cells, strict=True))
        assert told["energy"].split("\n") == ["≈ 1 mJ", "800 µJ – 1.20 mJ", "estimate"]
        assert told["server rate"] == "no rate held the latency."
        assert told["latency p90"].split("\n")[-1] == "throttled"
        assert told["quality"] == "throttled: latency p90"


def test_a_label_that_a_shell_would_read_is_quoted_in_the_command(answer, show):
    answer["candidates"][1]["candidate"] = "it's $(reboot)@torch/b1"
    with show(answer) as page:
        page.locator("#candidate-1 .opener").click()
        assert page.locator("#about-1 .command pre").inner_text().endswith(" --candidate 'it'\\''s $(reboot)@torch/b1' deploy")


def test_the_selection_goes_both_ways(answer, show):
    with show(answer) as page:
        page.get_by_label("Select tiny on").check()
        assert page.evaluate("[...page.selected]") == [2]
        assert page.evaluate("document.activeElement.getAttribute('aria-label')").startswith("Select tiny")
        page.evaluate("page.select([0, 1])")
        assert page.locator("tr.selected").evaluate_all("rows => rows.map(row => row.id)") == ["candidate-1", "candidate-0"]
        assert page.locator("#select-all").evaluate("box => box.indeterminate")
        page.locator("#select-all").check()
        assert page.evaluate("[...page.selected].sort()") == [0, 1, 2], "what has no figures is in no chart"


def test_outcomes_and_the_order_follow_the_setting(answer, show):
    with show(answer) as page:
        page.evaluate("page.turn('toys', { ...page.turnedTo('toys'), weights: { accuracy: 1 } })")
        assert names(page)[0] == "toy"
        assert (outcome(page, 0), outcome(page, 1).split("\n")[0]) == ("recommended", "0.050 less utility")
        assert page.locator("#candidate-0 .star").inner_text() == "★ toys"
        page.evaluate("page.turn('toys', { ...page.turnedTo('toys'), weights: { latency_p90: 1 } })")
        assert names(page)[:3] == ["toy + quantize:static", "toy", "tiny"], "the fastest breaks a constraint, and comes last"
        page.evaluate("page.turn('toys', { ...page.turnedTo('toys'), weights: { accuracy: 1 }, constraints: [] })")
        assert outcome(page, 2).startswith("0.800 less utility")


def test_a_hundred_rows_at_a_time_are_shown_and_the_others_by_keyboard(answer, show):
    with show(many(answer, 247)) as page:
        assert len(names(page)) == 100
        assert page.locator("#page-told").inner_text() == "1 to 100 of 251"
        before, after = page.get_by_role("button", name="previous"), page.get_by_role("button", name="next")
        assert before.get_attribute("aria-disabled") == "true"
        after.focus()
        page.keyboard.press("Enter")
        assert page.locator("#page-told").inner_text() == "101 to 200 of 251"
        page.keyboard.press("Enter")
        page.keyboard.press("Enter")
        assert page.locator("#page-told").inner_text() == "201 to 251 of 251"
        assert after.get_attribute("aria-disabled") == "true"
        assert page.evaluate("document.activeElement.textContent") == "next"
        page.locator("#filter").fill("more")
        assert page.locator("#page-told").inner_text() == "1 to 100 of 247"


def test_a_link_to_a_candidate_opens_it_wherever_it_is(answer, show):
    with show(many(answer, 147), "#candidate-149") as page:
        assert page.locator("#about-149").is_visible()
        page.locator("#filter").fill("nothing like that")
        page.evaluate("location.hash = '#candidate-0'")
        page.locator("#about-0").wait_for()
        assert page.locator("#filter").input_value() == ""
        before = names(page)
        page.evaluate("location.hash = '#candidate-99999'")
        assert names(page) == before


def test_the_copied_table_has_every_row_that_is_shown_in_si_units_and_no_formula(answer, show):
    answer["candidates"][2]["candidate"] = "=1+1"
    answer["near_front"] = ["=1+1"]
    with show(answer) as page:
        page.evaluate("navigator.clipboard.writeText = async (text) => { window.copied = text; }")
        page.locator("#show").select_option("near")
        page.get_by_role("button", name="Copy as CSV").click()
        page.get_by_text("copied", exact=True).wait_for()
        lines = list(csv.DictReader(io.StringIO(page.evaluate("copied"))))
        assert [line["candidate"] for line in lines][2] == "'=1+1"
        assert float(lines[0]["latency_p90 [s]"]) == 0.002
        assert float(lines[0]["latency_p90 high"]) == pytest.approx(0.0022)
        assert (lines[0]["recommended for"], lines[0]["front"], lines[0]["batch size"]) == ("toys", "front", "1")
        assert lines[2]["outcome under toys"] == "accuracy 60.0 %, misses 90.0 % by 30 pp"


def test_without_scripts_the_front_is_there_as_a_plain_table(answer, show):
    with show(answer, java_script_enabled=False) as page:
        lines = page.locator("noscript .all tbody tr").all_inner_texts()
        assert len(lines) == 2
        assert "2 ms (1.80–2.20)" in lines[1]
        assert not page.locator("#table-controls").is_visible()


@pytest.mark.parametrize("kind", ["hostile", "hostile compressed"])
def test_nothing_in_a_name_runs_wherever_it_stands(kinds, show, kind):
    answer = kinds[kind]()
    answer["screened"] = [{"candidate": "<img src=x onerror=document.title='owned'>", "why": "<b onclick=alert(1)>", "facts": {}}]
    answer["trust"] = {"suite_file": "<script>document.title='owned'</script>"}
    with show(answer) as page:
        for opener in page.locator(".opener").all():
            opener.click()
        page.get_by_text("Columns").first.click()
        assert page.title() != "owned"
        assert page.locator("img").count() == 0
        assert "onerror=document.title='owned'" in page.locator("#all").inner_text()


@pytest.mark.parametrize("kind", ["without anything", "with gaps", "infeasible", "with estimates", "without parent"])
def test_every_kind_of_answer_has_a_table_that_works(kinds, show, kind):
    with show(kinds[kind]()) as page:
        for heading in page.locator("#all thead button").all():
            heading.click()
        for opener in page.locator(".opener").all():
            opener.click()
        assert page.locator("#failures").is_visible()


def test_an_answer_without_profiles_has_a_table_without_utilities(answer, show):
    answer["profiles"] = answer["priorities"] = {}
    for one in answer["candidates"]:
        one["scores"] = {}
    with show(answer) as page:
        assert page.locator("#all thead button").all_inner_texts() == [
            "candidate",
            "outcome",
            "latency p90",
            "accuracy",
            "front",
            "quality",
        ]
        assert page.locator("#all [aria-sort]").count() == 0
        assert names(page) == ["toy", "toy + quantize:static", "tiny", "huge@torch/b1"]
