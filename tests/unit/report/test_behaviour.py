"""How classifiers behave, in words and bars, and what charts of it draw."""

from harness.report.behaviour import behaviour, classes, corruptions, line, reliability
from harness.report.charts import charts


def test_nothing_is_told_where_no_class_is_judged(answer):
    assert behaviour(answer) == ()


def test_what_is_recommended_comes_first_with_what_it_is(kinds):
    small, baseline = behaviour(kinds["behaving"]())
    assert (small.name, small.roles) == ("toy + quantize:static", ("★ toys",))
    assert (baseline.name, baseline.roles) == ("toy", ("baseline",))


def test_it_is_told_whether_confidence_is_how_often_it_is_right(kinds):
    answer = kinds["behaving"]()
    small = behaviour(answer)[0]
    assert (small.verdict, small.tone) == ("Surer than it is right", "worse")
    assert small.sure == (
        "Right in 72.5 % of 40, 75.0 % sure on average; its confidence is off by 10.0 % (5.0–15.0) (calibration error)."
    )
    answer["candidates"][1]["facts"]["calibration_error"]["low"] = 0.0
    assert behaviour(answer)[0].verdict == "As often right as it is sure"


def test_the_class_that_is_known_worst_is_named(kinds):
    assert behaviour(kinds["behaving"]())[0].worst == "Knows cat worst: right in 50.0 % (45.0–55.0) of 20."


def test_flips_are_parts_of_all_answers_that_changed(kinds):
    small = behaviour(kinds["behaving"]())[0]
    assert small.flips == "4 of 40 answers are others than the baseline's: 10.0 % (5.0–15.0)."
    assert [(one.kind, one.share, one.words) for one in small.parts] == [
        ("gained", 0.25, "1 became right"),
        ("lost", 0.75, "3 became wrong"),
    ]


def test_the_baseline_is_not_compared_with_itself(kinds):
    answer = kinds["behaving"]()
    for one in answer["behaviour"].values():
        one["flips"] |= {"right": 0, "wrong": 0}
    small, baseline = behaviour(answer)
    assert small.flips == "None of 40 answers is another than the baseline's."
    assert (baseline.flips, baseline.parts) == ("", ())


def test_the_kind_of_corruption_that_hurts_most_is_named(kinds):
    assert behaviour(kinds["behaving"]())[0].corrupted == (
        "Right in 45.0 % of samples that were made worse, 70.0 % of the same as they are; blur hurts most (30.0 %). "
        "75.0 % sure of shuffled samples, which are none, 80.0 % of real ones."
    )


def test_a_gap_between_groups_is_told_with_its_noise(kinds):
    answer = kinds["behaving"]()
    (gap,) = behaviour(answer)[0].gaps
    assert (gap.title, gap.tone) == ("Right: 30.0 % (10.0–50.0) apart", "worse")
    assert [(one.name, one.text) for one in gap.sides] == [("age > 40", "90.0 % of 20"), ("the rest", "60.0 % of 20")]
    answer["candidates"][1]["facts"]["group_accuracy_gap"]["low"] = 0.0
    (gap,) = behaviour(answer)[0].gaps
    assert (gap.title, gap.tone) == ("Right: 30.0 % (0.0–50.0) apart, inside the noise", "even")


def test_right_and_wrong_answers_have_columns_as_high_as_the_most_of_each(kinds):
    columns = behaviour(kinds["behaving"]())[0].columns
    assert (columns[-1].right, columns[-1].wrong, columns[10].wrong) == (1.0, 3 / 8, 1.0)


def test_a_list_has_a_line_of_it(kinds):
    assert line(behaviour(kinds["behaving"]())[0]) == (
        "surer than it is right; knows cat worst: right in 50.0 % (45.0–55.0) of 20"
    )


def test_charts_have_columns_of_every_candidate_that_is_told_of(kinds):
    answer = kinds["behaving"]()
    drawn = charts(answer)
    for name in ("reliability", "classes", "corruptions", "mistakes"):
        assert sorted(drawn[name]) == [0, 1], name
    told = next(iter(answer["behaviour"].values()))
    assert reliability(told)["accuracy"] == [0.5, 0.95]
    assert corruptions(told)["blur"] == [0.7, 0.7, 0.2, 0.2, 0.2, 0.2]
    assert corruptions(told | {"corruptions": None}) == {}


def test_of_many_classes_a_chart_has_those_that_are_known_worst(kinds):
    told = next(iter(kinds["behaving"]()["behaviour"].values()))
    many = [{"class": f"c{i}", "value": 1 - i / 100, "low": 0.0, "high": 1.0, "n": 1} for i in range(60)]
    assert classes(told | {"classes": many})["names"] == [f"c{i}" for i in range(20, 60)]
