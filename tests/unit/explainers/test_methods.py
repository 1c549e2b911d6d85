"""The methods on models whose explanation is known."""

from pathlib import Path

import numpy as np
import pytest
import torch

from harness.explainers.declared import INTEGRATED_GRADIENTS, LIME, SHAP
from harness.interfaces import Decision
from harness.registry import open_door
from harness.runtimes.declared import ONNXRUNTIME, OPENVINO, TORCH, TORCH_COMPILE
from harness.runtimes.torch_program import ProgramSession

WEIGHTS = np.array([3.0, -2.0, 0.0, 1.0, 0.5])
SAMPLE, BACKGROUND = np.array([1.0, 2.0, 5.0, -1.0, 0.0]), np.array([0.0, 1.0, 1.0, 1.0, 0.0])
TRUTH = WEIGHTS * (SAMPLE - BACKGROUND)


def linear(kept):
    return np.where(kept, SAMPLE, BACKGROUND) @ WEIGHTS


def decision(value=linear, session=None, seed=0):
    """Return the decision of a model that adds its columns up."""
    sample, background = (each[None].astype(np.float32) for each in (SAMPLE, BACKGROUND))
    return Decision(5, value, 1, seed, session, sample, background, np.arange(5)[None], Path())


def explained(part, of, **options):
    return open_door(part.door)(of, options)


def test_the_shap_values_of_a_linear_model_are_weight_times_deviation():
    assert explained(SHAP, decision()) == pytest.approx(TRUTH)


def test_two_features_that_only_work_together_share_the_effect():
    both = explained(SHAP, decision(lambda kept: (kept[:, 0] * kept[:, 3]).astype(float)))
    assert both == pytest.approx([0.5, 0, 0, 0.5, 0])


def test_shap_explains_even_where_its_answers_are_fewer_than_once_through_all_features():
    assert explained(SHAP, decision(), evaluations=1) == pytest.approx(TRUTH)


def test_shap_spends_no_more_answers_than_it_may():
    asked = []
    explained(SHAP, decision(lambda kept: asked.append(len(kept)) or linear(kept)), evaluations=100)
    assert 11 <= sum(asked) <= 100


def test_lime_weighs_the_features_of_a_linear_model_by_their_effect():
    assert explained(LIME, decision()) == pytest.approx(TRUTH, abs=0.2)


def test_lime_says_the_same_for_the_same_seed_only():
    one, same, other = (explained(LIME, decision(seed=seed), evaluations=20) for seed in (1, 1, 2))
    assert (one == same).all()
    assert (one != other).any()


def test_integrated_gradients_of_a_linear_model_are_weight_times_deviation():
    network = torch.nn.Linear(5, 2)
    network.weight.data[1] = torch.from_numpy(WEIGHTS).float()
    session = ProgramSession(network, "cpu", "f32", {})
    assert explained(INTEGRATED_GRADIENTS, decision(session=session)) == pytest.approx(TRUTH, abs=1e-4)


def test_integrated_gradients_are_for_the_torch_runtime_alone():
    assert INTEGRATED_GRADIENTS.refusal(frozenset({"torch"}), TORCH) is None
    for runtime in (TORCH_COMPILE, ONNXRUNTIME, OPENVINO):
        assert runtime.name in (INTEGRATED_GRADIENTS.refusal(frozenset({"torch"}), runtime) or "")


def test_what_asks_for_scores_alone_explains_any_model():
    assert SHAP.refusal(frozenset({"trees"}), ONNXRUNTIME) is None
    assert LIME.refusal(frozenset({"trees"}), ONNXRUNTIME) is None
