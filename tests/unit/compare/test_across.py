"""Several answers side by side: candidates matched by what they are, changes only where suite and environment are the same."""

import copy
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from harness.compare import sides
from harness.compare.across import across, what
from harness.errors import InputError
from harness.report import orders
from harness.store import Store
from tests import answered


@pytest.fixture(scope="module")
def facts(registry, tmp_path_factory):
    folder = tmp_path_factory.mktemp("planted")
    with Store(f"sqlite:///{folder / 'harness.db'}") as store:
        return json.loads(json.dumps(answered.planted(registry, store, folder).answer))


@pytest.fixture
def one(facts):
    return sides.checked(facts)


@pytest.fixture
def other(facts):
    """The same suite on a GPU of another machine, where all is twice as fast and the tied candidate wins."""
    told = copy.deepcopy(facts)
    told["environment"]["id"] = "elsewhere"
    for candidate in told["candidates"]:
        candidate["device"] = "cuda:0"
        fact = candidate["facts"]["latency_p50"]
        fact |= {end: fact[end] / 2 for end in ("value", "low", "high")}
    told["profiles"]["fast"]["candidate"] = answered.TIED
    text = json.dumps(told)
    for label in told["baselines"]:
        text = text.replace(json.dumps(label), json.dumps(label.replace("/b1", ",cuda:0/b1")))
    return sides.checked(json.loads(text))


def paired(*answers):
    told = across(answers, [f"side {number}" for number in range(len(answers))])
    return told, told["pairs"][0]


def later(facts, label, metric, factor):
    """Return facts in which one figure is another."""
    told = copy.deepcopy(facts)
    fact = next(one for one in told["candidates"] if one["candidate"] == label)["facts"][metric]
    fact |= {end: fact[end] * factor for end in ("value", "low", "high")}
    return sides.checked(told)


def test_an_answer_beside_itself_has_no_change_and_the_same_order(one):
    told, pair = paired(one, one)
    assert pair["runs"]
    assert pair["shared"] == pair["same_artifact"] == 6
    assert (pair["changed"]["figures"], pair["changed"]["recommendations"]) == ([], [])
    assert pair["metrics"]["latency_p50"]["change"] == {"kind": "ratio", "value": 1, "low": 1, "high": 1}
    assert all(metric["sure"]["alike"] == metric["sure"]["pairs"] > 0 for metric in pair["metrics"].values())
    assert told["profiles"]["fast"]["deployed"] == [answered.BEST, answered.BEST]
    assert told["profiles"]["fast"]["rows"][0]["loses"] == [0, 0]


def test_candidates_are_matched_without_the_device_they_ran_on(one, other):
    told, pair = paired(one, other)
    assert pair["shared"] == 6
    assert {candidate["candidate"] for candidate in told["candidates"]} == {each["candidate"] for each in one["candidates"]}
    assert told["profiles"]["fast"]["deployed"] == [answered.BEST, answered.TIED]
    assert what("net@torch:threads=1,cuda:0/b8", "cuda:0") == what("net@torch:threads=1/b8", "cpu") == "net@torch:threads=1/b8"


def test_between_environments_there_are_differences_and_no_changes(one, other):
    _, pair = paired(one, other)
    assert not pair["runs"]
    assert pair["changed"] is None
    assert pair["metrics"]["latency_p50"]["change"]["value"] == pytest.approx(0.5)
    assert pair["metrics"]["latency_p50"]["beyond_noise"] == 6
    assert pair["metrics"]["size"]["beyond_noise"] == 0


def test_of_two_suites_in_one_environment_nothing_has_changed(facts, one):
    _, pair = paired(one, sides.checked(facts | {"suite": "another"}))
    assert pair["changed"] is None


def test_a_figure_beyond_noise_in_the_same_environment_has_changed(facts, one):
    _, pair = paired(one, later(facts, answered.WRONG, "latency_p50", 2.0))
    (moved,) = pair["changed"]["figures"]
    assert (moved["candidate"], moved["metric"], moved["better"]) == (answered.WRONG, "latency_p50", False)
    _, pair = paired(one, later(facts, answered.WRONG, "latency_p50", 1.05))
    assert pair["changed"]["figures"] == []


def test_what_another_version_measures_is_compared_in_its_own_unit_and_direction(facts):
    def made(value):
        told = copy.deepcopy(facts)
        told["metrics"]["brightness"] = {"unit": "cd", "higher": True}
        for candidate in told["candidates"]:
            candidate["facts"]["brightness"] = {"value": value, "low": value, "high": value, "unit": "cd"}
        told["priorities"]["fast"]["weights"]["brightness"] = 1.0
        return told

    before, now = made(2.0), made(12.5)
    now["profiles"]["fast"]["candidate"] = answered.TIED
    changed = paired(sides.checked(before), sides.checked(now))[1]["changed"]
    assert {(one["metric"], one["unit"], one["better"]) for one in changed["figures"]} == {("brightness", "cd", True)}
    words = [reason["words"] for reason in changed["recommendations"][0]["why"]]
    assert f"brightness of {answered.BEST} 2 cd → 12.5 cd" in words
    (page,) = orders.pairs(across([sides.checked(before), sides.checked(now)], ["before", "now"]))
    assert {figure[1:] for figure in page.changed.figures} == {("brightness", "2 cd", "12.5 cd", "better")}


def test_facts_that_several_candidates_share_are_counted_once(one):
    accuracy = paired(one, one)[1]["metrics"]["accuracy"]
    assert (accuracy["n"], accuracy["distinct"]) == (6, 3)


def test_what_one_side_recommends_is_judged_on_the_other(one, other):
    other = copy.deepcopy(other)
    known = {what(each["candidate"], "cuda:0"): each for each in other["candidates"]}
    known[answered.BEST]["scores"]["fast"] |= {"utility": 0.5, "violations": []}
    known[answered.TIED]["scores"]["fast"] |= {"utility": 0.75, "violations": []}
    rows = paired(one, other)[0]["profiles"]["fast"]["rows"]
    assert [row["candidate"] for row in rows] == [answered.BEST, answered.TIED]
    assert rows[0]["loses"][1] == pytest.approx(0.25)
    assert rows[0]["scores"][0]["rank"] == rows[1]["scores"][1]["rank"] == 1


def test_a_candidate_that_a_side_does_not_know_is_told_with_what_became_of_it(facts, one):
    def without(label, **more):
        kept = [each for each in facts["candidates"] if each["candidate"] != label]
        profiles = copy.deepcopy(facts["profiles"])
        profiles["fast"]["candidate"] = profiles["small"]["candidate"] = answered.BASELINE
        return sides.checked(facts | {"candidates": kept, "front": [], "profiles": profiles} | more)

    failed = without(answered.BEST, failures=[{"candidate": answered.BEST, "kind": "crashed"}])
    unmeasured = without(answered.BEST)
    gone = without(answered.BEST, baselines={})
    told = across([one, failed, unmeasured, gone], list("abcd"))
    (best,) = [each for each in told["candidates"] if each["candidate"] == answered.BEST]
    assert best["standing"] == ["front", "failed", "unmeasured", "absent"]
    assert best["facts"][1:] == [None, None, None]
    row = told["profiles"]["fast"]["rows"][0]
    assert (row["states"], row["scores"][1], row["loses"][1]) == (["known", "failed", "unmeasured", "absent"], None, None)
    assert len(told["pairs"]) == 6


def test_only_who_is_compared_on_every_objective_is_dominated(facts):
    def spoilt(**changes):
        told = copy.deepcopy(facts) | {"near_front": []}
        wrong = next(each for each in told["candidates"] if each["candidate"] == answered.SLOW_AND_WRONG)
        for key, value in changes.items():
            wrong[key] = value(wrong[key])
        return sides.checked(told)

    outside = spoilt(eligible=lambda before: False)
    lacking = spoilt(facts=lambda before: {name: fact for name, fact in before.items() if name != "size"})
    told = across([spoilt(), outside, lacking], ["as it was", "outside", "lacking"])
    (found,) = [each for each in told["candidates"] if each["candidate"] == answered.SLOW_AND_WRONG]
    assert found["standing"] == ["dominated", "known", "known"]


def test_priorities_that_are_not_the_same_are_told(facts, one):
    told = copy.deepcopy(facts)
    told["priorities"]["fast"]["weights"]["accuracy"] = 9.0
    profiles = paired(one, sides.checked(told))[0]["profiles"]
    assert (profiles["fast"]["same"], profiles["small"]["same"]) == (False, True)


def test_what_a_side_came_to_is_told_apart_where_it_recommends_nothing(facts, one):
    told = copy.deepcopy(facts)
    told["profiles"]["fast"]["candidate"] = None
    told["profiles"]["small"]["feasible"] = False
    told = json.loads(json.dumps(told).replace('"small"', '"other"'))
    profiles = paired(one, sides.checked(told))[0]["profiles"]
    assert {name: each["outcomes"] for name, each in profiles.items()} == {
        "fast": ["recommended", "unmeasured"],
        "small": ["recommended", "absent"],
        "other": ["absent", "infeasible"],
    }
    assert profiles["small"]["same"], "one side alone has priorities for it"


def test_facts_are_read_from_a_file_or_the_folder_of_a_report(facts, one, tmp_path):
    (tmp_path / "facts.json").write_text(json.dumps(facts | {"later": [1]}), "utf-8")
    assert sides.read(tmp_path) == sides.read(tmp_path / "facts.json") == one
    assert sides.is_facts(tmp_path)
    assert not sides.is_facts(Path("suites/quickstart.yaml"))


def test_facts_of_an_earlier_version_are_read_without_what_they_do_not_have(facts):
    for key in ("trust", "notable", "history", "changed", "latency_curves"):
        facts = {name: value for name, value in facts.items() if name != key}
    old = sides.checked(facts)
    assert paired(old, old)[1]["changed"]["figures"] == []


@pytest.mark.parametrize("text", ["", "{", "[]", '{"schema_version": 2}', "NaN"])
def test_what_is_no_facts_is_refused_with_the_file_and_what_to_do(text, tmp_path):
    file = tmp_path / "facts.json"
    file.write_text(text, "utf-8")
    with pytest.raises(InputError, match="holds no facts of a report") as error:
        sides.read(file)
    assert str(file) in error.value.message
    assert error.value.hint


def test_a_file_that_is_not_there_is_told(tmp_path):
    with pytest.raises(InputError, match="is not there"):
        sides.read(tmp_path)


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


@given(data=st.data())
def test_facts_with_anything_in_any_place_are_refused_or_compared(facts, data):
    spoilt = copy.deepcopy(facts)
    place, key = spoilt, data.draw(st.sampled_from(sorted(spoilt)))
    while isinstance(place[key], dict | list) and place[key] and data.draw(st.booleans()):
        place = place[key]
        key = data.draw(st.sampled_from(sorted(place) if isinstance(place, dict) else range(len(place))))
    place[key] = data.draw(ANYTHING)
    try:
        told = sides.checked(spoilt)
    except ValidationError:
        return
    across([sides.checked(facts), told], ["as it was", "spoilt"])
    across([told, sides.checked(facts)], ["spoilt", "as it was"])


def test_sides_are_called_by_their_suites_else_their_folders_else_their_paths():
    quick, slow = {"suite": "quick"}, {"suite": "slow"}
    assert sides.named([quick, slow], [Path("a/facts.json"), Path("b.yaml")]) == ["quick", "slow"]
    assert sides.named([quick, quick], [Path("a/facts.json"), Path("b.yaml")]) == ["a", "b"]
    assert sides.named([quick, quick], [Path("x/a/facts.json"), Path("y/a")]) == ["x/a/facts.json", "y/a"]
    with pytest.raises(InputError, match="twice"):
        sides.named([quick, quick], [Path("a"), Path("a")])
