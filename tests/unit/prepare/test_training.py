"""Training: what a teacher adds to the loss, what a budget comes to, and that a killed training goes on as if it were not."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from harness.bench import Teacher
from harness.errors import JobError
from harness.prepare import training
from harness.prepare.saved import Saved
from harness.testing import FakeClock

STEPS = 60
INPUTS = np.random.default_rng(0).standard_normal((50, 1, 6, 6)).astype(np.float32)
LABELS = np.arange(50) % 3


class Killed(BaseException):
    """Stands for the end of the process."""


def network() -> nn.Module:
    """Return a network with all that has a state: batch-norm statistics, and dropout's random numbers."""
    torch.manual_seed(7)
    return nn.Sequential(
        nn.Conv2d(1, 8, 3), nn.BatchNorm2d(8), nn.ReLU(), nn.Dropout(0.3), nn.Flatten(), nn.Linear(128, 3), nn.Dropout(0.1)
    )


def fitted(
    say: Callable[[str], None] = lambda _: None, teacher: Teacher | None = None, saved: Saved | None = None, **settings: Any
) -> tuple[nn.Module, dict[str, Any]]:
    """Return a trained network and what was noted."""
    model = network()
    about = {"steps": STEPS, "batch_size": 8, "lr": 0.01, "weight_decay": 0.01, **settings}
    return model, training.fit(model, INPUTS, LABELS, about, 3, say, teacher, saved)


def same(one: nn.Module, other: nn.Module) -> bool:
    return all(torch.equal(value, other.state_dict()[name]) for name, value in one.state_dict().items())


def saved(folder: Path) -> Saved:
    """Return what keeps the state of every step: writing takes no time on its clock."""
    return Saved(folder / "1.pt", every=0, clock=FakeClock())


def dying_at(step: int) -> Callable[[str], None]:
    """Return what hears of a training and ends it at a step."""

    def say(text: str) -> None:
        if text == f"training {step}/{STEPS}":
            raise Killed

    return say


@pytest.mark.parametrize("teacher", [None, Teacher(np.random.default_rng(1).standard_normal((50, 3)), 4.0, 0.3)])
def test_a_training_that_was_killed_twice_ends_in_the_same_bits(tmp_path: Path, teacher: Teacher | None) -> None:
    whole, told = fitted(teacher=teacher)
    for step in (20, 40):
        with pytest.raises(Killed):
            fitted(dying_at(step), teacher, saved(tmp_path))
    said: list[str] = []
    resumed, again = fitted(said.append, teacher, saved(tmp_path))
    assert said[0] == f"training 39/{STEPS}", "the step before the one at which it died was the last to be kept"
    assert same(whole, resumed)
    assert again == told


def test_a_state_is_of_its_step_and_not_of_the_start(tmp_path: Path) -> None:
    """What the test above would not see: that a training which goes on does less than one from the start."""
    with pytest.raises(Killed):
        fitted(dying_at(40), saved=saved(tmp_path))
    state = torch.load(tmp_path / "1.pt", weights_only=True)
    assert (state["pace"]["step"], state["pace"]["taken"]) == (39, 39)
    assert not torch.equal(state["model"]["0.weight"], network().state_dict()["0.weight"])


def test_states_are_written_only_so_often_that_writing_costs_next_to_nothing(tmp_path: Path) -> None:
    clock = FakeClock()

    class Slow:
        """A part whose state takes three seconds to write."""

        writes = 0

        def state_dict(self) -> dict[str, Any]:
            self.writes += 1
            clock.sleep(3)
            return {}

        def load_state_dict(self, state: Any) -> None:
            pass

    keeper, part = Saved(tmp_path / "1.pt", every=20, clock=clock), Slow()
    for _ in range(500):
        clock.sleep(1)
        keeper.keep({"part": part})
    assert part.writes == 1 + (500 - 20) // 150, "after 20 s, then at 2 % of the time"


def test_a_file_that_was_cut_short_is_no_state(tmp_path: Path) -> None:
    (tmp_path / "1.pt").write_bytes(b"PK\x03\x04 half of")
    whole, _ = fitted()
    resumed, _ = fitted(saved=Saved(tmp_path / "1.pt", every=1e9))
    assert same(whole, resumed)
    assert not (tmp_path / "1.pt").exists()


def test_time_spent_before_counts_for_the_minutes() -> None:
    clock = FakeClock()
    first = training.Pace(100, 1.0, clock)
    for _ in range(10):
        clock.sleep(3)
        first.advance()
    assert (first.step, first.taken) == (50, 10)
    state = first.state_dict()
    clock.sleep(1e6)
    second = training.Pace(100, 1.0, clock)
    second.load_state_dict(state)
    clock.sleep(15)
    second.advance()
    assert (second.step, second.taken) == (75, 11)


@pytest.mark.parametrize(("settings", "steps"), [({"epochs": 3}, 18), ({"epochs": 1, "batch_size": 64}, 1), ({}, STEPS)])
def test_epochs_are_as_many_steps_as_the_samples_make(settings: dict[str, Any], steps: int) -> None:
    assert fitted(**settings)[1]["steps"] == steps


@pytest.mark.parametrize(("steps", "apart"), [(30, 1), (80, 2), (800, 20)])
def test_a_training_says_where_it_starts_and_often_where_it_is(steps: int, apart: int) -> None:
    said: list[str] = []
    fitted(said.append, steps=steps)
    assert said == [f"training {step}/{steps}" for step in range(0, steps + 1, apart)]


def test_labels_alone_are_training_without_a_teacher() -> None:
    scores = np.random.default_rng(1).standard_normal((50, 3))
    assert same(fitted()[0], fitted(teacher=Teacher(scores, 4.0, 1.0))[0])
    assert not same(fitted()[0], fitted(teacher=Teacher(scores, 4.0, 0.9))[0])


def test_a_teacher_alone_is_believed_against_the_labels() -> None:
    wrong = (LABELS + 1) % 3
    scores = 20.0 * np.eye(3)[wrong]
    for mix, believed in ((0.0, wrong), (1.0, LABELS)):
        model, _ = fitted(teacher=Teacher(scores, 2.0, mix), steps=300)
        with torch.no_grad():
            answers = model(torch.from_numpy(INPUTS)).argmax(1).numpy()
        assert (answers == believed).mean() > 0.9


@pytest.mark.parametrize(("temperature", "mix"), [(1.0, 0.0), (4.0, 0.0), (3.0, 0.4)])
def test_the_loss_is_that_of_the_paper(temperature: float, mix: float) -> None:
    rng = np.random.default_rng(2)
    taught, own = rng.standard_normal((50, 3)) * 3, rng.standard_normal((4, 3))
    chosen = np.array([5, 0, 49, 7])

    def likely(scores: np.ndarray, warmth: float) -> np.ndarray:
        return np.exp(scores / warmth) / np.exp(scores / warmth).sum(axis=1, keepdims=True)

    hard = -np.log(likely(own, 1)[range(4), LABELS[chosen]]).mean()
    p, q = likely(taught[chosen], temperature), likely(own, temperature)
    soft = temperature**2 * (p * np.log(p / q)).sum(axis=1).mean()
    lost = training.distilling(LABELS, Teacher(taught, temperature, mix))
    found = lost(torch.from_numpy(own).float(), torch.from_numpy(chosen))
    assert float(found) == pytest.approx(mix * hard + (1 - mix) * soft, rel=1e-5)


def test_hot_scores_teach_with_gradients_of_the_size_of_their_differences() -> None:
    """Above all temperatures of interest the gradient nears (own − taught) ÷ classes, centred: equation 4 of the paper."""
    taught = np.array([[1.0, 0.0, -1.0]])
    sizes = []
    for temperature in (50.0, 500.0):
        own = torch.zeros(1, 3, requires_grad=True)
        training.distilling(np.array([0]), Teacher(taught, temperature, 0.0))(own, torch.tensor([0])).backward()
        sizes.append(own.grad.numpy()[0])
    for size in sizes:
        np.testing.assert_allclose(size, -taught[0] / 3, atol=0.01)


def test_a_loss_that_is_no_number_ends_a_training() -> None:
    counts = itertools.count()
    with pytest.raises(JobError, match="training diverged at step 1 of 60") as caught:
        training.fit(
            network(),
            np.full_like(INPUTS, np.inf),
            LABELS,
            {"steps": STEPS, "batch_size": 8, "lr": 0.01, "weight_decay": 0.0},
            0,
            lambda _: next(counts) and None,
        )
    assert caught.value.kind == "nan_output"
