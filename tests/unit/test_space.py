from harness.compatibility import refusal
from harness.space import expand


def test_every_combination_is_a_candidate_or_counted_as_left_out(quickstart, registry):
    space = expand(quickstart, registry)
    whole = len(quickstart.models) * len(quickstart.chains) * len(quickstart.runtimes) * len(quickstart.batch_sizes)
    assert len(space.candidates) + sum(one.count for one in space.excluded) == whole == 300


def test_no_candidate_is_nonsense_and_no_label_stands_twice(quickstart, registry):
    space = expand(quickstart, registry)
    assert all(refusal(registry, c.model, c.passes, c.runtime) is None for c in space.candidates)
    assert len({c.label for c in space.candidates}) == len(space.candidates)
    trees = [c for c in space.candidates if c.model.label in ("decision_tree", "random_forest")]
    assert {(c.passes, c.runtime.part) for c in trees} == {((), "onnxruntime")}


def test_each_rule_has_one_of_its_combinations_as_example(quickstart, registry):
    space = expand(quickstart, registry)
    inside = {c.label for c in space.candidates}
    assert len({one.rule for one in space.excluded}) == len(space.excluded)
    assert not inside & {one.example for one in space.excluded}


def test_the_baseline_stands_at_every_batch_size(quickstart, registry):
    space = expand(quickstart, registry)
    assert [b.label for b in space.baselines] == ["test_resnet@torch/b1", "test_resnet@torch/b32"]
    of = space.baseline_of()
    assert set(of) == {c.label for c in space.everything}
    assert all(label.rpartition("/")[2] == baseline.rpartition("/")[2] for label, baseline in of.items())


def test_a_baseline_outside_the_space_is_part_of_everything_only(suite, registry):
    outside = suite.model_copy(update={"models": suite.models[1:]})
    space = expand(outside, registry)
    assert outside.baseline.label == "decision_tree@onnxruntime:threads=1/b1"
    assert outside.baseline.label not in {c.label for c in space.candidates}
    assert len(space.everything) == len(space.candidates) + 2


def test_candidates_are_found_by_what_their_labels_alone_hold_and_so_are_baselines(suite, registry):
    space = expand(suite.model_copy(update={"models": suite.models[1:]}), registry)
    assert space.find("mlp openvino b8").label == "mlp@openvino/b8"
    assert space.find("decision_tree b1") == space.baselines[0], "though it is no candidate"
