import pytest

from harness.compatibility import refusal, tools
from harness.interfaces import Tool
from harness.spec import Choice

PYTORCH, PYTORCH_FUNCTION = ("timm", {"name": "resnet18"}), ("python", {"function": "a:b"})


def sklearn(estimator, **params):
    return "sklearn", {"estimator": estimator, "params": params}


GRAPH, TREES, LAYERS = ("onnx", {"file": "a.onnx"}), sklearn("random_forest"), sklearn("mlp")
TABLES, OWN_CLASSIFIER = ("ebm", {}), ("python", {"function": "a:b", "kind": "sklearn"})
LAYERS_NEEDED = "quantize needs a model with matrix or convolution layers"
ML_OPERATORS = "openvino has no operators of ai.onnx.ml, which this model is written with"


def refused(registry, model, passes, runtime):
    part, options = model
    chain = [Choice(part=name, label=name) for name in passes]
    return refusal(registry, Choice(part=part, label=part, options=options), chain, Choice(part=runtime, label=runtime))


@pytest.mark.parametrize(
    ("model", "passes", "runtime"),
    [
        (PYTORCH, [], "torch"),
        (PYTORCH, [], "onnxruntime"),
        (PYTORCH, ["prune", "factorize"], "torch"),
        (PYTORCH, ["prune", "quantize"], "openvino"),
        (PYTORCH, [], "torch_compile"),
        (PYTORCH, ["prune", "quantize"], "torch_compile"),
        (PYTORCH_FUNCTION, ["prune"], "torch"),
        (GRAPH, [], "openvino"),
        (GRAPH, ["quantize"], "onnxruntime"),
        (GRAPH, ["simplify", "cluster"], "onnxruntime"),
        (LAYERS, ["quantize"], "openvino"),
        (TREES, [], "onnxruntime"),
        (OWN_CLASSIFIER, [], "onnxruntime"),
        (OWN_CLASSIFIER, [], "openvino"),
        (sklearn("knn"), [], "openvino"),
        (sklearn("svc"), [], "openvino"),
        (TABLES, [], "openvino"),
    ],
)
def test_what_makes_sense_is_not_refused(registry, model, passes, runtime):
    assert refused(registry, model, passes, runtime) is None


@pytest.mark.parametrize(
    ("model", "passes", "runtime", "rule"),
    [
        (TREES, ["prune"], "onnxruntime", "prune needs a model with PyTorch weights; this one is made of decision trees"),
        (GRAPH, ["factorize"], "onnxruntime", "factorize needs a model with PyTorch weights; this one is an ONNX graph"),
        (
            TREES,
            ["quantize"],
            "onnxruntime",
            "quantize needs a model with matrix or convolution layers; this one is made of decision trees",
        ),
        (
            PYTORCH,
            ["quantize", "prune"],
            "onnxruntime",
            "prune changes PyTorch weights, so it goes before quantize, which changes the exported graph",
        ),
        (GRAPH, ["cluster", "quantize"], "onnxruntime", "quantize would undo cluster, which goes last"),
        (GRAPH, ["cluster", "simplify"], "openvino", "simplify would undo cluster, which goes last"),
        (GRAPH, [], "torch", "torch runs PyTorch modules; this one is an ONNX graph"),
        (TREES, [], "torch", "torch runs PyTorch modules; this one is made of decision trees"),
        (TREES, [], "torch_compile", "torch_compile runs PyTorch modules; this one is made of decision trees"),
        (PYTORCH, ["quantize"], "torch", "torch has no int8 kernels for a program; torch_compile makes them"),
        (GRAPH, ["quantize"], "torch_compile", "torch_compile runs PyTorch modules; this one is an ONNX graph"),
        (PYTORCH, ["quantize", "simplify"], "torch_compile", "simplify makes an ONNX file, which torch_compile does not run"),
        (
            PYTORCH,
            ["quantize", "prune"],
            "torch_compile",
            "prune changes PyTorch weights, so it goes before quantize, which changes the exported graph",
        ),
        (TREES, [], "openvino", "openvino has no operator for decision trees (ai.onnx.ml)"),
        (sklearn("knn", p=1), [], "openvino", ML_OPERATORS),
        (sklearn("svc", probability=True), [], "openvino", ML_OPERATORS),
        (sklearn("knn"), ["quantize"], "onnxruntime", f"{LAYERS_NEEDED}; this one compares samples with stored ones"),
        (TABLES, ["quantize"], "openvino", f"{LAYERS_NEEDED}; this one adds up scores from tables"),
        (TABLES, [], "torch", "torch runs PyTorch modules; this one adds up scores from tables"),
    ],
)
def test_what_makes_no_sense_is_refused_by_its_rule(registry, model, passes, runtime, rule):
    assert refused(registry, model, passes, runtime) == rule


QUANTIZE = "quantize"


def asked(registry, runtime, **options):
    return tools(registry.passes[QUANTIZE], registry.runtimes[runtime], options)


@pytest.mark.parametrize(
    ("runtime", "options", "names"),
    [
        ("onnxruntime", {}, ["onnxruntime"]),
        ("openvino", {}, ["nncf"]),
        ("onnxruntime", {"method": "dynamic", "per_channel": False}, ["onnxruntime"]),
        ("openvino", {"method": "weight_only", "bits": 4}, ["nncf"]),
        ("openvino", {"calibration": "percentile", "accuracy_aware": {"max_drop": 0.01}}, ["nncf"]),
        ("onnxruntime", {"calibration": "entropy"}, ["onnxruntime"]),
        ("onnxruntime", {"method": "fp16"}, ["onnxruntime.float16"]),
        ("openvino", {"method": "fp16"}, ["onnxruntime.float16"]),
        ("onnxruntime", {"method": "qat", "finetune_epochs": 2}, ["qat", "onnxruntime"]),
        ("openvino", {"method": "qat"}, ["qat", "nncf"]),
        ("onnxruntime", {"method": "bf16"}, ["onnx.bfloat16"]),
        ("openvino", {"method": "bf16"}, ["onnx.bfloat16"]),
        ("torch_compile", {"accuracy_aware": {"max_drop": 0.01}, "per_channel": False}, ["torchao"]),
        ("torch_compile", {"method": "dynamic"}, ["torchao"]),
        ("torch_compile", {"method": "qat"}, ["qat", "torchao"]),
        ("torch_compile", {"method": "bf16"}, ["torch.half"]),
        ("torch_compile", {"method": "fp16"}, ["torch.half"]),
        ("torch", {"method": "bf16"}, ["torch.half"]),
        ("torch", {"method": "fp16"}, ["torch.half"]),
    ],
)
def test_one_request_is_served_by_the_tool_of_its_runtime(registry, runtime, options, names):
    assert [tool.name for tool in asked(registry, runtime, **options)] == names


@pytest.mark.parametrize(
    ("runtime", "options", "rule"),
    [
        (
            "openvino",
            {"method": "dynamic"},
            "openvino has no dynamic quantization of a model: NNCF makes static and weight_only ones",
        ),
        ("openvino", {"calibration": "entropy"}, "openvino has no entropy calibration: NNCF knows minmax and percentile"),
        (
            "openvino",
            {"method": "qat", "calibration": "entropy"},
            "openvino has no entropy calibration: NNCF knows minmax and percentile",
        ),
        ("onnxruntime", {"bits": 4}, "bits means nothing to static quantization"),
        ("onnxruntime", {"method": "dynamic", "calibration": "entropy"}, "calibration means nothing to dynamic quantization"),
        (
            "onnxruntime",
            {"method": "dynamic", "calibration_samples": 8},
            "calibration_samples means nothing to dynamic quantization",
        ),
        ("onnxruntime", {"method": "weight_only", "per_channel": False}, "per_channel means nothing to weight_only quantization"),
        (
            "openvino",
            {"method": "fp16", "accuracy_aware": {"max_drop": 0.01}},
            "accuracy_aware means nothing to fp16 quantization",
        ),
        ("onnxruntime", {"finetune_epochs": 3}, "finetune_epochs means nothing to static quantization"),
        ("openvino", {"method": "bf16", "bits": 4}, "bits means nothing to bf16 quantization"),
        *[
            ("torch", {"method": method}, "torch has no int8 kernels for a program; torch_compile makes them")
            for method in ("static", "dynamic", "weight_only", "qat")
        ],
        (
            "torch_compile",
            {"method": "weight_only"},
            "torch_compile has no weight_only quantization: torchao's quantizer for a CPU makes static and dynamic ones",
        ),
        (
            "torch_compile",
            {"calibration": "percentile"},
            "torch_compile has no percentile calibration: torchao's quantizer is given minmax",
        ),
    ],
)
def test_a_request_that_no_tool_serves_is_named_by_its_rule(registry, runtime, options, rule):
    assert asked(registry, runtime, **options) == rule


def test_a_step_that_trains_needs_weights_and_goes_before_the_graph(registry):
    def refused_qat(model, *before):
        part, options = model
        chain = [*(Choice(part=name, label=name) for name in before), Choice(part=QUANTIZE, label="q", options={"method": "qat"})]
        runtime = Choice(part="onnxruntime", label="onnxruntime")
        return refusal(registry, Choice(part=part, label=part, options=options), chain, runtime)

    assert refused_qat(PYTORCH, "prune") is None
    assert refused_qat(GRAPH) == "quantize needs a model with PyTorch weights; this one is an ONNX graph"
    assert refused_qat(PYTORCH, "quantize") == (
        "quantize changes PyTorch weights, so it goes before quantize, which changes the exported graph"
    )


def test_a_pass_that_does_not_look_at_the_runtime_is_its_own_tool(registry):
    part = registry.passes["prune"]
    for runtime in registry.runtimes.values():
        assert tools(part, runtime, {}) == (Tool(part.name, part.door, part.form, part.packages),)


def student(part, **options):
    """Return a pass that makes a student of that source."""
    return Choice(part="distill", label="distill", options={"student": {"part": part, "label": part, "options": options}})


NETWORK, TREE = student("timm", name="test_resnet"), student("sklearn", estimator="decision_tree")


@pytest.mark.parametrize(
    ("model", "chain", "runtime", "rule"),
    [
        (PYTORCH, [NETWORK], "torch", None),
        (PYTORCH_FUNCTION, [NETWORK], "openvino", None),
        (PYTORCH, ["prune", NETWORK, "prune", "quantize"], "onnxruntime", None),
        (PYTORCH, [NETWORK, TREE], "onnxruntime", None),
        (PYTORCH, [TREE], "onnxruntime", None),
        (PYTORCH, [TREE], "torch", "torch runs PyTorch modules; this one is made of decision trees"),
        (PYTORCH, [TREE], "openvino", "openvino has no operator for decision trees (ai.onnx.ml)"),
        (
            PYTORCH,
            [TREE, "quantize"],
            "onnxruntime",
            "quantize needs a model with matrix or convolution layers; this one is made of decision trees",
        ),
        (PYTORCH, [TREE, "prune"], "onnxruntime", "prune needs a model with PyTorch weights; this one is made of decision trees"),
        (
            PYTORCH,
            [TREE, NETWORK],
            "onnxruntime",
            "distill needs a model with PyTorch weights; this one is made of decision trees",
        ),
        (GRAPH, [NETWORK], "onnxruntime", "distill needs a model with PyTorch weights; this one is an ONNX graph"),
        (TREES, [TREE], "onnxruntime", "distill needs a model with PyTorch weights; this one is made of decision trees"),
        (
            PYTORCH,
            ["quantize", NETWORK],
            "onnxruntime",
            "distill changes PyTorch weights, so it goes before quantize, which changes the exported graph",
        ),
    ],
)
def test_what_follows_a_student_goes_by_what_the_student_is(registry, model, chain, runtime, rule):
    part, options = model
    passes = [Choice(part=one, label=one) if isinstance(one, str) else one for one in chain]
    found = refusal(registry, Choice(part=part, label=part, options=options), passes, Choice(part=runtime, label=runtime))
    assert found == rule


def test_how_a_network_is_trained_means_nothing_to_a_tree(registry):
    part, runtime = registry.passes["distill"], registry.runtimes["onnxruntime"]
    for name in ("epochs", "minutes", "lr", "batch_size", "weight_decay"):
        rule = f"{name} means nothing to a student that is made of decision trees"
        assert tools(part, runtime, {**TREE.options, name: 3}) == rule
        assert not isinstance(tools(part, runtime, {**NETWORK.options, name: 3}), str)
