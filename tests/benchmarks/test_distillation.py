"""Does a student learn more with a teacher? `pytest tests/benchmarks/test_distillation.py -s` (some minutes).

The same network is trained twice with each seed, alone and by `distill` with its defaults: the same samples in the same order,
the same steps, weights from the same start, judged on the same test samples. What differs is the loss.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import cache

import numpy as np
import pytest
import torch
from scipy import stats
from sklearn.tree import DecisionTreeClassifier

from harness.bench import Bench, Work
from harness.models import timm_source
from harness.passes import distill, distill_trees, teaching
from harness.prepare import training
from tests.own import trained

SEEDS = (0, 1, 2)
STUDENT = "test_efficientnet"
DEPTH = 10


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    """Networks this small are trained faster by one thread than by two that wait for each other."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@cache
def teacher() -> Work:
    return timm_source.build({"name": "test_resnet", "train": {"epochs": 8}}, trained.bench())


@cache
def told() -> np.ndarray:
    return teaching.scores(teacher(), trained.bench())


def bench(seed: int) -> Bench:
    """Return a bench on which trainings have that seed, and the teacher is asked once."""

    def fit(model, preprocess, settings, teacher=None):
        inputs, labels = trained.bench().inputs(preprocess, "train", None)
        return training.fit(model, inputs, labels, settings, seed, lambda _: None, teacher)

    return replace(trained.bench(), seed=seed, fit=fit, keep=lambda *_: told())


def compared(name: str, with_teacher: list[float], alone: list[float]) -> str:
    """Return a line with every pair, and the mean difference with its 95 % interval (Student's t over seeds)."""
    apart = 100 * (np.array(with_teacher) - np.array(alone))
    half = stats.t.ppf(0.975, len(apart) - 1) * apart.std(ddof=1) / len(apart) ** 0.5
    pairs = ", ".join(f"{w:.2%} against {a:.2%}" for w, a in zip(with_teacher, alone, strict=True))
    each = ", ".join(f"{one:+.2f}" for one in apart)
    return f"{name}: {pairs}; {each} pp; mean {apart.mean():+.2f} pp ({apart.mean() - half:+.2f} to {apart.mean() + half:+.2f})"


@pytest.mark.parametrize("epochs", [2, 4, 12])
def test_a_student_with_a_teacher_beats_the_same_student_alone(epochs: int, capsys: pytest.CaptureFixture[str]) -> None:
    choice = {"part": "timm", "label": STUDENT, "options": {"name": STUDENT}}
    taught, alone = [], []
    for seed in SEEDS:
        made = distill.apply(teacher(), {"student": choice, "epochs": epochs}, bench(seed))
        same = timm_source.build({"name": STUDENT, "train": {"epochs": epochs}}, bench(seed))
        assert made.notes["distill"]["steps"] == same.notes["training"]["steps"]
        taught.append(trained.accuracy(made))
        alone.append(trained.accuracy(same))
    with capsys.disabled():
        print(f"\nteacher {trained.accuracy(teacher()):.2%}; " + compared(f"{STUDENT}, {epochs} epochs", taught, alone))
    assert np.mean(taught) > np.mean(alone)


@pytest.mark.parametrize(("temperature", "mix"), [(1.0, 0.0), (1.0, 0.5), (4.0, 0.0), (4.0, 0.5)])
def test_a_tree_with_a_teacher_beside_the_same_tree_alone(
    temperature: float, mix: float, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing is asserted: the teacher is asked of the samples that the labels are of, and has learned these itself."""
    options = {"estimator": "decision_tree", "params": {"max_depth": DEPTH}}
    wish = {"student": {"part": "sklearn", "label": "tree", "options": options}, "temperature": temperature, "mix": mix}
    taught, alone = [], []
    for seed in SEEDS:
        made = distill_trees.apply(teacher(), wish, bench(seed))
        tree = DecisionTreeClassifier(max_depth=DEPTH, min_samples_leaf=distill_trees.LEAF, random_state=seed)
        inputs, labels = trained.bench().inputs(made.preprocess, "train", None)
        tested, right = trained.bench().inputs(made.preprocess, "test", None)
        taught.append(trained.accuracy(made))
        alone.append(float((tree.fit(inputs, labels).predict(tested) == right).mean()))
    with capsys.disabled():
        print("\n" + compared(f"a tree of depth {DEPTH}, temperature {temperature:g}, mix {mix:g}", taught, alone))
    assert len(taught) == len(SEEDS)
