"""The same loop as a live search, over facts that are looked up."""

import numpy as np
import pytest

from harness.replay.playing import Played, curve, play
from harness.replay.problem import worth
from tests.simulated_space import failing, table


@pytest.fixture(scope="module")
def small():
    return table(1, "valid", families=3, sizes=2)


@pytest.mark.parametrize("algorithm", ["guided", "random", "exhaustive", "tpe", "nsga2", "nsga3"])
def test_every_algorithm_tries_so_many_and_none_twice(small, algorithm):
    played = play(small, algorithm, 20, 0)
    assert (len(played.tried), played.stop) == (20, "trials")
    assert len(set(played.tried)) == 20
    assert played.proposing > 0


def test_the_same_seed_plays_the_same(small):
    assert play(small, "guided", 12, 5).tried == play(small, "guided", 12, 5).tried
    assert play(small, "guided", 12, 5).tried != play(small, "guided", 12, 6).tried


def test_a_search_of_everything_reaches_everything(small):
    size = len(small.space.candidates)
    played = play(small, "random", size, 0)
    reached = curve(played, worth(small))
    assert played.stop in ("trials", "space")
    assert reached.volume[-1] == pytest.approx(1)
    assert all(each[-1] == 0 for each in reached.regret.values())


def test_curves_only_ever_get_better(small):
    reached = curve(play(small, "tpe", 30, 2), worth(small))
    assert (np.diff(reached.volume) >= 0).all()
    assert all((np.diff(each) <= 0).all() for each in reached.regret.values())


def test_a_search_stops_before_its_trials_only_where_it_may(small):
    whole, settled = (play(small, "guided", 48, 0, settle) for settle in (False, True))
    assert len(whole.tried) == 48
    assert settled.stop == "settled"
    assert settled.tried == whole.tried[: len(settled.tried)]


def test_failures_are_replayed_as_failures():
    broken = failing(1)
    reached = curve(play(broken, "random", 200, 0), worth(broken))
    assert 0.15 < reached.failing.mean() < 0.37


def test_all_of_the_regret_is_left_while_nothing_is_feasible(four):
    labels = [one.label for one in four.space.candidates]
    reached = curve(Played((labels[3], labels[2], labels[0]), "trials", 0.0), worth(four))
    assert reached.regret["balanced"].tolist() == pytest.approx([0.5, 0.5, 0])
    assert reached.failing.tolist() == [True, False, False]
