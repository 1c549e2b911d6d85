import ast
from types import SimpleNamespace

import pytest

from harness.handover import loading
from harness.handover.loading import requirements_text, template

RUNTIMES = ("onnxruntime", "openvino", "torch", "torch_compile", "other")
OPTIONS = {
    "threads": None,
    "optimization": "all",
    "precision": "f32",
    "hint": "latency",
    "mode": "default",
    "channels_last": False,
    "allow_fallback": True,
}


def rendered(runtime, **given):
    options = OPTIONS | given.pop("options", {})
    settled = {
        "runtime": runtime,
        "title": runtime,
        "file": "model.onnx",
        "kind": "image",
        "original": "example_raw.png",
        "batch": 4,
        "fixed": None,
        "options": options,
        "threads": 2,
        "provider": "cpu",
        "device": "cpu",
        "integer": False,
        "door": "package.module:load",
        "task": "classification",
        "tolerance": 0.01,
    }
    return template("load.py.jinja").render(**(settled | given))


def checked(text):
    """The text, if it is Python in which nothing is left of the template and nothing has two blank lines inside."""
    ast.parse(text)
    assert "{%" not in text
    assert "{{" not in text
    assert "\n\n\n\n" not in text
    assert text.endswith("main()\n")
    return text


@pytest.mark.parametrize("runtime", RUNTIMES)
@pytest.mark.parametrize("kind", ["image", "row", "record"])
@pytest.mark.parametrize("task", ["classification", "regression", "embedding"])
@pytest.mark.parametrize("fixed", [None, 4])
def test_every_loader_is_python(runtime, kind, task, fixed):
    text = checked(rendered(runtime, kind=kind, task=task, fixed=fixed, original="example_raw.png" if kind == "image" else None))
    assert ("PIL" in text) == (kind == "image")
    assert ("harness" in text.partition("from __future__")[2]) == (runtime == "other")


CHOICES = {
    "cuda": ("onnxruntime", {"provider": "cuda", "device": "cuda:1"}, ['"device_id": "1"', '"use_tf32": "0"', "get_providers"]),
    "tensorrt": ("onnxruntime", {"provider": "tensorrt", "device": "cuda:0"}, ["Tensorrt", "CUDAExecutionProvider"]),
    "openvino in onnxruntime": (
        "onnxruntime",
        {"provider": "openvino", "options": {"precision": "bf16"}},
        ["onnxruntime_ep_openvino", '"INFERENCE_PRECISION_HINT": "bf16"'],
    ),
    "graph as it is": ("onnxruntime", {"options": {"optimization": "none"}}, ["ORT_DISABLE_ALL"]),
    "threads": ("onnxruntime", {"options": {"threads": 3}}, ["THREADS = 3"]),
    "all cores": ("onnxruntime", {}, ["THREADS = len(os.sched_getaffinity(0))  # all cores; they were 2 where it was measured"]),
    "bfloat16": ("openvino", {"options": {"precision": "bf16"}}, ['"INFERENCE_PRECISION_HINT": "bf16"', '"NUM_STREAMS": "1"']),
    "streams": ("openvino", {"options": {"hint": "throughput"}}, ['"PERFORMANCE_HINT": "THROUGHPUT"', "start_async"]),
    "autocast": ("torch", {"options": {"precision": "f16"}, "device": "cuda:0"}, ['torch.autocast("cuda", torch.float16)']),
    "channels last": ("torch", {"options": {"channels_last": True}}, ["memory_format=torch.channels_last"]),
    "integers": ("torch_compile", {"integer": True}, ["import torchao.quantization", "x86_inductor"]),
    "autotuning": ("torch_compile", {"options": {"mode": "max-autotune"}}, ["max_autotune = True"]),
    "fixed": ("torch_compile", {"fixed": 4}, ["BATCH = 4  # samples of a query: it takes just so many", "np.concatenate"]),
    "another's": ("other", {"door": "a.b:load"}, ["open_door('a.b:load')(HERE, OPTIONS, 'cpu')", "OPTIONS = {'threads': None,"]),
}


@pytest.mark.parametrize(("runtime", "given", "words"), CHOICES.values(), ids=CHOICES)
def test_options_that_were_measured_are_in_the_loader(runtime, given, words):
    text = checked(rendered(runtime, **given))
    for one in words:
        assert one in text


def test_a_build_of_pytorch_is_found_on_its_own_index():
    assert requirements_text({"torch": "2.9.0+cpu", "numpy": "2.1"}) == (
        "--extra-index-url https://download.pytorch.org/whl/cpu\nnumpy==2.1\ntorch==2.9.0+cpu\n"
    )
    assert requirements_text({"openvino": "2025.3"}) == "openvino==2025.3\n"


@pytest.mark.parametrize(
    ("census", "integer", "exact"),
    [
        ({}, False, True),
        ({"layers": {"float": 3}, "quantize": 0, "dequantize": 0, "casts": 0}, False, True),
        ({"layers": {"int8": 3}, "quantize": 4, "dequantize": 9}, True, False),
        ({"layers": {"float": 1, "expanded": 2}, "dequantize": 2}, True, False),
        ({"layers": {"half": 2}, "casts": 2}, False, False),
    ],
)
def test_scores_may_be_further_off_where_not_all_is_in_float32(census, integer, exact):
    chosen = SimpleNamespace(artifact=SimpleNamespace(notes={"census": census}))
    assert loading._is_integer(chosen) is integer
    assert loading._is_exact(chosen) is exact
