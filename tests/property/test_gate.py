"""Laws of the merge gate, over any samples that a file may hold."""

import json
import re
from html.parser import HTMLParser
from xml.etree import ElementTree as ET

from hypothesis import given, settings
from hypothesis import strategies as st

from harness.errors import InputError
from harness.gate import file, junit, markdown, page
from harness.gate.decide import decide
from tests.gate_samples import anything, case, samples, swapped

some = settings(max_examples=60)
MIRROR = {"regressed": "improved", "improved": "regressed", "missing": "missing"}
WITHOUT_CONTROL = anything(control=False, stored=False)


@some
@given(WITHOUT_CONTROL)
def test_swapping_the_arms_mirrors_every_verdict(told):
    one, other = decide(told), decide(swapped(told))
    for here, there in zip(one.judgements, other.judgements, strict=True):
        assert (here.case, here.metric) == (there.case, there.metric)
        assert MIRROR.get(here.verdict) == (there.verdict if there.verdict in MIRROR else None)
    for side, mirrored in ((one, other), (other, one)):
        if side.verdict == "improved":
            assert mirrored.verdict == "regressed"


def written(told):
    return file.render(decide(told), told).encode()


def against_itself(told):
    def alike(one):
        turns = tuple(block.model_copy(update={"candidate": block.baseline}) for block in one.blocks)
        metrics = [each for each in one.metrics if not turns or one.has("baseline", each.series)]
        counted = [each.model_copy(update={"candidate": each.baseline}) for each in one.exact if each.baseline is not None]
        return one.model_copy(update={"blocks": turns, "metrics": tuple(metrics), "exact": tuple(counted), "accuracy": None})

    return told.model_copy(update={"cases": tuple(map(alike, told.cases))})


@some
@given(anything(stored=False))
def test_a_result_never_regresses_against_itself(told):
    """Nor where a control differs from both: then the run is void."""
    found = decide(against_itself(told))
    assert "regressed" not in {found.verdict, *(one.verdict for one in found.judgements)}
    assert "missing" not in {one.verdict for one in found.judgements}


@some
@given(WITHOUT_CONTROL)
def test_without_a_control_a_result_is_the_same_as_itself_or_not_known_yet(told):
    same = decide(against_itself(told))
    assert {one.verdict for one in same.judgements} <= {"pass", "continue", "inconclusive"}
    assert {one.change for one in same.judgements} <= {0.0, None}


@some
@given(anything())
def test_the_verdict_is_derived_again_to_the_same_bytes(told):
    content = written(told)
    assert written(file.read(content, "gate.json")) == content


def by_json(told):
    found = json.loads(written(told))["verdict"]
    return found["exit_status"], [(one["metric"], one["verdict"]) for one in found["judgements"]]


def by_junit(told):
    root = ET.fromstring(junit.render(decide(told), told))
    verdicts = {
        (one.get("name"), properties.get("value"))
        for one in root.iter("testcase")
        for properties in one.iterfind("properties/property[@name='verdict']")
    }
    green = root.find(".//failure") is None and root.find(".//error") is None
    assert int(root.get("tests")) == len(root.findall(".//testcase"))
    return green, verdicts


def by_markdown(told):
    lines = markdown.render(decide(told), told).splitlines()
    rows = [
        line.removeprefix("| ").split(" | ") for line in lines if line.startswith("| ") and not line.startswith("| metric | base")
    ]
    first = re.match(r"### (\w+): ", lines[0]).group(1).lower()
    return first, [re.match(r"\**(\w+)", row[4]).group(1) for row in rows]


class Outcomes(HTMLParser):
    """The verdicts that a page shows."""

    def __init__(self):
        super().__init__()
        self.found, self._inside = [], False

    def handle_starttag(self, tag, attrs):
        self._inside = (dict(attrs).get("class") or "").split(" ")[0] in ("outcome", "came")

    def handle_data(self, data):
        if self._inside:
            self.found.append(data)
            self._inside = False


def by_page(told):
    reader = Outcomes()
    reader.feed(page.render(decide(told), told))
    return reader.found[0], reader.found[1:]


@some
@given(anything())
def test_every_format_and_the_exit_status_tell_the_same(told):
    found = decide(told)
    status, judged = by_json(told)
    green, by_case = by_junit(told)
    first, rows = by_markdown(told)
    headline, outcomes = by_page(told)
    assert status == found.exit_status
    assert green == (status == 0)
    assert {verdict for _, verdict in by_case} == {verdict for _, verdict in judged}
    assert first == headline == found.verdict
    assert sorted(rows) == sorted(outcomes) == sorted(verdict for _, verdict in judged)


@some
@given(anything(), st.data())
def test_a_damaged_file_is_read_or_refused_in_one_line(told, data):
    content = bytearray(written(told))
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    try:
        read = file.read(bytes(content), "gate.json")
    except InputError as error:
        assert error.message.startswith("gate.json: ")
        assert "\n" not in error.message
    else:
        assert written(read)


@some
@given(st.lists(st.floats(-0.1, 0.1), min_size=14, max_size=45), st.floats(0, 0.2))
def test_a_candidate_that_is_slower_in_every_block_is_judged_no_better(differences, more):
    order = ("regressed", "inconclusive", "continue", "pass", "improved")
    before, after = (decide(samples(case([each + shift for each in differences]))).judgements[0] for shift in (0.0, more))
    rank = {verdict: at for at, verdict in enumerate(order)}
    same_look = before.blocks == after.blocks
    assert not same_look or rank[after.verdict] <= rank[before.verdict]
