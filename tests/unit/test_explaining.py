"""Explaining, driven inside this process: a session with a planted truth, a method that knows it, a fake clock."""

import numpy as np
import pytest

from harness import explained, explaining
from harness.coalitions import background
from harness.testing import FakeClock

AS_IS = {"scale": 1.0, "mean": (0.0,), "std": (1.0,), "layout": "as_is"}
KNOWN = (9, 27, 50)


class Session:
    """Answers with a function of the samples, which it keeps count of."""

    def __init__(self, answer):
        self.settings, self.answer, self.largest = {}, answer, 0

    def run(self, batch):
        self.largest = max(self.largest, len(batch))
        return self.answer(batch.reshape(len(batch), -1)).astype(np.float32)

    def device_memory(self):
        return None


def two(margin):
    """Return the probabilities of two classes."""
    return np.stack([1 / (1 + np.exp(margin)), 1 / (1 + np.exp(-margin))], axis=1)


def three_pixels(rows):
    return two(rows[:, KNOWN].sum(axis=1) / 64 - 6)


def exact(weights):
    """Return a method that knows a linear model."""

    def explain(decision, options):
        x, base, at = decision.sample.ravel(), decision.background.ravel(), decision.places.ravel()
        return np.bincount(at, weights=weights * (x - base), minlength=decision.features) * (1 if decision.target else -1)

    return explain


def told(session, raw, tmp_path, method, clock=None, task="classification", **asked):
    """Return what explaining the samples ``raw`` tells, and the arrays."""
    labels = np.arange(len(raw)) % 2
    background(raw, {"shape": list(raw.shape[1:]), "columns": [], "classes": ["no", "yes"]}).write(tmp_path)
    wish = {
        "preprocess": AS_IS,
        "classes": 1 if task == "regression" else 2,
        "fixed_batch": None,
        "artifact": str(tmp_path),
        "explain": {"samples": 16, "budget": 100.0, "segments": 64, "seed": 0, "background": str(tmp_path), "options": {}}
        | {"task": task}
        | asked,
    }
    return explaining.explain(session, raw, labels, wish, method, clock or FakeClock())


@pytest.fixture
def images():
    return np.random.default_rng(0).integers(0, 256, (40, 8, 8, 1)).astype(np.uint8)


@pytest.fixture
def rows():
    return np.random.default_rng(0).normal(size=(40, 12)).astype(np.float32)


def weights_of(pixels, count=64):
    found = np.zeros(count)
    found[list(pixels)] = 1
    return found


def test_three_pixels_that_decide_alone_are_sufficient_and_comprehensive(images, tmp_path):
    _, arrays = told(Session(three_pixels), images, tmp_path, exact(weights_of(KNOWN)))
    found = explained.estimates(arrays)
    assert found["explanation_sufficiency"].value >= 0.95
    assert found["explanation_comprehensiveness"].value >= 0.95
    assert explained.versus_random(arrays).beats


def test_three_pixels_that_mean_nothing_are_neither(images, tmp_path):
    _, arrays = told(Session(three_pixels), images, tmp_path, exact(weights_of((0, 1, 2))))
    found = explained.estimates(arrays)
    assert found["interpretability"].value < 0.3
    assert not explained.versus_random(arrays).beats


def test_explanations_of_a_constant_model_do_not_beat_random(images, tmp_path):
    _, arrays = told(Session(lambda rows: np.tile([0.3, 0.7], (len(rows), 1))), images, tmp_path, exact(weights_of(KNOWN)))
    assert explained.estimates(arrays)["interpretability"] is None
    assert explained.told(arrays)["versus_random"] == {"won": 0, "lost": 0, "even": 16, "chance": 1.0, "beats": False}


def test_explanations_of_a_model_that_answers_at_random_do_not_beat_random(images, tmp_path):
    rng = np.random.default_rng(3)
    session = Session(lambda rows: two(rng.normal(size=len(rows))))
    _, arrays = told(session, images, tmp_path, exact(weights_of(KNOWN)))
    assert not explained.versus_random(arrays).beats


def test_logits_and_their_probabilities_are_judged_alike(rows, tmp_path):
    weights = np.linspace(-1, 1, 12)
    probabilities = Session(lambda rows: two(rows @ weights))
    logits = Session(lambda rows: np.stack([0 * rows[:, 0] + 3, rows @ weights + 3], axis=1))
    games = [told(session, rows, tmp_path, exact(weights))[1]["games"] for session in (probabilities, logits)]
    assert games[0] == pytest.approx(games[1], abs=1e-5)


def test_values_of_a_regression_are_taken_as_they_are(rows, tmp_path):
    weights = np.zeros(12)
    weights[:2] = 5
    about, arrays = told(Session(lambda rows: (rows @ weights)[:, None]), rows, tmp_path, exact(-weights), task="regression")
    assert explained.estimates(arrays)["interpretability"].value == pytest.approx(1.0, abs=1e-3)
    assert arrays["games"][:, 0] == pytest.approx((rows @ weights)[arrays["rows"]], abs=1e-4)
    assert about["task"] == "regression"


def test_the_budget_is_kept_to_within_one_explanation(rows, tmp_path):
    clock = FakeClock()

    def slow(decision, options):
        clock.sleep(3.0)
        return np.arange(decision.features)

    about, arrays = told(Session(lambda rows: two(rows[:, 0])), rows, tmp_path, slow, clock, budget=20.0)
    assert len(arrays["rows"]) < about["asked"] == 16
    assert clock.now <= 20.0 + 2 * 3.0
    assert (arrays["seconds"] == 3.0).all()


def test_one_sample_is_explained_whatever_the_budget(rows, tmp_path):
    _, arrays = told(Session(lambda rows: two(rows[:, 0])), rows, tmp_path, exact(np.ones(12)), budget=0.0, samples=4)
    assert len(arrays["rows"]) >= 1


def test_every_candidate_is_asked_the_same_samples_in_the_same_order(rows, tmp_path):
    mine, theirs = (told(Session(lambda rows, s=s: two(s * rows[:, 0])), rows, tmp_path, exact(np.ones(12)))[1] for s in (1, -1))
    assert (mine["rows"] == theirs["rows"]).all()
    assert len(set(mine["rows"].tolist())) == 16


def test_every_fourth_sample_is_explained_again_a_little_changed(rows, tmp_path):
    weights = np.linspace(-1, 1, 12)
    _, arrays = told(Session(lambda rows: two(rows @ weights)), rows, tmp_path, exact(weights))
    assert arrays["nudged"].tolist() == [0, 4, 8, 12]
    assert (arrays["again"] != arrays["attributions"][::4]).any()
    assert explained.estimates(arrays)["explanation_stability"].value > 0.9


def test_the_model_is_never_asked_more_at_once_than_elsewhere(images, tmp_path):
    session = Session(three_pixels)

    def greedy(decision, options):
        decision.value(np.ones((500, decision.features)))
        return np.zeros(decision.features)

    told(session, images, tmp_path, greedy, samples=2)
    assert session.largest == 64


def test_images_are_kept_small_to_be_shown(tmp_path):
    large = np.random.default_rng(0).integers(0, 256, (6, 90, 120, 3)).astype(np.uint8)
    about, arrays = told(Session(lambda rows: two(rows[:, 0] / 255)), large, tmp_path, exact(np.ones(90 * 120 * 3)), samples=2)
    assert arrays["seen"].shape == (2, 64, 64, 3)
    assert about["layout"] == [6, 9]
