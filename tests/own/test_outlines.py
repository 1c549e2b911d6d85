"""Networks are counted before they are made: what is told must be what they turn out to be."""

from __future__ import annotations

from pathlib import Path

import pytest
import timm
import torch

from harness import suitefile
from harness.ledger import Ledger
from harness.measure import environment
from harness.models.timm_outline import outline
from harness.prepare import activations, counting
from harness.registry import Registry, open_door
from harness.search.outlines import outlines, with_published
from harness.space import expand
from harness.store import Store
from harness.workshop import Workshop

SUITE = """
name: outlined
workload: {dataset: digits}
models:
  - {timm: test_resnet, weights: random}
  - {sklearn: decision_tree}
passes: [[], [{quantize: dynamic}]]
runtimes: [onnxruntime, torch]
profiles: {small: {weights: {size: 1}, range: {size: [1 kB, 1 MB]}}}
"""


@pytest.fixture(scope="module")
def digits():
    return open_door(Registry.load().datasets["digits"].door)({}, Path.cwd())


def test_an_outline_holds_no_weights_and_has_the_counts_of_the_network_with_them(digits):
    model, shape = outline({"name": "test_resnet"}, digits)
    assert {p.device.type for p in model.parameters()} == {"meta"}
    real = timm.create_model("test_resnet", num_classes=10, in_chans=shape[0])
    assert counting.of_module(model, shape) == counting.of_module(real, shape)
    assert counting.of_module(model, shape)[1] > 0


def test_the_activations_of_a_module_are_the_outputs_of_its_layers():
    with torch.device("meta"):
        model = torch.nn.Sequential(torch.nn.Conv2d(1, 4, 3, padding=1), torch.nn.Flatten(), torch.nn.Linear(4 * 64, 10))
    assert activations.of_module(model, (1, 8, 8)) == 4 * 64 + 10
    assert activations.of_module(model, (3, 8, 8)) is None, "what cannot be run is not counted"


def test_every_model_whose_source_can_tell_is_outlined_once_and_the_others_are_left_out(tmp_path):
    registry = Registry.load()
    suite = suitefile.loads(SUITE, registry, tmp_path)
    asked = []
    with Store(f"sqlite:///{tmp_path / 'harness.db'}") as store, Workshop(tmp_path, 60, None) as workshop:
        ledger = Ledger(suite, registry, store, environment.read("cpu", tmp_path))
        space = expand(suite, registry)
        found = outlines(ledger, space, workshop, lambda label, text: asked.append(text), lambda: 60.0)
        again = outlines(ledger, space, workshop, lambda label, text: asked.append(text), lambda: 60.0)
    (label,) = found
    assert label.startswith("test_resnet")
    assert set(found[label]) == {"parameters", "macs", "activations"}
    assert again == found
    assert asked.count("counting operations") == 1, "counts are kept"
    assert outlines(ledger, space, workshop, lambda label, text: None, lambda: 0.0) == {}, "and need time"


def test_published_accuracies_are_told_of_networks_by_their_names(tmp_path):
    registry = Registry.load()
    space = expand(suitefile.loads(SUITE, registry, tmp_path), registry)
    told = with_published({}, space, {"test_resnet": 0.4, "decision_tree": 0.9})
    assert told == {"test_resnet:weights=random": {"accuracy": 0.4}, "decision_tree": {}}
