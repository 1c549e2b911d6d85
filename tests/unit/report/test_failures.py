"""What failed and what is not known, in words that a first-time reader understands."""

import pytest

from harness.record import FAILURE_KINDS, STAGES
from harness.report import failures, gaps


def test_failures_that_are_alike_are_told_once(answer):
    (first,) = answer["failures"]
    answer["failures"] += [first | {"candidate": "b"}, first | {"candidate": "c", "log": "another"}]
    (told,) = failures.failures(answer)
    assert told.candidates == ("huge@torch/b1", "b", "c")
    assert [label for label, _ in told.logs] == ["huge@torch/b1", "c"]


def test_a_cause_says_what_happened_what_it_means_and_what_to_do(answer):
    (told,) = failures.failures(answer)
    assert told.headline == "out of memory while loading"
    assert "memory" in told.meaning
    assert "limits: memory" in told.advice


@pytest.mark.parametrize("kind", FAILURE_KINDS)
def test_every_kind_of_failure_has_a_meaning_of_its_own(answer, kind):
    answer["failures"][0]["kind"] = kind
    (told,) = failures.failures(answer)
    answer["failures"][0]["kind"] = "of a later version"
    (other,) = failures.failures(answer)
    assert (told.meaning != other.meaning) == (kind != "failed")


@pytest.mark.parametrize("stage", STAGES)
def test_every_stage_is_told_in_words(answer, stage):
    answer["failures"][0]["stage"] = stage
    assert " while " in failures.failures(answer)[0].headline


def test_a_stage_and_a_kind_of_a_later_version_are_told_as_they_are(answer):
    answer["failures"][0] |= {"kind": "melted_down", "stage": "cool_down"}
    assert failures.failures(answer)[0].headline == "melted down in cool down"


def test_the_kinds_are_counted(answer):
    (first,) = answer["failures"]
    answer["failures"] += [first | {"candidate": "b", "kind": "timed_out"}, first | {"candidate": "c"}]
    assert failures.kinds(answer) == "2 out of memory, 1 timed out"


def test_candidates_that_ended_for_the_same_reason_are_told_together(answer):
    why = {"same": ["a", "b"], "other": ["c"]}
    answer["screened"] = [{"candidate": label, "why": text} for text in ("other", "same") for label in why[text]]
    told = gaps.gaps(answer)
    assert [(one.why, list(one.candidates)) for one in told.ended] == [("same", ["a", "b"]), ("other", ["c"])]
    assert told.number_ended == 3


def test_a_withheld_percentile_says_what_it_needs_what_there_was_and_of_how_many(kinds):
    answer = kinds["with gaps"]()
    answer["candidates"][1]["withheld"]["latency_p99"]["has"] = 300
    del answer["candidates"][2]["withheld"]["latency_p999"]
    first, second = gaps.gaps(answer).short
    assert (first.label, first.needs, first.most, first.candidates) == ("latency p99", "662", "300", 3)
    assert (second.label, second.needs, second.most, second.candidates) == ("latency p99.9", "6,636", "200", 2)


def test_figures_that_are_absent_for_the_same_reason_are_counted(kinds):
    answer = kinds["with estimates"]()
    answer["candidates"][0]["withheld"] = {"memory_device": {"why": "no GPU"}}
    told = gaps.gaps(answer)
    assert [(one.label, one.why, one.candidates) for one in told.absent] == [
        ("memory device", "no GPU", 2),
        ("server rate", "no rate held the latency.", 1),
    ]
    assert told.short == ()


def test_facts_of_an_older_version_have_no_gaps_that_they_do_not_tell(answer):
    told = gaps.gaps(answer)
    assert (told.ended, told.short, told.absent, told.measured) == ((), (), (), 3)
