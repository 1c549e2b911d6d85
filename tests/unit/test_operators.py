"""Profiles in one format: what they add up to, and what operators are for, whatever a runtime calls them."""

import json
from dataclasses import asdict

import pytest

from harness.operators import OperatorTime, Profile, calm, kinds, read, repeat, role, trimmed

CONV = OperatorTime("conv 1", "Conv", "fast", 3e-3)
LATER = OperatorTime("conv 2", "Conv", "fast", 1e-3)
CAST = OperatorTime("cast", "Cast", "slow", 1e-3)
PROFILE = Profile("toy", 1, 10, 6e-3, (CONV, CAST, LATER))


def test_what_no_operator_took_is_uncovered():
    assert PROFILE.covered == pytest.approx(5e-3)
    assert PROFILE.uncovered == pytest.approx(1e-3)


def test_operators_side_by_side_leave_nothing_uncovered():
    assert Profile("toy", 1, 10, 4e-3, PROFILE.operators).uncovered == 0


def test_kinds_are_the_slowest_first_and_share_the_time_of_all_operators():
    assert [(one.kind, one.count, one.share) for one in kinds(PROFILE)] == [
        ("Conv", 2, pytest.approx(0.8)),
        ("Cast", 1, pytest.approx(0.2)),
    ]


def test_a_profile_without_operators_has_no_kinds_and_no_shares():
    empty = Profile("toy", 1, 10, 4e-3, ())
    assert kinds(empty) == ()
    assert empty.share(()) == 0


def test_trimming_keeps_the_slowest_in_order_of_execution_and_every_kind():
    told = trimmed(Profile("toy", 1, 10, 6e-3, (CAST, LATER, CONV)), 2)
    assert [one["name"] for one in told["operators"]] == ["cast", "conv 1"]
    assert [one["kind"] for one in told["kinds"]] == ["Conv", "Cast"]


def test_it_reads_what_was_written_as_json():
    assert read(json.loads(json.dumps(asdict(PROFILE)))) == PROFILE


@pytest.mark.parametrize(
    ("kinds", "what"),
    [
        (
            "Conv FusedConv QLinearConv ConvInteger MatMul QLinearMatMul MatMulIntegerToFloat DynamicQuantizeMatMul Gemm QGemm",
            "layer",
        ),
        ("Convolution GroupConvolution FullyConnected FullyConnectedQuantizedLegacy MatMulNBits", "layer"),
        ("conv2d linear addmm matmul bmm convolution _mkl_linear qlinear_pointwise _convolution_pointwise", "layer"),
        ("QuantizeLinear DequantizeLinear DynamicQuantizeLinear Cast Transpose ReorderInput ReorderOutput", "conversion"),
        ("Reorder Convert FakeQuantize", "conversion"),
        ("to copy contiguous permute quantize_per_tensor", "conversion"),
        ("Add QLinearAdd HardSwish Softmax Pooling relu fused", "other"),
    ],
)
def test_every_runtimes_operators_have_a_role(kinds, what):
    assert {kind: role(kind) for kind in kinds.split()} == dict.fromkeys(kinds.split(), what)


def test_queries_take_the_batches_in_turn():
    seen = []
    assert len(repeat(seen.append, ["a", "b"], queries=5)) == 5
    assert seen == ["a", "b", "a", "b", "a"]


def test_slow_queries_end_after_a_few():
    assert len(repeat(lambda batch: None, ["a"], queries=50, seconds=0.0)) == 3


def test_the_faster_half_of_the_queries_counts():
    assert calm([5.0, 1.0, 9.0, 2.0, 3.0]) == [1, 3, 4]
    assert calm([7.0]) == [0]
