import pytest

from harness.compatibility import refusal
from harness.spec import Choice

PYTORCH, PYTORCH_FUNCTION = ("timm", {"name": "resnet18"}), ("python", {"function": "a:b"})
GRAPH, TREES, LAYERS = (
    ("onnx", {"file": "a.onnx"}),
    ("sklearn", {"estimator": "random_forest"}),
    ("sklearn", {"estimator": "mlp"}),
)
OWN_TREES = ("python", {"function": "a:b", "kind": "sklearn"})


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
        (PYTORCH_FUNCTION, ["prune"], "torch"),
        (GRAPH, [], "openvino"),
        (GRAPH, ["quantize"], "onnxruntime"),
        (LAYERS, ["quantize"], "openvino"),
        (TREES, [], "onnxruntime"),
        (OWN_TREES, [], "onnxruntime"),
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
        (GRAPH, [], "torch", "torch runs PyTorch modules; this one is an ONNX graph"),
        (TREES, [], "torch", "torch runs PyTorch modules; this one is made of decision trees"),
        (PYTORCH, ["quantize"], "torch", "quantize makes an ONNX file, which torch does not run"),
        (TREES, [], "openvino", "openvino has no operator for decision trees (ai.onnx.ml)"),
        (OWN_TREES, [], "openvino", "openvino has no operator for decision trees (ai.onnx.ml)"),
    ],
)
def test_what_makes_no_sense_is_refused_by_its_rule(registry, model, passes, runtime, rule):
    assert refused(registry, model, passes, runtime) == rule
