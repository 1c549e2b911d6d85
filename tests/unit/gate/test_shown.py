"""Markdown, JUnit XML and the page, word by word; ``tests/property/test_gate.py`` holds them against each other."""

import re
from xml.etree import ElementTree as ET

import numpy as np
import pytest

from harness.gate import junit, markdown, page, telling
from harness.gate.decide import decide
from harness.gate.samples import Block, Broken, Exact, History, Job, Outcomes, Plan
from tests.gate_samples import HERE, LATENCY, case, samples, turn

NOISY = (0.03 + np.random.default_rng(0).normal(0, 0.2, 40)).tolist()
ADVISORY = LATENCY.model_copy(update={"name": "latency_p99", "advisory": True})
SLOWER = samples(
    case(
        [0.05] * 14,
        [LATENCY, ADVISORY],
        exact=(Exact(name="parameters", unit="count", baseline=4_876_010, candidate=4_876_011, limit=0.01),),
        accuracy=Outcomes(both=900, gained=10, lost=12, neither=78, limit=0.01),
    )
)


def shown(told):
    return markdown.render(decide(told), told)


def test_a_regression_is_told_in_one_line_with_its_bounds():
    assert shown(SLOWER).splitlines()[0] == "### Regressed: latency of resnet +5.1 %"
    spread = samples(case([0.03, 0.07] * 7))
    assert re.fullmatch(r"### Regressed: latency of resnet \+5\.1 % \(\+\d\.\d to \+\d\.\d\)", shown(spread).splitlines()[0])


def test_markdown_is_a_table_with_what_fails_first_and_how_to_measure_it_again():
    assert shown(SLOWER).splitlines()[2:] == [
        "`feature` against `main`.",
        "",
        "**`resnet`**",
        "",
        "| metric | baseline | candidate | change | verdict |",
        "|---|---:|---:|---:|---|",
        "| latency | 10 ms | 10.5 ms | +5.1 % | **regressed**, 2 % tolerated |",
        "| parameters | 4,876,010 | 4,876,011 | +&lt;0.1 % | pass |",
        "| accuracy | 91.2 % | 91.0 % | −0.20 pp (−1.19 to +0.78) | pass |",
        "| latency p99 | 10 ms | 10.5 ms | +5.1 % | regressed, advisory |",
        "",
        "14 blocks, looks after 11, 16, 23 and 40; Xeon, 2 cores; processes: 28 clean. "
        "In brackets: the bounds that a verdict rests on.",
        "",
        "To measure it again: `harness gate suite.yaml`",
    ]


@pytest.mark.parametrize(
    ("told", "words"),
    [
        (samples(case([0.0] * 14)), "Pass: none of 1 metric is worse by as much as is to be caught"),
        (samples(case([-0.05] * 14)), "Improved: latency of resnet −4.9 %"),
        (samples(case([0.05] * 14), case([0.05] * 14, name="b")), "Regressed: latency of resnet +5.1 %, and 1 more"),
        (samples(case(NOISY)), "Inconclusive: 1 of 1 metric could not be decided"),
        (samples(case(), stopped="60 s were used up"), "Inconclusive: 1 of 1 metric could not be decided, as 60 s were used up"),
        (
            samples(case([0.0] * 14, control=[0.03] * 14)),
            "Void: a copy of the baseline differs from it, latency of resnet +3.0 %",
        ),
        (
            samples(case(metrics=(), exact=(Exact(name="size", unit="B", candidate=5),))),
            "Missing: size of resnet is in the candidate only",
        ),
        (
            samples(case(), broken=(Broken(case="resnet", arm="candidate", kind="timed_out", message="after 60 s", block=3),)),
            "Failed: the candidate of resnet in block 3: timed out, after 60 s",
        ),
        (
            samples(
                case(blocks=(Block(candidate=turn(0.01)),)),
                history=History(identities={"x": {"cpu": "Epyc", "cores": 4}}, jobs=(Job(environment="x", values={}),)),
            ),
            r"Refused: no earlier job ran in this environment (cores and cpu differ), so that timings are not compared",
        ),
    ],
)
def test_every_verdict_has_its_line(told, words):
    assert shown(told).splitlines()[0] == f"### {words}"


@pytest.mark.parametrize(
    ("told", "note"),
    [
        (samples(case(NOISY)), r"inconclusive, (about [\d,]+|more than 10,000) blocks would decide it"),
        (samples(case([0.0] * 3), stopped="x"), "inconclusive, 3 blocks, too few for a look"),
        (samples(case(), stopped="x"), "inconclusive, no block was measured"),
        (samples(case([0.0] * 3)), "continue, 3 blocks, too few for a look"),
    ],
)
def test_what_is_open_tells_what_it_takes(told, note):
    assert re.search(rf"\| {note} \|", shown(told))


def test_a_short_history_tells_how_much_it_lacks_and_a_long_one_what_it_can_tell():
    def told(count):
        jobs = [Job(environment="here", values={"resnet": {"latency": 0.01 * (1 + 0.05 * (at % 2))}}) for at in range(count)]
        history = History(identities={"here": HERE.identity}, jobs=tuple(jobs))
        return shown(samples(case(blocks=(Block(candidate=turn(0.0107)),)), history=history))

    assert "| inconclusive, 7 of 20 earlier jobs |" in told(7)
    assert re.search(r"\| inconclusive, 30 earlier jobs can tell no less than \+\d\.\d % \|", told(30))


def test_what_is_to_be_known_of_the_arms_is_told_in_every_format():
    told = samples(case([0.0] * 14), remarks=("both arms have <the same> artifact",))
    assert "- both arms have &lt;the same> artifact" in shown(told).splitlines()
    assert '<p class="arms">Both arms have &lt;the same&gt; artifact.</p>' in page.render(decide(told), told)
    assert parsed(told).find("testsuite[@name='gate']/system-out").text == "both arms have <the same> artifact"
    assert parsed(told).get("errors") == "0"


def parsed(told):
    return ET.fromstring(junit.render(decide(told), told))


def test_junit_has_a_case_per_metric_of_which_the_regressed_fails():
    root = parsed(SLOWER)
    assert {name: root.get(name) for name in ("tests", "failures", "errors", "skipped")} == {
        "tests": "4",
        "failures": "1",
        "errors": "0",
        "skipped": "0",
    }
    failed = root.find(".//testcase[failure]")
    assert (failed.get("classname"), failed.get("name")) == ("resnet", "latency")
    assert failed.find("failure").attrib == {
        "type": "regressed",
        "message": "regressed: 10 ms → 10.5 ms, +5.1 %; 2 % tolerated",
    }
    assert failed.find(".//property[@name='change']").get("value") == "0.051271096"


def test_junit_skips_what_is_inconclusive_unless_that_is_to_fail():
    assert parsed(samples(case(NOISY))).find(".//skipped") is not None
    assert parsed(samples(case(NOISY), plan=Plan(on_inconclusive="fail"))).find(".//failure").get("type") == "inconclusive"


def test_junit_tells_what_could_not_be_measured_and_a_control_that_differs():
    broken = Broken(case="resnet", arm="candidate", kind="crashed", message="\x00 signal 11 <&>")
    root = parsed(samples(case([0.0] * 14, control=[0.03] * 14), broken=(broken,)))
    told = {one.get("name"): one.find("error").get("message") for one in root.iterfind("testsuite[@name='gate']/testcase")}
    assert told["measuring"] == "failed: the candidate of resnet: crashed, \N{REPLACEMENT CHARACTER} signal 11 <&>"
    assert told["control"] == "void: latency of resnet +3.0 %"


HOSTILE = "<img src=x onerror=alert(1)>|`@all`"


def test_names_are_never_markup():
    told = samples(case([0.05] * 14, [LATENCY.model_copy(update={"name": HOSTILE})], name=HOSTILE))
    outside_of_code = re.sub(r"`[^`]*`", "", shown(told))
    assert "<img" not in outside_of_code
    assert "@all" not in outside_of_code
    assert "<img" not in page.render(decide(told), told)
    assert parsed(told).find(".//testcase").get("name") == HOSTILE


def test_the_page_runs_no_script_and_loads_nothing():
    told = page.render(decide(SLOWER), SLOWER)
    assert "<script" not in told
    assert re.search(r"Content-Security-Policy\" content=\"default-src &#39;none&#39;; script-src ;", told)
    assert not re.search(r"https?://", told)


def test_the_page_draws_every_block_and_marks_what_disturbed_one():
    blocks = tuple(
        Block(baseline=turn(0.01), candidate=turn(0.0105, quality="contended" if at == 3 else "clean")) for at in range(14)
    )
    told = samples(case(blocks=blocks))
    shown_page = page.render(decide(told), told)
    assert len(re.findall(r"<title>block \d+: \+5\.0 %", shown_page)) == 14
    assert re.findall(r'<circle class="disturbed"[^>]*><title>(.*?)</title>', shown_page) == ["block 4: +5.0 %, disturbed"]


def test_the_page_draws_earlier_jobs_where_the_baseline_is_stored():
    jobs = tuple(Job(environment="here", values={"resnet": {"latency": 0.01}}) for _ in range(20))
    told = samples(case(blocks=(Block(candidate=turn(0.012)),)), history=History(identities={"here": {}}, jobs=jobs))
    assert len(re.findall(r"<title>earlier job \d+: 0\.0 %", page.render(decide(told), told))) == 20


def test_quality_and_machine_are_told():
    told = samples(case(blocks=(Block(baseline=turn(0.01), candidate=turn(0.01, quality="throttled")),) * 2))
    assert telling.machine(told) == "Xeon, 2 cores; processes: 2 clean and 2 throttled"
