"""Every rule fires on what was planted for it, and is silent beside it."""

from dataclasses import replace

import pytest

from harness.operators import OperatorTime, Profile
from harness.reasons import Case, why
from harness.reasons.rules import RULES

INT8 = {"layers": {"int8": 9}, "operators": 20}
NEW, OLD = frozenset({"avx2", "avx512_vnni", "avx512_bf16", "avx512_fp16"}), frozenset({"avx2"})


def profile(**seconds):
    """Make a profile; ``Conv_int8=3`` is a convolution in int8 that takes 3 ms."""
    made = []
    for name, taken in seconds.items():
        kind, _, precision = name.partition("_")
        made.append(OperatorTime(name, kind, "ref_any" if precision == "ref" else "fast", taken * 1e-3, 1.0, precision))
    return Profile("toy", 1, 10, sum(seconds.values()) * 1e-3, tuple(made))


def case(**about):
    return Case(**({"runtime": "toy", "machine": "x86_64", "flags": NEW} | about))


FIRES = {
    "same_file": (case(same_file=True), case()),
    "slow_kernels": (
        case(profile=profile(QLinearConv_int8=3), parent=profile(Conv_f32=2)),
        case(profile=profile(QLinearConv_int8=2), parent=profile(Conv_f32=2)),
    ),
    "float_kernels": (
        case(census=INT8, profile=profile(Conv_int8=3, MatMul_f32=3)),
        case(census=INT8, profile=profile(Conv_int8=3, MatMul_int8=3)),
    ),
    "conversions": (
        case(profile=profile(Conv_int8=3, QuantizeLinear=2), parent=profile(Conv_f32=4)),
        case(profile=profile(Conv_int8=3, Reorder=2), parent=profile(Conv_f32=3, Reorder=2)),
    ),
    "reference_kernels": (case(profile=profile(Conv=3, HardSigmoid_ref=1)), case(profile=profile(Conv=3, HardSigmoid=1))),
    "outside": (
        case(profile=Profile("toy", 1, 10, 4e-3, (OperatorTime("conv", "Conv", "fast", 1e-3),))),
        case(profile=Profile("toy", 1, 10, 4e-3, (OperatorTime("conv", "Conv", "fast", 3e-3),))),
    ),
    "zeros": (case(census={"zeros": 0.9}), case(census={"zeros": 0.03})),
    "expanded_weights": (case(census={"layers": {"expanded": 2, "float": 1}}), case(census={"layers": {"float": 3}})),
    "half_weights": (
        case(census={"layers": {"half": 3}, "casts": 2}),
        case(census={"layers": {"half": 3}}, profile=profile(Conv_f16=1)),
    ),
    "float_layers": (case(census={"layers": {"int8": 5, "float": 5}}), case(census={"layers": {"int8": 20, "float": 1}})),
    "float_between": (
        case(census=INT8 | {"between": {"HardSwish": 3, "Add": 2}}),
        case(census=INT8 | {"between": {"Relu": 3, "Add": 2}}),
    ),
    "dynamic_ranges": (case(census={"layers": {"dynamic": 2}}), case(census=INT8)),
    "no_int8": (case(census=INT8, flags=OLD), case(census=INT8)),
    "no_bf16": (case(precision="bf16", flags=OLD), case(precision="bf16")),
    "no_fp16": (case(precision="f16", flags=OLD), case(precision="f16")),
    "too_small": (case(census=INT8, latency=100e-6), case(census=INT8, latency=20e-3)),
    "memory_bound": (
        case(macs=10**6, census={"bytes": {"stored": 4 * 10**6, "written": 10**6}}),
        case(macs=10**9, census={"bytes": {"stored": 4 * 10**6, "written": 10**6}}),
    ),
}


def test_every_rule_is_planted():
    assert list(FIRES) == [rule.__name__ for rule in RULES]


@pytest.mark.parametrize("rule", FIRES)
def test_it_fires_where_it_must_and_nowhere_else(rule):
    planted, near = FIRES[rule]
    assert [reason.rule for reason in why(planted) if reason.rule == rule] == [rule]
    assert rule not in [reason.rule for reason in why(near)]


@pytest.mark.parametrize("rule", FIRES)
def test_what_it_says_is_a_sentence_on_a_line_with_advice(rule):
    (reason,) = (reason for reason in why(FIRES[rule][0]) if reason.rule == rule)
    assert reason.text.endswith(".")
    assert "\n" not in reason.text
    assert reason.advice
    assert not reason.advice.endswith(".")


def test_nothing_known_gives_no_reason():
    assert why(case()) == ()


def test_figures_of_a_rule_are_those_that_were_planted():
    (reason,) = why(case(profile=profile(Conv_int8=3, QuantizeLinear=1)))
    assert reason.figures == {"share": 0.25, "operators": 1, "seconds": 1e-3, "parent": 0}


def test_the_same_kernels_that_took_longer_are_no_reason():
    assert why(case(profile=profile(Conv_f32=30), parent=profile(Conv_f32=2))) == ()


def test_a_processor_whose_flags_are_not_known_is_not_blamed():
    planted = case(census=INT8, flags=OLD)
    assert why(planted)
    assert why(replace(planted, flags=frozenset())) == ()
    assert why(replace(planted, machine="aarch64")) == ()
    assert why(replace(planted, device="cuda:0")) == ()


def test_small_batches_of_a_cached_model_are_not_memory_bound():
    assert why(case(macs=1000, census={"bytes": {"stored": 10**4, "written": 10**3}})) == ()


def test_larger_batches_move_more_bytes_but_use_weights_again():
    about = {"macs": 10**7, "census": {"bytes": {"stored": 10**7, "written": 10**5}}}
    assert [reason.rule for reason in why(case(**about))] == ["memory_bound"]
    assert why(case(batch_size=64, **about)) == ()
