"""Weights from codebooks: the arithmetic of clustering, what lies on disk, and that no query pays for it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import onnxruntime as ort
import openvino as ov
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from onnx import TensorProto, helper, numpy_helper

from harness.bench import Work
from harness.errors import JobError
from harness.passes import cluster
from harness.passes.cluster_codebook import cluster as clustered
from harness.passes.cluster_codebook import planes, table
from harness.record import Preprocess

from .trained import accuracy, bench, graph, on, scores, size

WISHES = [(4, True), (2, True), (2, False)]
VALUES = arrays(np.float32, st.integers(1, 200), elements=st.floats(-4, 4, width=16))


def error(values: np.ndarray, bits: int) -> float:
    found = clustered(values, bits)
    return float(((found.codebook[found.indices].astype(float) - values) ** 2).sum())


@given(VALUES, st.integers(1, 8))
def test_every_value_becomes_the_nearest_entry_of_a_sorted_codebook(values: np.ndarray, bits: int) -> None:
    book, indices = clustered(values, bits)
    assert 1 <= len(book) <= 2**bits
    assert (np.diff(book) > 0).all()
    nearest = np.abs(values[:, None].astype(float) - book).min(axis=1)
    np.testing.assert_allclose(np.abs(values - book[indices]), nearest, atol=1e-6)


@given(VALUES, st.integers(1, 7))
def test_another_bit_never_adds_error(values: np.ndarray, bits: int) -> None:
    values = values[values != 0] if (values != 0).any() else values
    assert error(values, bits + 1) <= error(values, bits) * (1 + 1e-4) + 1e-6


@given(st.lists(st.floats(-4, 4, width=16), min_size=1, max_size=16, unique=True), st.integers(1, 20))
def test_no_more_values_than_entries_are_kept_exactly(values: list[float], times: int) -> None:
    weights = np.tile(np.array(values, np.float32), times)
    book, indices = clustered(weights, 4)
    assert np.array_equal(book[indices], weights)


@given(VALUES, st.integers(1, 8))
def test_many_zeros_stay_zeros(values: np.ndarray, bits: int) -> None:
    values = np.concatenate([values, np.zeros(2 * len(values), np.float32)])
    book, indices = clustered(values, bits)
    assert (book[indices][values == 0] == 0).all()


def test_a_codebook_of_a_normal_distribution_is_the_one_of_lloyd_and_max() -> None:
    values = np.random.default_rng(0).standard_normal(200_000)
    for bits, distortion in ((1, 0.3634), (2, 0.1175), (3, 0.03454), (4, 0.009497)):  # Max 1960, table I
        assert error(values, bits) / len(values) == pytest.approx(distortion, rel=0.03)


@given(st.integers(1, 8), st.integers(1, 70), st.randoms(use_true_random=False))
def test_planes_hold_the_indices_in_no_more_bits_than_they_have(bits: int, count: int, random) -> None:
    indices = np.array([random.randrange(2**bits) for _ in range(count)], np.uint8)
    held = planes(indices, bits)
    assert sum(width for width, _ in held) == bits
    assert all(len(packed) == -(-count * width // 8) for width, packed in held)
    told = np.zeros(count, int)
    for width, packed in held:
        told = (told << width) + table(width)[packed].ravel()[:count]
    assert np.array_equal(told, indices)


def layer(weight: np.ndarray, opset: int = 18) -> Work:
    """Return a matrix product of that weight as a graph."""
    ends = [
        helper.make_tensor_value_info(name, TensorProto.FLOAT, ["N", side]) for name, side in zip("xy", weight.shape, strict=True)
    ]
    inner = helper.make_graph(
        [helper.make_node("MatMul", ["x", "w"], ["y"])], "layer", ends[:1], ends[1:], [numpy_helper.from_array(weight, "w")]
    )
    model = helper.make_model(inner, opset_imports=[helper.make_opsetid("", opset)], ir_version=8)
    return Work("onnx", model, Preprocess(layout="flat"), (weight.shape[0],))


def by_openvino(work: Work, inputs: np.ndarray) -> np.ndarray:
    core = ov.Core()
    compiled = core.compile_model(core.read_model(work.model.SerializeToString()), "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
    return compiled([inputs])[compiled.output(0)]


@settings(max_examples=12)
@given(st.integers(1, 8), st.integers(31, 34))
def test_both_runtimes_compute_with_the_codebook(bits: int, outputs: int) -> None:
    weight = np.random.default_rng(bits).standard_normal((33, outputs)).astype(np.float32)
    after = cluster.apply(layer(weight), {"bits": bits, "correct": False}, bench())
    if not after.notes["cluster"]["clustered"]:
        assert [one.op_type for one in after.model.graph.node] == ["MatMul"]
        return
    onnx.checker.check_model(after.model)
    found = clustered(weight, bits)
    dense = found.codebook[found.indices].reshape(weight.shape)
    for run in (on, by_openvino):
        np.testing.assert_allclose(run(after, np.eye(33, dtype=np.float32)), dense, atol=1e-6)


def test_weights_that_are_few_values_already_change_nothing() -> None:
    weight = np.random.default_rng(0).choice(np.array([-1, 0, 0.5, 3], np.float32), (64, 48))
    before = layer(weight)
    after = cluster.apply(before, {"bits": 2}, bench())
    inputs = np.random.default_rng(1).standard_normal((5, 64)).astype(np.float32)
    assert after.notes["cluster"]["clustered"] == 1
    assert np.array_equal(on(after, inputs), on(before, inputs))


@pytest.mark.parametrize("bits", [4, 8])
def test_the_file_is_as_small_as_the_arithmetic_says(bits: int, tmp_path: Path) -> None:
    after = cluster.apply(graph(), {"bits": bits}, bench())
    told = after.notes["cluster"]
    assert told["indices"] == pytest.approx(told["weights"] * bits / 8, abs=told["clustered"])
    assert told["codebooks"] <= 4 * 2**bits * told["clustered"]
    expected = size(graph(), tmp_path) - 4 * told["weights"] + told["indices"] + told["codebooks"] + told["factors"]
    assert size(after, tmp_path) == pytest.approx(expected, rel=0.02)
    assert size(after, tmp_path) < size(graph(), tmp_path) * (bits / 32 + 0.04)


def test_four_bits_lose_next_to_nothing_and_two_are_saved_by_the_correction() -> None:
    before = accuracy(graph())
    told = {(bits, correct): cluster.apply(graph(), {"bits": bits, "correct": correct}, bench()) for bits, correct in WISHES}
    found = {wish: accuracy(after) for wish, after in told.items()}
    assert found[4, True] > before - 0.02
    assert found[2, True] > found[2, False] + 0.3
    assert told[2, True].notes["cluster"]["error"] > told[4, True].notes["cluster"]["error"] > 0
    assert told[2, False].notes["cluster"]["factors"] == told[2, False].notes["cluster"]["corrected"] == 0


def test_no_query_pays_for_it(tmp_path: Path) -> None:
    after = cluster.apply(graph(), {"bits": 3}, bench())
    settings_ = ort.SessionOptions()
    settings_.optimized_model_filepath, settings_.log_severity_level = str(tmp_path / "optimised.onnx"), 4
    ort.InferenceSession(after.model.SerializeToString(), settings_, providers=["CPUExecutionProvider"])
    assert not {"Cast", "Gather", "Slice", "Mul"} & {one.op_type for one in onnx.load(tmp_path / "optimised.onnx").graph.node}
    core = ov.Core()
    compiled = core.compile_model(core.read_model(after.model.SerializeToString()), "CPU")
    kinds = {one.get_rt_info()["layerType"].astype(str) for one in compiled.get_runtime_model().get_ops()}
    assert not [kind for kind in kinds if "Gather" in kind or kind == "Convert"]


def test_it_leaves_the_graph_it_is_given_alone() -> None:
    before = graph().model.SerializeToString()
    cluster.apply(graph(), {"bits": 4}, bench())
    assert graph().model.SerializeToString() == before


def test_the_same_wish_gives_the_same_file() -> None:
    once, again = (cluster.apply(graph(), {"bits": 3}, bench()).model.SerializeToString() for _ in range(2))
    assert once == again


def test_what_cannot_be_clustered_says_so_in_one_line() -> None:
    weight = np.ones((4, 4), np.float32)
    empty = layer(weight)
    empty.model.graph.node[0].op_type = "Mod"
    for work, words in ((layer(weight, opset=9), "opset"), (empty, "no weights")):
        with pytest.raises(JobError, match=words) as told:
            cluster.apply(work, {"bits": 4}, bench())
        assert told.value.kind == "unsupported"


def test_scores_stay_finite_where_a_channel_never_varies() -> None:
    weight = np.random.default_rng(0).standard_normal((16, 1, 3, 3)).astype(np.float32)
    weight[3] = 0
    ends = [
        helper.make_tensor_value_info("x", TensorProto.FLOAT, ["N", 1, 28, 28]),
        helper.make_tensor_value_info("y", TensorProto.FLOAT, ["N", 16]),
    ]
    stored = [numpy_helper.from_array(weight.repeat(8, 1), "w"), numpy_helper.from_array(np.zeros(16, np.float32), "b")]
    nodes = [
        helper.make_node("Concat", ["x"] * 8, ["wide"], axis=1),
        helper.make_node("Conv", ["wide", "w", "b"], ["maps"]),
        helper.make_node("GlobalAveragePool", ["maps"], ["pooled"]),
        helper.make_node("Flatten", ["pooled"], ["y"]),
    ]
    model = helper.make_model(
        helper.make_graph(nodes, "g", ends[:1], ends[1:], stored), opset_imports=[helper.make_opsetid("", 18)], ir_version=8
    )
    after = cluster.apply(Work("onnx", model, Preprocess(), (1, 28, 28)), {"bits": 1}, bench())
    assert after.notes["cluster"]["corrected"] == 1
    assert np.isfinite(scores(after, 20)).all()
