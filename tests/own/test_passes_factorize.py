"""Low-rank layers: rules of rank, exactness at full rank, what stays dense, and what new batch-norm statistics are worth."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from harness.bench import Work
from harness.passes import factorize, recalibrate
from harness.passes.factorize_layers import Rule, _convolutions, factorized, svd, tucker
from harness.prepare import export

from .trained import accuracy, bench, graph, plain, resnet, size

CONVOLUTIONS = {
    "plain": lambda: nn.Conv2d(12, 10, 3, padding=1),
    "without bias": lambda: nn.Conv2d(12, 10, 3, bias=False),
    "stride": lambda: nn.Conv2d(12, 10, 3, stride=2, padding=1),
    "dilation": lambda: nn.Conv2d(12, 10, 3, dilation=2, padding=2),
    "uneven kernel": lambda: nn.Conv2d(12, 10, (1, 5), padding=(0, 2)),
    "reflected padding": lambda: nn.Conv2d(12, 10, 3, padding=1, padding_mode="reflect"),
}
SPECTRA = st.lists(st.floats(0.01, 10), min_size=1, max_size=30).map(lambda values: torch.tensor(sorted(values, reverse=True)))


@given(SPECTRA, st.floats(0.01, 0.99))
def test_a_rank_by_energy_is_the_smallest_that_keeps_it(spectrum: torch.Tensor, energy: float) -> None:
    rank = Rule(energy=energy).choose(spectrum)
    squares = spectrum.double() ** 2
    assert squares[:rank].sum() >= (energy - 1e-9) * squares.sum()
    assert rank == 1 or squares[: rank - 1].sum() < (energy + 1e-9) * squares.sum()


@given(SPECTRA, st.floats(0.01, 0.99), st.integers(1, 40))
def test_every_rule_gives_a_rank_that_is_there(spectrum: torch.Tensor, share: float, rank: int) -> None:
    for rule in (Rule(energy=share), Rule(ratio=share), Rule(rank=rank)):
        assert 1 <= rule.choose(spectrum) <= len(spectrum)
    assert Rule(rank=rank).choose(spectrum) == min(rank, len(spectrum))
    assert Rule(ratio=share).choose(spectrum) <= max(1, share * len(spectrum))


@pytest.mark.parametrize("name", CONVOLUTIONS)
@pytest.mark.parametrize("method", [svd, tucker])
def test_full_rank_reproduces_the_output(name: str, method) -> None:
    torch.manual_seed(0)
    layer, x = CONVOLUTIONS[name](), torch.randn(2, 12, 9, 11)
    whole = _convolutions(layer, method(layer.weight.detach(), Rule(rank=1000)))
    assert len(whole) == (2 if method is svd else 3)
    torch.testing.assert_close(whole(x), layer(x), atol=1e-4, rtol=1e-4)


@pytest.mark.parametrize("method", ["svd", "tucker"])
def test_more_rank_is_nearer(method: str) -> None:
    torch.manual_seed(0)
    layer, x = nn.Conv2d(32, 32, 3, padding=1), torch.randn(4, 32, 8, 8)
    far = [(factorized(layer, Rule(rank=rank), method)(x) - layer(x)).detach().norm() for rank in (2, 6, 12)]
    assert far[0] > far[1] > far[2]


def test_tucker_has_a_rank_for_the_inputs_and_one_for_the_outputs() -> None:
    torch.manual_seed(0)
    narrow = nn.Conv2d(32, 24, 3)
    with torch.no_grad():
        narrow.weight.copy_(torch.einsum("oskl,si->oikl", torch.randn(24, 3, 3, 3), torch.randn(3, 32)))
    made = factorized(narrow, Rule(energy=0.999999), "tucker")
    assert [tuple(one.weight.shape[:2]) for one in made] == [(3, 32), (made[1].out_channels, 3), (24, made[1].out_channels)]


def test_a_layer_stays_dense_where_factors_cost_more_numbers_or_more_operations() -> None:
    assert factorized(nn.Conv2d(16, 16, 3), Rule(energy=0.999), "tucker") is None
    strided = nn.Conv2d(64, 64, 3, stride=4)
    rank = Rule(rank=30)  # a third of the numbers, but its first layer runs at 16 times as many positions
    assert sum(one.numel() for one in tucker(strided.weight.detach(), rank)) < strided.weight.numel()
    assert factorized(strided, rank, "tucker") is None
    assert factorized(nn.Conv2d(64, 64, 3), rank, "tucker") is not None


def test_a_network_of_layers_that_stay_dense_is_not_touched() -> None:
    after = factorize.apply(resnet(), {"energy": 0.999999}, bench())
    told = after.notes["factorize"]
    assert (told["factorized"], told["ranks"]) == (0, {})
    before = resnet().model.state_dict()
    assert all(torch.equal(before[name], value) for name, value in after.model.state_dict().items())


def test_nine_tenths_of_the_energy_tell_what_they_cost_and_save() -> None:
    after = factorize.apply(resnet(), {"energy": 0.9}, bench())
    told = after.notes["factorize"]
    assert told["factorized"] == len(told["ranks"]) > 5
    assert told["factorized"] + told["kept_dense"] == 16
    for name, (rank,) in told["ranks"].items():
        assert after.model.get_submodule(name)[0].weight.shape[0] == rank
    assert accuracy(resnet()) - 0.05 < accuracy(after)
    assert sum(one.numel() for one in after.model.parameters()) < sum(one.numel() for one in resnet().model.parameters())


def test_the_file_is_as_small_as_the_arithmetic_says(tmp_path: Path) -> None:
    """Four bytes for each parameter, and beside them what the file of the whole network has beside its own."""

    def weigh(work: Work) -> int:
        return sum(one.numel() for one in work.model.parameters())

    after = factorize.apply(resnet(), {"energy": 0.9}, bench())
    beside = size(graph(), tmp_path) - 4 * weigh(resnet())
    found = size(export.apply(after, {"target": "onnx"}, bench()), tmp_path)
    assert found == pytest.approx(4 * weigh(after) + beside, rel=0.02)
    assert found < 0.95 * size(graph(), tmp_path)


def test_new_statistics_rescue_a_factorised_network() -> None:
    raw = factorize.apply(resnet(), {"energy": 0.8, "recalibrate": False}, bench())
    rescued = recalibrate.apply(raw, {}, bench())
    within = factorize.apply(resnet(), {"energy": 0.8}, bench())
    assert accuracy(rescued) > accuracy(raw) + 0.3
    assert accuracy(rescued) == accuracy(within)
    assert rescued.notes["recalibrate"] == {"norms": 15, "samples": 1024}
    tuned = factorize.apply(resnet(), {"energy": 0.8, "finetune_epochs": 1}, bench())
    assert accuracy(tuned) > accuracy(within)
    assert tuned.notes["factorize"]["finetuning"]["steps"] == len(bench().data.train) // 64


def test_new_statistics_without_batch_norms_are_told_to_be_none() -> None:
    net = nn.Sequential(nn.Flatten(), nn.Linear(784, 10))
    assert recalibrate.apply(plain(net), {"samples": 64}, bench()).notes["recalibrate"]["norms"] == 0
