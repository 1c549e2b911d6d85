import numpy as np
import pytest

from harness.search import surrogate
from harness.search.features import Features
from harness.search.surrogate import Covariance, Weights


@pytest.fixture
def rng():
    return np.random.default_rng(0)


@pytest.fixture
def space(rng):
    """80 rows: two quantities, five families of a second choice each, a few words."""
    numbers = rng.normal(size=(80, 2))
    groups = np.column_stack((rng.integers(5, size=80), rng.integers(3, size=80)))
    tokens = rng.integers(2, size=(80, 6)).astype(float)
    return Features((numbers - numbers.mean(0)) / numbers.std(0), groups, tokens - tokens.mean(0))


def learnt(space, truth, seen, noise=0.0, rng=None):
    """Return what is believed of all rows after those ``seen``."""
    covariance = Covariance(space)
    found = truth[seen] + (rng.normal(0, noise, len(seen)) if rng else 0)
    inside = covariance.parts(seen, seen)
    weights, _ = surrogate.fit(inside, (found - found.mean()) / found.std())
    rows = np.arange(len(space))
    return surrogate.posterior(weights, inside, covariance.parts(rows, seen), covariance.own(rows), found)


def test_a_covariance_with_itself_is_what_own_says_and_is_symmetric(space):
    covariance, rows = Covariance(space), np.arange(20)
    parts = covariance.parts(rows, rows)
    assert np.allclose(np.diagonal(parts, axis1=1, axis2=2), covariance.own(rows))
    assert np.allclose(parts, parts.transpose(0, 2, 1))
    assert np.linalg.eigvalsh(np.tensordot(Weights.typical().parts, parts, 1)).min() > -1e-9


def test_candidates_are_wholly_alike_where_all_choices_are_and_less_with_each_that_differs(space):
    alike = Covariance(space).alike(np.arange(80), np.arange(80))
    differing = (space.groups[:, None, :] != space.groups[None, :, :]).sum(axis=2)
    assert (alike[differing == 0] == 1).all()
    assert alike[differing == 1].max() < 1
    assert alike[differing == 2].max() < alike[differing == 1].min()


def test_a_linear_law_is_learnt_nearly_exactly(space):
    truth = 3 + space.numbers @ np.array([2.0, -1.0])
    believed = learnt(space, truth, np.arange(20))
    assert np.sqrt(np.square(believed.mean - truth)[20:].mean()) < 0.03 * truth.std()


def test_an_offset_per_family_is_learnt_from_some_of_each(space):
    truth = space.numbers @ np.array([1.0, 0.5]) + np.array([0.0, 3.0, -3.0, 1.0, 5.0])[space.groups[:, 0]]
    believed = learnt(space, truth, np.arange(40))
    assert np.corrcoef(believed.mean[40:], truth[40:])[0, 1] > 0.98


def test_what_was_seen_is_believed_but_for_the_noise(space, rng):
    truth = np.sin(2 * space.numbers[:, 0])
    believed = learnt(space, truth, np.arange(30))
    assert np.abs(believed.mean - truth)[:30].max() < 0.2
    assert believed.sd[:30].mean() < believed.sd[30:].mean()


def test_two_standard_deviations_hold_nearly_everything(space, rng):
    inside = []
    for _ in range(10):
        truth = space.numbers @ rng.normal(size=2) + rng.normal(size=5)[space.groups[:, 0]]
        believed = learnt(space, truth, np.arange(25), 0.2, rng)
        seen = truth + rng.normal(0, 0.2, len(truth))
        inside.append((np.abs(seen - believed.mean) <= 2 * believed.sd)[25:].mean())
    assert 0.9 <= np.mean(inside) <= 1


def test_draws_have_the_mean_and_the_spread_that_are_believed(space, rng):
    believed = learnt(space, space.numbers[:, 0] ** 2, np.arange(20))
    rows = np.arange(40, 50)
    drawn = believed.draw(rows, Covariance(space).parts(rows, rows), rng, 4000)
    assert np.abs(drawn.mean(axis=0) - believed.mean[rows]).max() < 0.1 * believed.sd[rows].max()
    assert np.abs(drawn.std(axis=0) / believed.sd[rows] - 1).max() < 0.1


def test_the_slope_that_weights_are_found_by_is_that_of_the_evidence(space, monkeypatch, rng):
    checked = []

    def minimize(loss, start, **_):
        logs = start + rng.normal(0, 0.5, len(start))
        _, slope = loss(logs)
        for i in range(len(logs)):
            step = np.eye(len(logs))[i] * 1e-5
            checked.append((slope[i], (loss(logs + step)[0] - loss(logs - step)[0]) / 2e-5))
        return type("Found", (), {"x": logs, "fun": 0.0})

    monkeypatch.setattr(surrogate, "minimize", minimize)
    rows = np.arange(15)
    surrogate.fit(Covariance(space).parts(rows, rows), rng.normal(size=15))
    told, true = np.array(checked).T
    assert told == pytest.approx(true, rel=1e-3, abs=1e-4)
