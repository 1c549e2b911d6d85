"""What is compared of two suites, and how an arm's samples are put together."""

import pytest

from harness.errors import InputError, NoBaselineError
from harness.gate.samples import Outcomes
from harness.gating.blocks import turn
from harness.gating.revised import Revised, across, chosen, pairs
from harness.record import Artifact, Preprocess
from harness.registry import Registry
from harness.suitefile import loads

REGISTRY = Registry.load()


def side(folder, models, runtimes="[onnxruntime]", instead=None):
    text = f"""
name: one
workload: {{dataset: digits}}
models: [{models}]
runtimes: {runtimes}
profiles: {{any: {{weights: {{size: 1}}, range: {{size: [1 kB, 1 MB]}}}}}}
"""
    return Revised.of(loads(text, REGISTRY, folder), REGISTRY, "here", {}, instead)


TREE, LINES = "decision_tree@onnxruntime/b1", "logistic_regression@onnxruntime/b1"
MANY = "{sklearn: [decision_tree, logistic_regression, mlp, random_forest, extra_trees]}"


def test_a_few_candidates_are_all_compared_and_one_that_an_arm_lacks_is_told(tmp_path):
    found = pairs(side(tmp_path, "{sklearn: decision_tree}"), side(tmp_path, "{sklearn: logistic_regression}"), (), ())
    assert [(one.name, one.baseline is None, one.candidate is None) for one in found] == [
        (LINES, True, False),
        (TREE, False, True),
    ]


def test_what_is_wanted_is_found_by_its_words_and_once(tmp_path):
    space = side(tmp_path, MANY).space
    assert chosen(space, ["decision", "decision_tree"], ()) == [TREE]


def test_of_many_candidates_the_recommended_ones_are_compared(tmp_path):
    many = side(tmp_path, MANY)
    assert [one.name for one in pairs(many, many, (), [TREE, LINES, TREE])] == [TREE, LINES]
    with pytest.raises(InputError, match="5 candidates, and none is recommended yet"):
        pairs(many, many, (), ())


def test_two_suites_are_paired_by_label_or_one_to_one(tmp_path):
    tree, lines, many = (side(tmp_path, text) for text in ("{sklearn: decision_tree}", "{sklearn: logistic_regression}", MANY))
    (only,) = across(tree, lines, (), ())
    assert (only.name, only.baseline.label, only.candidate.label) == (LINES, TREE, LINES)
    assert [(one.name, one.baseline.label) for one in across(many, tree, (), ())] == [(TREE, TREE)]
    two = side(tmp_path, "{sklearn: [mlp, random_forest]}")
    with pytest.raises(NoBaselineError, match="no candidate in common"):
        across(two, tree, (), ())


def test_a_file_stands_in_with_the_inputs_of_the_other_arm(tmp_path):
    file = tmp_path / "a.onnx"
    file.touch()
    here = side(tmp_path, "{sklearn: decision_tree}", instead=file)
    (candidate,) = here.space.candidates
    other = artifact(Preprocess(layout="flat", scale=1.0))
    instead = here.standing_in(candidate, other)
    assert instead.model.options == {"file": str(file), "preprocess": {"layout": "flat", "scale": 1.0}}
    assert (instead.runtime, instead.passes) == (candidate.runtime, ())


def artifact(preprocess):
    return Artifact(
        recipe="r", digest="d", format="onnx", folder="", inputs="", sample_shape=(), classes=10, preprocess=preprocess, size=1
    )


def test_answers_are_counted_by_whose_are_right():
    told = Outcomes.of([True, True, False, False, True], [True, False, True, False, False])
    assert (told.both, told.lost, told.gained, told.neither) == (1, 2, 1, 1)


def test_of_very_many_queries_some_are_kept_at_equal_distances():
    taken = [i + 1.0 for i in range(2000)]
    slices = [{"latency": taken[:1000], "cpu_time": taken[:1000], "elapsed": 2.0}] * 2
    end = {
        "memory_peak": 0,
        "usage": {"wall": 4.0, "cpu": 4.0, "involuntary": 3.0},
        "queries": 2000,
        "throttled": [],
        "hertz": None,
        "degrees": 60.0,
    }
    found = turn({"load_time": 1.0, "cold_start": 2.0, "warm_up": taken}, slices, end, threads=1, batch_size=4)
    assert len(found.samples["latency"]) == 400
    assert found.samples["latency"][:3] == (1.0, 6.0, 11.0)
    assert found.samples["throughput"] == (2000.0, 2000.0)
    assert found.samples["memory_peak"] == (1.0,)
    assert found.samples["warm_up"][:2] == (1.0, 6.0)
    assert (found.quality, found.machine) == ("clean", {"involuntary": 3.0, "degrees": 60.0})
