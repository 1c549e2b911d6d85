import itertools
from pathlib import Path

import numpy as np
import pytest
import yaml

from harness.errors import InputError, SuiteError
from harness.metrics import METRICS, QUALITIES, Scope
from harness.space import expand
from harness.spec import Target
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
    "a value beside its short form": (
        ("models",),
        [{"sklearn": "mlp", "estimator": "decision_tree"}],
        "models[0].estimator",
        "stands twice",
    ),
    "steps and epochs": (
        ("models",),
        [{"timm": "test_resnet", "train": {"steps": 9, "epochs": 2}}],
        "models[0].train",
        "give steps or epochs, not both",
    ),
    "no epochs": (("models",), [{"timm": "test_resnet", "train": {"epochs": 0}}], "models[0].train.epochs", "greater than"),
    "a training of no time": (
        ("models",),
        [{"timm": "test_resnet", "train": {"minutes": "0 s"}}],
        "models[0].train.minutes",
        "greater than 0",
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
    "a batch that is half a word": (("workload", "batch_size"), ["8"], "workload.batch_size[0]", "valid integer"),
    "a batch in pieces": (("workload", "batch_size"), 8.0, "workload.batch_size[0]", "valid integer"),
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
    "an unknown target": (("target",), "gpu", "target.device", "pattern"),
    "a target that is no machine": (("target",), {"device": "gpu"}, "target.device", "pattern"),
    "a target of nothing": (("target",), None, "target", "dictionary"),
    "a price that is none": (("target",), {"price_per_hour": 0}, "target.price_per_hour", "greater than 0"),
    "a price without end": (("target",), {"price_per_hour": float("inf")}, "target.price_per_hour", "finite"),
    "a power in the wrong unit": (("target",), {"power": "65 J"}, "target.power", "'J' is no unit"),
    "a word the target does not know": (("target",), {"price": 1}, "target.price", "unknown key"),
    "a truth in words": (("workload", "end_to_end"), "true", "workload.end_to_end", "valid boolean"),
    "a truth in figures": (("workload", "end_to_end"), 1, "workload.end_to_end", "valid boolean"),
    "two settings of a scenario": (
        ("scenarios",),
        ["single_stream", {"multi_stream": 4}, {"multi_stream": {"samples": 8}}],
        "scenarios[2]",
        "multi_stream stands here twice, with other options",
    ),
    "an axis for a scenario": (("scenarios",), ["single_stream", {"multi_stream": [4, 8]}], "scenarios[1]", "exactly one"),
    "a server without a latency": (("scenarios",), ["single_stream", "server"], "scenarios[1].server", "is missing"),
    "a server in braces without a latency": (
        ("scenarios",),
        ["single_stream", {"server": {"percentile": 90}}],
        "scenarios[1].server.latency",
        "is missing",
    ),
    "a server of no latency": (("scenarios",), ["single_stream", {"server": "0 s"}], "scenarios[1].server", "greater than 0"),
    "a percentile that nobody counts": (
        ("scenarios",),
        ["single_stream", {"server": {"latency": 1, "percentile": 50}}],
        "scenarios[1].server.percentile",
        "should be",
    ),
    "an option that a scenario does not have": (
        ("scenarios",),
        [{"single_stream": {"samples": 1}}],
        "scenarios[0].single_stream.samples",
        "unknown key",
    ),
    "scenarios that are no list": (("scenarios",), "single_stream", "scenarios", "valid list"),
    "a scenario that is a number": (("scenarios",), ["single_stream", 3], "scenarios[1]", "expected a scenario"),
    "a precision beyond all": (("measure",), {"precision": "200 %"}, "measure.precision", "less than or equal to 1"),
    "tries without end": (("measure",), {"again": 100}, "measure.again", "less than or equal to 10"),
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


LACKING = {
    "multi_stream_p90": ("the scenario 'multi_stream'", "add it to scenarios: [multi_stream]"),
    "throughput": ("the scenario 'offline'", "add it to scenarios: [offline]"),
    "energy": ("the scenario 'offline'", "add it to scenarios: [offline]"),
    "server_rate": ("the scenario 'server'", "add it to scenarios: [{server: {latency: …}}]"),
    "time_decode": ("the whole path to be timed", "add to workload: {end_to_end: true}"),
    "cost": ("a price", "add to target: {price_per_hour: 0.35}"),
    "compile_time": ("every runtime to compile", "weigh or limit cold_start, which all of them have"),
}
GIVEN = {
    "scenarios": ["single_stream", "multi_stream", "offline", {"server": {"latency": "20 ms"}}],
    "workload": {
        "dataset": "digits",
        "end_to_end": True,
        "costs": {"mistakes": (1 - np.eye(10)).tolist(), "person": 0.5},
        "corruptions": {},
    },
    "target": {"price_per_hour": 0.35},
    "explain": "shap",
    "models": [{"timm": "test_resnet"}],
    "runtimes": ["torch_compile"],
}


@pytest.mark.parametrize("metric", LACKING)
@pytest.mark.parametrize("use", ["weights", "constraints"])
def test_a_metric_that_the_suite_does_not_give_is_told_where_it_is_used_with_how_to_give_it(small, settle, metric, use):
    lacking = (
        GIVEN
        | {
            "multi_stream_p90": {"scenarios": ["single_stream"]},
            "throughput": {"scenarios": ["single_stream"]},
            "energy": {"scenarios": ["single_stream"]},
            "server_rate": {"scenarios": ["single_stream"]},
            "time_decode": {"workload": {"dataset": "digits", "end_to_end": False}},
            "cost": {"target": {"power": 65, "price_per_hour": None}},
            "compile_time": {"runtimes": ["torch_compile", {"torch": {"threads": 1}}]},
        }[metric]
    )
    one = small["profiles"]["one"]
    one["weights"] |= {metric: 1} if use == "weights" else {}
    one["range"] |= {metric: [1, 2]} if use == "weights" else {}
    one["constraints"] = ["size <= 1 GB", f"{metric} <= 1"] if use == "constraints" else []
    what, how = LACKING[metric]
    with pytest.raises(SuiteError) as caught:
        settle(small | GIVEN | lacking)
    (told,) = caught.value.mistakes
    place = f"profiles.one.weights.{metric}" if use == "weights" else "profiles.one.constraints[1]"
    assert (told.place, told.message, told.hint) == (place, f"{metric} needs {what}", how)
    assert settle(small | GIVEN).profiles


def test_a_metric_of_no_weight_needs_nothing(small, settle):
    small["profiles"]["one"]["weights"]["server_rate"] = 0
    assert "server_rate" not in settle(small).profiles[0].weights


@pytest.mark.parametrize("metric", [name for name in METRICS if name not in QUALITIES or name == "accuracy"])
def test_the_range_that_is_given_as_an_example_can_be_written(small, settle, metric):
    small["profiles"] = {"one": {"weights": {metric: 1}}}
    given = GIVEN | ({"target": {"device": "cuda:0"}} if metric == "memory_device" else {})
    if METRICS[metric].scope is Scope.GROUPED:
        given |= {
            "workload": {"dataset": "wine", "groups": {"column": "ash", "above": 2}},
            "models": [{"sklearn": "mlp"}],
            "runtimes": ["openvino"],
        }
    with pytest.raises(SuiteError) as caught:
        settle(small | given)
    told = next(one for one in caught.value.mistakes if "no range" in one.message)
    small["profiles"]["one"] |= yaml.safe_load(told.hint)
    worst, best = settle(small | given).profiles[0].ranges[metric]
    assert METRICS[metric].better(best, worst)


def test_a_scenario_is_a_name_or_a_value_or_options(small, settle):
    forms = ["single_stream", {"multi_stream": 16}, {"offline": {}}, {"server": {"latency": "20 ms", "percentile": 95}}]
    suite = settle(small | {"scenarios": forms})
    assert [(choice.part, choice.options) for choice in suite.scenarios] == [
        ("single_stream", {}),
        ("multi_stream", {"samples": 16}),
        ("offline", {}),
        ("server", {"latency": 0.02, "percentile": 95}),
    ]


def test_a_scenario_that_stands_twice_with_the_same_options_is_one(small, settle):
    twice = ["single_stream", "multi_stream", {"multi_stream": 8}, {"multi_stream": {"samples": [8]}}, "single_stream"]
    twice += [{"server": 1}, {"server": {"latency": "1 s", "percentile": [99]}}]
    assert [choice.part for choice in settle(small | {"scenarios": twice}).scenarios] == [
        "single_stream",
        "multi_stream",
        "server",
    ]


@pytest.mark.parametrize(
    ("written", "target"),
    [
        ("cuda:1", Target(device="cuda:1")),
        ({"device": "cuda"}, Target(device="cuda")),
        ({"price_per_hour": 0.35}, Target(price_per_hour=0.35)),
        ({"device": "cpu", "power": "65 W"}, Target(power=65)),
        ({"power": "0.2 kW", "price_per_hour": None}, Target(power=200)),
    ],
)
def test_a_target_is_a_device_or_what_is_known_of_the_machine(small, settle, written, target):
    suite = settle(small | {"target": written})
    assert suite.target == target
    assert suite.device == suite.baseline.device == target.device


def test_constraints_on_costs_and_energies_carry_their_units(small, settle):
    small["profiles"]["one"]["constraints"] = ["cost <= 0.02 per 1k", "cost <= 0.5 * baseline + 5 per 1M", "energy <= 2 mJ"]
    first, second, third = settle(small | GIVEN).profiles[0].constraints
    assert (first.offset, third.offset) == pytest.approx((0.02, 0.002))
    assert second.bound(0.01) == pytest.approx(0.01)


def test_a_choice_of_words_comes_with_the_nearest_one(small, registry, tmp_path):
    small["models"] = [{"sklearn": "random_forrest"}]
    with pytest.raises(SuiteError) as caught:
        loads(yaml.safe_dump(small), registry, tmp_path)
    assert [one.hint for one in caught.value.mistakes] == ["did you mean 'random_forest'?"]


def test_what_is_left_out_has_its_documented_default(small, settle):
    suite = settle(small)
    assert [(choice.part, choice.options) for choice in suite.scenarios] == [("single_stream", {}), ("offline", {})]
    assert suite.chains == ((),)
    assert suite.target == Target(device="cpu", price_per_hour=None, power=None)
    assert suite.device == "cpu"
    assert not suite.end_to_end
    assert (suite.measure.precision, suite.measure.again) == (0.02, 2)
    assert (suite.search.algorithm, suite.search.trials) == ("auto", 100)


def test_units_may_be_written_wherever_a_quantity_is_asked_for(small, settle):
    small["search"] = {"minutes": "90 s"}
    small["measure"] = {"max_time": "500 ms", "hard_time": "1 min", "precision": "5 %"}
    small["limits"] = {"memory": "2 GB", "measure_time": "2 min"}
    suite = settle(small)
    assert suite.search.minutes == pytest.approx(1.5)
    assert (suite.measure.max_time, suite.measure.hard_time, suite.measure.precision) == (0.5, 60, 0.05)
    assert (suite.limits.memory, suite.limits.measure_time) == (2e9, 120)


@pytest.mark.parametrize("ends", list(itertools.permutations(["1 ms", "20 ms"])))
def test_the_ends_of_a_range_may_stand_in_either_order(small, settle, ends):
    small["profiles"]["one"]["range"]["latency_p90"] = list(ends)
    assert settle(small).profiles[0].ranges["latency_p90"] == (0.02, 0.001)
