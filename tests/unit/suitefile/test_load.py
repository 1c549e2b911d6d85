import itertools
from pathlib import Path

import pytest

from harness.errors import InputError
from harness.space import expand
from harness.suitefile import load, loads

QUICKSTART = Path(__file__).parents[3] / "suites" / "quickstart.yaml"


def test_the_quickstart_is_a_suite(registry):
    suite = load(QUICKSTART, registry)
    assert (len(suite.models), len(suite.chains), len(suite.runtimes)) == (6, 5, 5)
    assert suite.batch_sizes == (1, 32)
    assert suite.search.minutes == 5
    realtime = suite.profiles[0]
    assert realtime.ranges["latency_p90"] == pytest.approx((0.01, 0.0001))
    assert realtime.ranges["accuracy"] == pytest.approx((0.9, 0.99))


def test_a_file_that_is_not_there_names_its_neighbours(registry, tmp_path):
    (tmp_path / "other.yaml").write_text("name: x")
    with pytest.raises(InputError, match=r"no suite file at .*mine\.yaml") as caught:
        load(tmp_path / "mine.yaml", registry)
    assert "other.yaml" in caught.value.hint


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b"a: \xe9"])
def test_a_file_that_is_no_text_is_one_clear_line(registry, tmp_path, content):
    (tmp_path / "bad.yaml").write_bytes(content)
    with pytest.raises(InputError, match="cannot read the suite file"):
        load(tmp_path / "bad.yaml", registry)


def test_a_folder_is_no_suite_file(registry, tmp_path):
    with pytest.raises(InputError, match="cannot read the suite file"):
        load(tmp_path, registry)


def test_lists_are_axes_and_multiply(small, settle):
    small["passes"] = [
        [],
        [{"prune": {"ratio": [0.3, 0.5], "finetune_epochs": [0, 1, 2]}}, {"quantize": {"method": ["static", "dynamic"]}}],
    ]
    suite = settle(small)
    assert len(suite.chains) == 1 + 2 * 3 * 2
    points = {tuple(tuple(sorted(choice.options.items())) for choice in chain) for chain in suite.chains}
    assert len(points) == len(suite.chains)
    ratios = {chain[0].options["ratio"] for chain in suite.chains if chain}
    assert ratios == {0.3, 0.5}


def test_an_option_at_its_default_is_the_part_without_it(small, settle):
    small["runtimes"] = ["onnxruntime", {"onnxruntime": {"optimization": "all"}}, {"onnxruntime": {"threads": None}}]
    assert len(settle(small).runtimes) == 1


def test_a_scalar_batch_size_is_a_list_of_one(small, settle):
    assert settle(small).batch_sizes == (1,)


def test_the_short_form_and_the_braces_mean_the_same(small, settle):
    small["models"] = [{"sklearn": "mlp"}, {"sklearn": {"estimator": "mlp"}}, {"sklearn": "mlp", "params": {}}]
    assert len(settle(small).models) == 1


def test_the_baseline_is_the_first_pair_that_fits_unless_it_is_given(small, settle):
    small["models"] = [{"sklearn": "decision_tree"}, {"sklearn": "mlp"}]
    small["runtimes"] = ["torch", "openvino", "onnxruntime"]
    assert settle(small).baseline.label == "decision_tree@onnxruntime/b1"
    small["baseline"] = {"model": {"sklearn": "mlp"}, "runtime": "openvino"}
    assert settle(small).baseline.label == "mlp@openvino/b1"


def test_labels_are_unique_even_where_options_do_not_show_in_them(small, settle, registry):
    small["models"] = [
        {"sklearn": "mlp", "params": {"max_iter": 5}},
        {"sklearn": "mlp", "params": {"max_iter": 9}},
        {"timm": "test_resnet", "train": {"steps": 1}},
        {"timm": "test_resnet", "train": {"steps": 2}},
    ]
    small["passes"] = [[{"prune": {"ratio": 0.1234567}}], [{"prune": {"ratio": 0.1234568}}], []]
    small["runtimes"] = [{"onnxruntime": {"threads": [1, 2]}}, "openvino"]
    space = expand(settle(small), registry)
    labels = [candidate.label for candidate in space.candidates]
    assert len(labels) == len(set(labels)) == (2 * 1 + 2 * 3) * 3


def test_a_baseline_with_options_of_its_own_is_not_taken_for_a_candidate(small, settle, registry):
    small["models"] = [{"timm": "test_resnet", "train": {"steps": 9}}]
    small["baseline"] = {"model": {"timm": "test_resnet", "train": {"steps": 5}}, "runtime": "onnxruntime"}
    suite = settle(small)
    space = expand(suite, registry)
    assert suite.baseline.model.options["train"] == {"steps": 5}
    assert suite.baseline.label not in {candidate.label for candidate in space.candidates}
    assert len(space.everything) == 2


def test_a_baseline_that_is_a_candidate_has_its_label(small, settle, registry):
    small["models"] = [{"timm": "test_resnet", "train": {"steps": 5}}, {"timm": "test_resnet", "train": {"steps": 9}}]
    small["passes"] = [[], [{"prune": {"ratio": 0.1234567}}], [{"prune": {"ratio": 0.1234568}}]]
    small["baseline"] = {
        "model": {"timm": "test_resnet", "train": {"steps": 9}},
        "passes": [{"prune": {"ratio": 0.1234568}}],
        "runtime": "onnxruntime",
    }
    suite = settle(small)
    space = expand(suite, registry)
    (same,) = [c for c in space.candidates if c.label == suite.baseline.label]
    assert same == suite.baseline
    assert space.everything == space.candidates


CASES = {
    "unknown scenario": (("scenarios",), ["single_stream", "ofline"], "scenarios[1]", "unknown scenario 'ofline'"),
    "scenario that a weight needs": (("scenarios",), ["offline"], "profiles.one.weights.latency_p90", "needs the scenario"),
    "no scenario": (("scenarios",), [], "scenarios", "at least 1 item"),
    "no models": (("models",), [], "models", "at least 1 item"),
    "models that are no list": (("models",), "mlp", "models", "valid list"),
    "two parts in one item": (("models",), [{"sklearn": "mlp", "timm": "resnet18"}], "models[0]", "names 2 models at once"),
    "a value for a part that takes options": (("runtimes",), [{"onnxruntime": 4}], "runtimes[0].onnxruntime", "takes options"),
    "options beside the braces": (
        ("models",),
        [{"sklearn": {"estimator": "mlp"}, "params": {}}],
        "models[0].params",
        "unknown key",
    ),
    "an estimator that is none": (("models",), [{"sklearn": "mpl"}], "models[0].sklearn", "should be"),
    "an axis for the dataset": (
        ("workload", "dataset"),
        {"npz": {"file": ["a.npz", "b.npz"]}},
        "workload.dataset",
        "exactly one",
    ),
    "a dataset that is not there": (("workload", "dataset"), {"npz": "gone.npz"}, "workload.dataset", "no file at"),
    "an empty batch list": (("workload", "batch_size"), [], "workload.batch_size", "empty list"),
    "a batch that is a word": (("workload", "batch_size"), "many", "workload.batch_size[0]", "valid integer"),
    "a negative weight": (("profiles", "one", "weights", "accuracy"), -1, "profiles.one.weights.accuracy", "0 or more"),
    "weights of zero": (("profiles", "one", "weights"), {"accuracy": 0}, "profiles.one.weights", "every weight is 0"),
    "no weights": (("profiles", "one", "weights"), {}, "profiles.one.weights", "at least 1 item"),
    "a range of one end": (("profiles", "one", "range", "accuracy"), ["90 %"], "profiles.one.range.accuracy", "two ends"),
    "a range of nothing": (
        ("profiles", "one", "range", "accuracy"),
        [1, 1],
        "profiles.one.range.accuracy",
        "both ends are equal",
    ),
    "an unknown metric in a range": (("profiles", "one", "range", "speed"), [1, 2], "profiles.one.range.speed", "unknown metric"),
    "no profiles": (("profiles",), {}, "profiles", "at least 1 item"),
    "minutes that are nothing": (("search",), {"minutes": None}, "search.minutes", "expected"),
    "minutes that are a list": (("search",), {"minutes": [5]}, "search.minutes", "expected"),
    "minutes without end": (("search",), {"minutes": float("inf")}, "search.minutes", "finite"),
    "no minutes": (("search",), {"minutes": 0}, "search.minutes", "greater than 0"),
    "an unknown algorithm": (("search",), {"algorithm": "tpee"}, "search.algorithm", "should be"),
    "a limit in the wrong unit": (("limits",), {"memory": "3 s"}, "limits.memory", "'s' is no unit"),
    "an unknown target": (("target",), "gpu", "target", "pattern"),
    "a name with blanks": (("name",), "my suite", "name", "pattern"),
    "a baseline that cannot be": (
        ("baseline",),
        {"model": {"sklearn": "random_forest"}, "runtime": "torch"},
        "baseline",
        "decision trees",
    ),
    "runtimes that run none": (("runtimes",), ["torch"], "runtimes", "none of the runtimes"),
    "a file name beyond all limits": (("models",), [{"onnx": "x" * 5000}], "models[0]", "ile "),
    "a file name with a null": (("models",), [{"onnx": "x\0y"}], "models[0]", "no file at"),
    "more combinations than anyone can try": (
        ("passes",),
        [[{"prune": {"ratio": [i / 1000 for i in range(1, 900)], "lr": [i / 1000 for i in range(1, 900)]}}]],
        "passes[0][0].prune",
        "combinations",
    ),
    "chains that multiply beyond reason": (
        ("passes",),
        [[{"prune": {"ratio": [i / 100 for i in range(1, 90)]}}] * 5],
        "passes[0]",
        "combinations",
    ),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_a_mistake_is_told_at_its_place(case, small, mistakes_in):
    path, value, place, message = case
    inner = small
    for step in path[:-1]:
        inner = inner[step]
    inner[path[-1]] = value
    told = mistakes_in(small)
    assert [text for where, text in told if where == place and message in text], told


def test_a_choice_of_words_comes_with_the_nearest_one(small, registry, tmp_path):
    import yaml

    from harness.errors import SuiteError

    small["models"] = [{"sklearn": "random_forrest"}]
    with pytest.raises(SuiteError) as caught:
        loads(yaml.safe_dump(small), registry, tmp_path)
    assert [one.hint for one in caught.value.mistakes] == ["did you mean 'random_forest'?"]


def test_what_is_left_out_has_its_documented_default(small, settle):
    suite = settle(small)
    assert suite.scenarios == ("single_stream", "offline")
    assert suite.chains == ((),)
    assert suite.device == "cpu"
    assert (suite.search.algorithm, suite.search.trials) == ("auto", 100)


def test_units_may_be_written_wherever_a_quantity_is_asked_for(small, settle):
    small["search"] = {"minutes": "90 s"}
    small["measure"] = {"max_time": "500 ms", "hard_time": "1 min"}
    small["limits"] = {"memory": "2 GB", "measure_time": "2 min"}
    suite = settle(small)
    assert suite.search.minutes == pytest.approx(1.5)
    assert (suite.measure.max_time, suite.measure.hard_time) == (0.5, 60)
    assert (suite.limits.memory, suite.limits.measure_time) == (2e9, 120)


@pytest.mark.parametrize("ends", list(itertools.permutations(["1 ms", "20 ms"])))
def test_the_ends_of_a_range_may_stand_in_either_order(small, settle, ends):
    small["profiles"]["one"]["range"]["latency_p90"] = list(ends)
    assert settle(small).profiles[0].ranges["latency_p90"] == (0.02, 0.001)
