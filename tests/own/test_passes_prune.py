"""Pruning: how much is gone, where the zeros lie, that they stay, and what it costs."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
import timm
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from harness.bench import Work
from harness.errors import JobError
from harness.passes import factorize, prune, prune_channels, quantize_training
from harness.passes.prune_weights import cubic, n_of_m, smallest
from harness.prepare import export, training
from harness.record import Preprocess

from .trained import accuracy, bench, plain, resnet


def weights(work: Work) -> dict[str, torch.Tensor]:
    kinds = (nn.Linear, nn.Conv2d)
    return {name: layer.weight.detach() for name, layer in work.model.named_modules() if isinstance(layer, kinds)}


def pruned(**options: Any) -> Work:
    return prune.apply(resnet(), options, bench())


@given(st.integers(1, 6), st.integers(1, 8), st.integers(0, 9), st.integers(1, 3), st.integers(1, 7))
def test_n_of_m_keeps_the_largest_of_each_group(outputs: int, groups: int, seed: int, kernel: int, n: int) -> None:
    weight = torch.randn(outputs, groups * 8, kernel, kernel, generator=torch.Generator().manual_seed(seed))
    mask = n_of_m(weight, n, 8)
    assert mask.shape == weight.shape
    kept, sizes = (one.movedim(1, -1).reshape(-1, 8) for one in (mask, weight.abs()))
    assert (kept.sum(1) == n).all()
    assert ((sizes + 10 * (1 - kept)).min(1).values >= (sizes * (1 - kept)).max(1).values).all()


@given(st.lists(st.integers(1, 40), min_size=1, max_size=4), st.floats(0.01, 0.99))
def test_exactly_the_asked_share_goes_and_it_is_the_smallest(sizes: list[int], share: float) -> None:
    generator = torch.Generator().manual_seed(len(sizes))
    found = {str(i): torch.randn(size, 3, generator=generator) for i, size in enumerate(sizes)}
    masks = smallest(found, share)
    kept = torch.cat([found[name].abs()[mask == 1] for name, mask in masks.items()])
    gone = torch.cat([found[name].abs()[mask == 0] for name, mask in masks.items()])
    assert len(gone) == round(share * (len(gone) + len(kept)))
    assert not len(gone) or not len(kept) or gone.max() <= kept.min()


@given(st.floats(0.1, 0.99), st.integers(1, 10))
def test_a_schedule_rises_to_the_ratio_by_ever_smaller_steps(ratio: float, steps: int) -> None:
    shares = np.array([0.0, *(cubic(ratio, step, steps) for step in range(steps))])
    assert shares[-1] == ratio
    gains = np.diff(shares)
    assert (gains > 0).all()
    assert (np.diff(gains) < 1e-12).all()


def test_half_of_the_channels_and_three_epochs_lose_less_than_two_points() -> None:
    after = pruned(ratio=0.5)
    assert accuracy(after) > accuracy(resnet()) - 0.02
    told = after.notes["prune"]
    assert told["parameters"] == sum(one.numel() for one in after.model.parameters()) < 0.3 * told["parameters_before"]
    assert told["finetuning"]["steps"] == 3 * len(bench().data.train) // 64


def test_channels_go_in_steps_to_the_same_width_within_the_same_epochs() -> None:
    once, often = pruned(ratio=0.5, finetune_epochs=0), pruned(ratio=0.5, steps=2, finetune_epochs=1)
    assert {name: one.shape for name, one in weights(often).items()} == {name: one.shape for name, one in weights(once).items()}
    assert often.notes["prune"]["finetuning"]["steps"] == len(bench().data.train) // 64 // 2


@pytest.mark.parametrize("steps", [1, 2])
def test_zeros_are_as_many_as_asked_and_survive_fine_tuning(steps: int) -> None:
    after = pruned(granularity="weight", ratio=0.8, finetune_epochs=1, steps=steps)
    zeros = sum(int((one == 0).sum()) for one in weights(after).values())
    total = sum(one.numel() for one in weights(after).values())
    assert abs(zeros - 0.8 * total) <= 1
    assert after.notes["prune"]["sparsity"] == pytest.approx(0.8, abs=1e-5)
    assert after.notes["prune"]["finetuning"]["steps"] > 10
    assert accuracy(after) > accuracy(resnet()) - 0.03
    assert not any("parametrizations" in name for name, _ in after.model.named_modules())
    changed = [bool((one != weights(resnet())[name]).any()) for name, one in weights(after).items()]
    assert all(changed)


def test_two_of_four_weights_are_zeros_in_every_group_and_in_the_exported_graph() -> None:
    after = pruned(granularity="n_m", finetune_epochs=1)
    kept = [name for name, one in weights(after).items() if one.shape[1] % 4]
    for name, one in weights(after).items():
        if name not in kept:
            assert ((one.movedim(1, -1).reshape(-1, 4) == 0).sum(1) >= 2).all(), name
    assert after.notes["prune"]["kept_dense"] == len(kept) == 1  # the stem sees one channel
    assert accuracy(after) > accuracy(resnet()) - 0.03
    stored = export.apply(after, {"target": "onnx"}, bench()).model.graph.initializer
    zeros = sum(int((np.frombuffer(one.raw_data, np.float32) == 0).sum()) for one in stored if len(one.dims) > 1)
    assert zeros >= sum(int((one == 0).sum()) for one in weights(after).values())


@pytest.mark.parametrize("granularity", ["weight", "channel"])
def test_next_to_nothing_changes_nothing(granularity: str) -> None:
    after = pruned(granularity=granularity, ratio=1e-9)
    assert "finetuning" not in after.notes["prune"]
    before = resnet().model.state_dict()
    assert all(torch.equal(before[name], value) for name, value in after.model.state_dict().items())


@pytest.mark.parametrize("ratio", [0.1, 0.2, 0.5, 0.8, 0.9])
def test_each_layer_keeps_the_multiple_of_eight_nearest_to_what_is_asked(ratio: float) -> None:
    net = nn.Sequential(nn.Conv2d(1, 64, 3), nn.ReLU(), nn.Conv2d(64, 16, 3), nn.ReLU(), nn.Flatten(), nn.Linear(16 * 576, 10))
    after = prune.apply(plain(net), {"ratio": ratio, "finetune_epochs": 0}, bench())
    for layer, before in ((after.model[0], 64), (after.model[2], 16)):
        assert layer.out_channels == max(8, 8 * round(before * (1 - ratio) / 8 - 1e-9))


def test_the_network_it_is_given_stays_as_it_was() -> None:
    before = {name: value.clone() for name, value in resnet().model.state_dict().items()}
    pruned(granularity="weight", ratio=0.5, finetune_epochs=0)
    assert all(torch.equal(before[name], value) for name, value in resnet().model.state_dict().items())


def test_the_same_seed_prunes_and_tunes_the_same() -> None:
    once, again = (pruned(granularity="weight", ratio=0.5, finetune_epochs=1) for _ in range(2))
    assert all(torch.equal(one, weights(again)[name]) for name, one in weights(once).items())


def test_the_heads_of_a_transformer_keep_their_sums() -> None:
    torch.manual_seed(0)
    net = timm.create_model("test_vit", num_classes=10, in_chans=3, img_size=32)
    given_ = Work("torch", net.eval(), Preprocess(size=(32, 32), channels=3), (3, 32, 32))
    after = prune.apply(given_, {"ratio": 0.5, "finetune_epochs": 0}, bench())
    assert after.model(torch.randn(3, 3, 32, 32)).shape == (3, 10)
    for block in after.model.blocks:
        assert block.attn.qkv.out_features == 3 * block.attn.num_heads * block.attn.head_dim == 3 * block.attn.attn_dim
        assert block.attn.fused_attn == net.blocks[0].attn.fused_attn


class Mixing(nn.Module):
    """A network whose channels are told apart by a constant, so that none can be taken away."""

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Conv2d(1, 32, 3)
        self.last = nn.Linear(32, 10)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.last((self.first(x) * torch.arange(32).reshape(32, 1, 1)).mean((2, 3)))


def test_what_torch_pruning_cannot_follow_is_unsupported_in_one_line() -> None:
    with pytest.raises(JobError, match="torch-pruning cannot prune this network") as told:
        prune.apply(plain(Mixing()), {"ratio": 0.5}, bench())
    assert told.value.kind == "unsupported"
    assert "\n" not in told.value.message


def test_a_search_without_end_ends() -> None:
    with pytest.raises(TimeoutError, match="no end after"), prune_channels.within(0.05):
        time.sleep(5)
    with prune_channels.within(5):
        pass


def settings(**more: Any) -> Mapping[str, Any]:
    return {"steps": 40, "batch_size": 8, "lr": 0.01, "weight_decay": 0.0, **more}


@pytest.mark.parametrize(("seconds", "taken"), [(0.5, 40), (6.0, 10), (100.0, 1)])
def test_minutes_end_a_training_at_the_end_of_its_cycle(seconds: float, taken: int) -> None:
    ticks = iter(range(1000))
    pace = training.Pace(40, 1.0, clock=lambda: seconds * next(ticks))
    scheduled = 0
    while pace.step < 40:
        scheduled += pace.advance()
    assert (pace.step, pace.taken, scheduled) == (40, taken, 40)


SHORT = {
    "prune": (prune, {"ratio": 0.5, "steps": 2}, "prune"),
    "factorize": (factorize, {"energy": 0.8, "finetune_epochs": 1}, "factorize"),
    "quantize": (quantize_training, {"method": "qat"}, "qat"),
}


@pytest.mark.parametrize("name", SHORT)
def test_passes_that_train_end_with_their_minutes(name: str) -> None:
    part, options, told = SHORT[name]
    notes = part.apply(resnet(), {**options, "minutes": 1e-6}, bench()).notes[told]
    assert notes.get("finetuning", notes)["steps"] == 1


def test_a_budget_in_minutes_is_told_in_the_steps_that_were_taken() -> None:
    inputs, labels = np.random.default_rng(0).random((64, 3)).astype(np.float32), np.arange(64) % 2
    told = [
        training.fit(nn.Linear(3, 2), inputs, labels, settings(minutes=minutes), 0, lambda _: None)["steps"]
        for minutes in (None, 10.0, 1e-9)
    ]
    assert told == [40, 40, 1]
