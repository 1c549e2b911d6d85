"""Models that can be read, drawn: a tree with its questions, weights as bars, terms as curves."""

import copy
import itertools

from harness.report.glass import models

NUMBERS = itertools.count()


def drawn(answer, name):
    return next(one for one in models(answer) if one.name == name)


def tree_of(answer):
    """Return the tree in an answer, its own copy."""
    models = answer["explanations"]["models"]
    label = next(label for label, one in models.items() if one["kind"] == "tree")
    models[label] = copy.deepcopy(models[label])
    return models[label]


def test_nothing_is_drawn_where_nothing_was_explained(answer):
    assert models(answer) == ()


def test_a_tree_is_drawn_with_its_questions_and_what_leaves_say(kinds):
    tree = drawn(kinds["explained"](), "toy + quantize:static").tree
    assert [(one.text, one.kind) for one in tree.knots] == [
        ("cat 75 %", "leaf"),
        ("dog 100 %", "leaf"),
        ("weight ≤ 1.5?", "question"),
    ]
    first, second, root = tree.knots
    assert root.x < first.x == second.x
    assert first.y < root.y < second.y, "yes is the upper way"
    assert [one.yes for one in tree.branches] == [True, False]


def deep(depth, nodes):
    """Add a full tree of this depth to ``nodes``; return its root."""
    number = next(NUMBERS)
    if not depth:
        nodes.append({"id": number, "scores": {"0": 1.0, "1": 0.0}})
    else:
        question = {"id": number, "column": 9, "comparison": "LT", "threshold": 0.5}
        nodes.append(question)
        question |= {"yes": deep(depth - 1, nodes), "no": deep(depth - 1, nodes)}
    return number


def test_what_is_below_the_deepest_question_is_counted(kinds):
    answer, nodes = kinds["explained"](), []
    deep(6, nodes)
    answer["explanations"]["models"] = {
        answer["candidates"][0]["candidate"]: {"leaves": 64, "depth": 6, "trees": 1, "nodes": nodes}
    }
    (one,) = models(answer)
    ends = [knot.text for knot in one.tree.knots if knot.kind != "question"]
    assert ends == ["… 4 more leaves"] * 16
    assert {knot.text for knot in one.tree.knots if knot.kind == "question"} == {"column 9 < 0.5?"}


def test_weights_of_two_classes_are_told_once_the_heaviest_first_and_nought_not_at_all(kinds):
    weights = drawn(kinds["explained"](), "toy").weights
    assert weights.classes == ("dog",)
    assert [(one.name, one.bars[0].way, one.bars[0].width, one.bars[0].text) for one in weights.rows] == [
        ("legs", "for", 1.0, "+2"),
        ("weight", "against", 0.5, "−1"),
    ]
    assert weights.others == 0


def test_weights_of_pixels_are_a_picture_of_each_class(kinds):
    weights = drawn(kinds["explained images"](), "toy + quantize:static").weights
    assert [name for name, _ in weights.pictures] == ["dog"]
    assert weights.pictures[0][1].startswith("data:image/png;base64,")


def test_a_term_is_a_curve_and_pairs_are_named(kinds):
    curves = drawn(kinds["explained"](), "tiny").curves
    (curve,) = curves.curves
    assert (curve.name, curve.low, curve.high, curves.others) == ("legs", "1", "2", ("legs × weight",))
    assert curve.lines == ("M0.0 77.6V77.6H9.1V40.0H190.9V21.2H200.0",)
    assert curve.about == "legs: from −1 at the lowest values to +0.5 at the highest"


def test_a_model_that_is_too_large_is_told_in_figures(kinds):
    told = drawn(kinds["explained images"](), "toy")
    assert told.words == "100 trees with 900 leaves, up to 7 questions deep: more than anyone can read."
    assert not (told.tree or told.weights or told.curves)


def test_of_two_classes_a_single_score_is_the_probability_of_the_second(kinds):
    answer = kinds["explained"]()
    for node, score in zip(tree_of(answer)["nodes"][1:], (0.25, 1.0), strict=True):
        node["scores"] = {"0": score}
    tree = drawn(answer, "toy + quantize:static").tree
    assert [one.text for one in tree.knots if one.kind == "leaf"] == ["cat 75 %", "dog 100 %"]


def test_a_leaf_of_a_regression_says_its_value(kinds):
    answer = kinds["explained"]()
    answer["explanations"]["classes"] = []
    for node in tree_of(answer)["nodes"][1:]:
        node["scores"] = {"0": 12.5}
    tree = drawn(answer, "toy + quantize:static").tree
    assert [one.text for one in tree.knots if one.kind == "leaf"] == ["12.5", "12.5"]


def test_a_long_name_is_shortened_and_its_bound_is_not(kinds):
    answer = kinds["explained"]()
    answer["explanations"]["columns"][1] = "w" * 60
    question = drawn(answer, "toy + quantize:static").tree.knots[2]
    assert question.text == "w" * 23 + "… ≤ 1.5?"
    assert question.whole == "w" * 60 + " ≤ 1.5?"
