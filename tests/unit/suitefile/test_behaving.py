"""What a suite says of costs, groups and corruptions: settled by number, and every mistake told with its place."""

import json
import math

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from harness.errors import SuiteError
from harness.registry import Registry
from harness.spec import Corruptions, Costs, Groups
from harness.suitefile import loads

REGISTRY = Registry.load()
TEXT = """
name: t
workload: {dataset: breast_cancer, %s}
models: [{sklearn: decision_tree}]
runtimes: [onnxruntime]
profiles: {p: {weights: {accuracy: 1}, range: {accuracy: [50 %%, 100 %%]}}}
"""


@pytest.fixture
def settle(tmp_path):
    return lambda text: loads(TEXT % text, REGISTRY, tmp_path)


@pytest.fixture
def mistakes(settle):
    def of(text):
        with pytest.raises(SuiteError) as caught:
            settle(text)
        return [(one.place.removeprefix("workload."), one.message, one.hint) for one in caught.value.mistakes]

    return of


def test_costs_are_written_as_rows_or_by_the_names_of_classes(settle):
    wanted = Costs(mistakes=((0, 4000), (1000, 0)), person=200)
    rows = settle("costs: {mistakes: [[0, 4000], [1000, 0]], person: 200}").costs
    named = settle("costs: {mistakes: {malignant: {benign: 4000}, benign: {malignant: 1000}}, person: 200}").costs
    assert rows == named == wanted


def test_groups_are_told_apart_by_the_name_or_the_number_of_a_column(settle):
    wanted = Groups(column=20, above=16.5, positive=0)
    assert settle("groups: {column: worst radius, above: 16.5, positive: malignant}").groups == wanted
    assert settle("groups: {column: 20, above: 16.5, positive: 0}").groups == wanted
    assert settle("groups: {column: 20, above: 16.5}").groups.positive == 1, "the last class"


def test_corruptions_are_all_kinds_there_are_or_those_that_are_named(settle):
    assert settle("corruptions: {}").corruptions == Corruptions(kinds=("noise", "shift", "missing"), samples=256)
    assert settle("corruptions: [noise]").corruptions.kinds == ("noise",)
    assert settle("corruptions: {kinds: [noise, shift], samples: 32}").corruptions == Corruptions(
        kinds=("noise", "shift"), samples=32
    )


def test_what_is_not_asked_is_not_there(settle):
    suite = settle("batch_size: 1")
    assert (suite.costs, suite.groups, suite.corruptions) == (None, None, None)
    assert suite.classes == ("malignant", "benign")


CLASSES = "the classes are malignant, benign"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("costs: {mistakes: [[0, 1]]}", ("costs.mistakes", "has 1 rows, one for each true class is needed", CLASSES)),
        (
            "costs: {mistakes: [[0, 1], [1]]}",
            ("costs.mistakes[1]", "has 1 costs, one for each predicted class is needed", CLASSES),
        ),
        ("costs: {mistakes: [[0, -1], [1, 0]]}", ("costs.mistakes[0][1]", "a cost is a number, 0 or more, got -1", None)),
        ("costs: {mistakes: [[0, true], [1, 0]]}", ("costs.mistakes[0][1]", "a cost is a number, 0 or more, got True", None)),
        (
            "costs: {mistakes: {malignat: {benign: 1}}}",
            ("costs.mistakes.malignat", "unknown class 'malignat'", "did you mean 'malignant'?"),
        ),
        (
            "costs: {mistakes: {benign: {malign: 1}}}",
            ("costs.mistakes.benign.malign", "unknown class 'malign'", "did you mean 'malignant'?"),
        ),
        (
            "costs: {mistakes: {benign: 3}}",
            ("costs.mistakes.benign", "expected costs by predicted class", "{benign: {PREDICTED: 4000}}"),
        ),
        ("groups: {column: age, above: 1}", ("groups.column", "unknown column 'age'", "see `harness list`")),
        ("groups: {column: 30, above: 1}", ("groups.column", "unknown column 30", "see `harness list`")),
        ("corruptions: [blur]", ("corruptions.kinds", "blur is not for rows", "there is noise, shift, missing")),
    ],
)
def test_a_mistake_is_told_in_one_line_with_its_place(mistakes, text, told):
    assert mistakes(text) == [told]


@pytest.mark.parametrize("text", ["costs: {mistakes: 3}", "costs: {mistakes: []}", "costs: {mistakes: [1, 2]}"])
def test_costs_that_are_no_costs_are_told_with_an_example(mistakes, text):
    ((place, message, hint),) = mistakes(text)
    assert (place, message.startswith("expected a row of costs")) == ("costs.mistakes", True)
    assert hint


def test_costs_of_nothing_ask_nothing(mistakes):
    assert mistakes("costs: {mistakes: [[0, 0], [0, 0]]}")[0][1] == "every cost is 0, so all answers are equal"


@pytest.mark.parametrize("person", ["-1", ".nan", "many"])
def test_a_price_of_a_person_is_a_number(mistakes, person):
    assert mistakes(f"costs: {{mistakes: [[0, 1], [1, 0]], person: {person}}}")[0][0] == "costs.person"


def test_images_have_no_columns_that_would_tell_groups_apart(tmp_path):
    text = (TEXT % "groups: {column: 1, above: 3}").replace("breast_cancer", "digits")
    with pytest.raises(SuiteError) as caught:
        loads(text, REGISTRY, tmp_path)
    assert caught.value.mistakes[0].message == "needs columns, and digits tells of none"


@pytest.mark.parametrize("metric", ["expected_cost", "review_rate", "robust_accuracy", "ood_gap", "group_rate_gap"])
def test_a_profile_that_weighs_what_is_not_asked_is_told_what_to_ask(tmp_path, metric):
    text = (TEXT % "batch_size: 1").replace("weights: {accuracy: 1}", f"weights: {{{metric}: 1}}")
    with pytest.raises(SuiteError) as caught:
        loads(text.replace("range: {accuracy: [50 %, 100 %]}", f"range: {{{metric}: [0, 1]}}"), REGISTRY, tmp_path)
    told = next(one for one in caught.value.mistakes if one.message.startswith(metric))
    assert told.hint.startswith("add to workload: {")


numbers = st.integers(-5, 5000) | st.floats(allow_infinity=True, allow_nan=True) | st.text(max_size=3) | st.booleans() | st.none()
rows = st.lists(st.lists(numbers, max_size=3) | numbers, max_size=3)
named = st.dictionaries(
    st.sampled_from(["malignant", "benign", "other"]),
    st.dictionaries(st.sampled_from(["malignant", "benign", "other"]), numbers, max_size=3) | numbers,
    max_size=3,
)


@given(rows | named | numbers)
def test_any_costs_are_settled_or_each_mistake_in_them_has_one_line_and_a_place(tmp_path_factory, raw):
    text = TEXT % (
        "costs: " + yaml.safe_dump({"mistakes": raw}, default_flow_style=True, width=math.inf, allow_unicode=True).strip()
    )
    try:
        found = loads(text, REGISTRY, tmp_path_factory.getbasetemp()).costs
    except SuiteError as error:
        assert error.mistakes
        for one in error.mistakes:
            assert one.place.startswith("workload") or one.place == "suite"
            assert one.line is not None
            assert "\n" not in one.message
        return
    assert len(found.mistakes) == 2
    assert all(len(row) == 2 and all(cost >= 0 for cost in row) for row in found.mistakes)
    assert json.dumps(found.model_dump(), allow_nan=False)
