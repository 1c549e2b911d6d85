import numpy as np
import pytest

from harness.search.features import features
from harness.spec import Candidate, Choice


def made(name, runtime="onnxruntime", batch=1, prior=None, **options):
    model = Choice(part="timm", label=f"{name}:{options}" if options else name, options={"name": name, **options}, prior=prior)
    return Candidate(model=model, runtime=Choice(part=runtime, label=runtime), batch_size=batch)


def column(found, of):
    """Return the column of numbers that follows ``of`` exactly."""
    wanted = (np.array(of) - np.mean(of)) / np.std(of)
    return next((i for i in range(found.numbers.shape[1]) if np.allclose(found.numbers[:, i], wanted)), None)


def test_quantities_that_span_a_decade_are_logarithms_and_others_are_not():
    candidates = [made(f"net{i}") for i in range(3)]
    outlines = {f"net{i}": {"parameters": 10.0 ** (6 + i), "depth": 10.0 + i} for i in range(3)}
    found = features(candidates, outlines)
    assert column(found, [6, 7, 8]) is not None
    assert column(found, [10, 11, 12]) is not None
    assert np.allclose(found.numbers.mean(axis=0), 0)
    assert np.allclose(found.numbers.std(axis=0), 1)


def test_accuracies_are_logits_whatever_they_span():
    shares = np.array([0.02, 0.5, 0.9])
    found = features([made(f"net{i}") for i in range(3)], {f"net{i}": {"accuracy elsewhere": shares[i]} for i in range(3)})
    assert column(found, np.log((shares + 0.005) / (1.005 - shares))) is not None


def test_a_prior_of_the_suite_stands_for_a_published_accuracy():
    told = features([made("a", prior=0.7), made("b", prior=0.8)], {"a": {"accuracy": 0.1}, "b": {"accuracy": 0.1}})
    assert told.numbers.shape == (2, 1)
    assert told.numbers[:, 0].tolist() == pytest.approx([-1, 1])


def test_what_is_not_known_is_the_mean_and_says_that_it_is_not_known():
    found = features([made("a"), made("b"), made("c")], {"a": {"parameters": 1e6}, "b": {"parameters": 4e6}})
    values, known = found.numbers.T if found.numbers[2, 0] == 0 else found.numbers.T[::-1]
    assert values[2] == 0
    assert known[0] == known[1] > known[2]


def test_what_all_share_says_nothing_but_a_family_is_always_told():
    found = features([made("resnet18"), made("resnet50")], {})
    assert found.groups.shape[1] == 2, "the family, and the model"
    assert len(set(found.groups[:, 0])) == 1
    assert len(set(found.groups[:, 1])) == 2


def test_candidates_of_one_choice_are_of_one_group():
    found = features([made("resnet18"), made("vit", runtime="openvino"), made("resnet50", runtime="openvino", batch=8)], {})
    family = found.groups[:, 0]
    assert family[0] == family[2] != family[1]
    assert any((column[1] == column[2]) and (column[0] != column[1]) for column in found.groups.T), "the runtime"


def test_words_that_some_share_are_tokens_and_those_of_one_alone_are_not():
    found = features([made("vit_tiny.in21k"), made("vit_base.in21k"), made("convnext_base.in1k")], {})
    assert [int((column > 0).sum()) for column in found.tokens.T] == [2, 2, 2], "21, base and vit; all have in and k"
    assert np.allclose(found.tokens.sum(axis=0), 0)


def test_a_space_of_which_nothing_is_known_has_features_all_the_same():
    found = features([made("a"), made("a", batch=8)], {})
    assert len(found) == 2
    assert np.isfinite(found.numbers).all()
    assert np.isfinite(found.tokens).all()
