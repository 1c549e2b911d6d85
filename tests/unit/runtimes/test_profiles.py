"""From what each runtime's profiler tells to operators: planted traces, counters and events."""

from types import SimpleNamespace

import pytest

from harness.runtimes.onnx_profile import of_trace
from harness.runtimes.openvino_profile import later, precision
from harness.runtimes.torch_profile import _operators, averaged


def run(ts):
    return {"cat": "Session", "name": "model_run", "ts": ts, "dur": 90}


def node(ts, name, dur, kind="Conv", inputs=("float", "float")):
    about = {"op_name": kind, "provider": "CPUExecutionProvider", "node_index": name}
    shapes = [{one: [1]} for one in inputs]
    return {"cat": "Node", "name": f"{name}_kernel_time", "ts": ts, "dur": dur, "args": about | {"input_type_shape": shapes}}


def test_a_trace_gives_the_mean_of_each_node_in_order_without_the_warm_up():
    trace = [
        run(0), node(1, "first", 1000), node(2, "second", 1000),
        run(100), node(101, "first", 10), node(120, "second", 30, "QLinearConv", ("uint8", "float")),
        run(200), node(201, "first", 20), node(230, "second", 50, "QLinearConv", ("uint8", "float")),
    ]  # fmt: skip
    told = of_trace(reversed(trace), counted=[1, 2])
    assert [(one.name, one.kind, one.precision) for one in told] == [("first", "Conv", "f32"), ("second", "QLinearConv", "int8")]
    assert [one.seconds for one in told] == pytest.approx([15e-6, 40e-6])
    assert {one.calls for one in told} == {1.0}


def test_queries_that_do_not_count_are_left_out():
    (told,) = of_trace([run(0), node(1, "a", 10), run(50), node(60, "a", 1000), run(90), node(95, "a", 30)], counted=[0, 2])
    assert told.seconds == pytest.approx(20e-6)


def test_a_node_that_runs_twice_in_a_query_is_called_twice():
    (told,) = of_trace([run(0), node(1, "body", 10), node(20, "body", 30)], counted=[0])
    assert (told.calls, told.seconds) == (2.0, pytest.approx(40e-6))


def test_a_mean_of_all_queries_gives_the_mean_of_the_later_ones():
    assert later(mean_before=10.0, before=3, mean_of_all=4.0, queries=7) == pytest.approx((4.0 * 10 - 10.0 * 3) / 7)
    assert later(mean_before=10.0, before=3, mean_of_all=1.0, queries=7) == 0.0


@pytest.mark.parametrize(
    ("kernel", "what"),
    [("brgconv_avx512_amx_I8", "int8"), ("jit_avx512_f32", "f32"), ("brgemm_avx512_amx_bf16", "bf16"), ("unknown", "")],
)
def test_a_kernels_name_tells_what_it_computes_in(kernel, what):
    assert precision(kernel) == what


def event(name, total, *children):
    inside = sum(child.cpu_time_total for child in children)
    return SimpleNamespace(name=name, cpu_time_total=total, self_cpu_time_total=total - inside, cpu_children=list(children))


def test_a_torch_operator_is_named_with_the_kernel_that_took_longest():
    conv = event(
        "aten::conv2d", 50, event("aten::convolution", 48, event("aten::mkldnn_convolution", 40), event("aten::empty", 1))
    )
    assert list(_operators(conv, on_gpu=False)) == [("conv2d", "mkldnn_convolution", 50e-6)]
    assert list(_operators(event("aten::relu_", 5), on_gpu=False)) == [("relu", "relu", 5e-6)]


def test_compiled_code_is_one_operator_beside_those_it_calls():
    region = event("## Call CompiledFxGraph f00 ##", 100, event("aten::convolution", 60))
    whole = event("Torch-Compiled Region: 0/0", 120, event("Prologue", 5), region)
    assert list(_operators(whole, on_gpu=False)) == [("convolution", "convolution", 60e-6), ("fused", "inductor", 40e-6)]


def test_equal_queries_are_averaged_place_by_place():
    first = [("conv2d", "a", 1.0), ("relu", "r", 2.0), ("conv2d", "a", 3.0)]
    found = [*first, ("conv2d", "a", 3.0), ("relu", "r", 4.0), ("conv2d", "a", 5.0)]
    told = averaged(found, 2, [0, 1])
    assert [(one.name, one.seconds) for one in told] == [("conv2d 1", 2.0), ("relu 1", 3.0), ("conv2d 2", 4.0)]


def test_of_equal_queries_those_count_that_are_counted():
    (told,) = averaged([("conv2d", "a", 1.0), ("conv2d", "a", 90.0), ("conv2d", "a", 3.0)], 3, [0, 2])
    assert told.seconds == 2.0


def test_queries_that_differ_are_averaged_by_kind():
    told = averaged([("conv2d", "a", 1.0), ("conv2d", "a", 3.0), ("relu", "r", 2.0)], 2, [0])
    assert [(one.kind, one.seconds, one.calls) for one in told] == [("conv2d", 2.0, 1.0), ("relu", 1.0, 0.5)]
