"""Planted truths: small tables, whose front, failures and priors are known."""

from collections import Counter

import numpy as np
import pytest

from harness.decide import pareto
from harness.search.features import features
from harness.search.gains import Aim, axes
from harness.search.guided import DOUBTFUL, EXPLORE_EVERY, FIRST, Guided
from harness.spec import Constraint
from tests.simulated_space import failing, table


class World:
    """A made-up table with what a search is after."""

    def __init__(self, problem, constraints=()):
        profiles = tuple(one.model_copy(update={"constraints": tuple(constraints)}) for one in problem.suite.profiles[:1])
        self.problem, self.candidates = problem, problem.space.candidates
        self.features = features(self.candidates, problem.outlines)
        self.facts = [problem.known[one.label] for one in self.candidates]
        unknown = np.full(len(self.candidates), np.nan)
        self.aim = Aim(profiles, axes(profiles), {one.metric: unknown for one in constraints})

    def values(self, row):
        return {metric: fact.value for metric, fact in self.facts[row].facts.items()}

    def learn(self, guided, row):
        guided.learn(row, self.values(row), failed=self.facts[row].failure is not None)

    def search(self, count, seed=0, guided=None):
        guided = guided or Guided(self.features, self.problem.sharing, seed)
        proposed = []
        while len(guided.tried) < count:
            left = [row for row in range(len(self.candidates)) if row not in guided.tried]
            proposed.append(guided.propose(left, self.aim))
            assert proposed[-1].row in left
            self.learn(guided, proposed[-1].row)
        return guided, proposed

    def share(self, tried):
        column = {metric: np.array([self.values(row)[metric] for row in range(len(self.facts))]) for metric in self.aim.metrics}
        losses = 1 - self.aim.reached(column)
        return pareto.volume(losses[tried]) / pareto.volume(losses)


@pytest.fixture(scope="module")
def small():
    """96 models."""
    return World(table(3, "valid", families=4, sizes=3))


@pytest.fixture(scope="module")
def breaking():
    return World(failing(0))


def test_a_few_of_many_nearly_reach_the_front(small):
    shares = [small.share(small.search(20, seed)[0].tried) for seed in range(3)]
    assert np.mean(shares) > 0.95
    picked = [np.random.default_rng(seed).permutation(96)[:20] for seed in range(20)]
    assert np.mean(shares) > np.mean([small.share(rows) for rows in picked]) + 0.05


def test_a_prior_of_other_models_is_seen_through():
    shares = []
    for prior in ("shuffled", "none"):
        world = World(table(3, prior, families=4, sizes=3))
        shares.append(np.mean([world.share(world.search(20, seed)[0].tried) for seed in range(3)]))
    assert shares[0] > shares[1] - 0.03
    assert shares[0] > 0.9


def test_the_same_seed_proposes_the_same_and_another_something_else(small):
    first, again, other = (small.search(15, seed)[0].tried for seed in (1, 1, 2))
    assert first == again != other


def test_one_that_learns_what_another_tried_goes_on_as_that_would_have(small):
    whole = small.search(24)[0].tried
    resumed = Guided(small.features, {}, 0)
    for row in whole[:13]:
        small.learn(resumed, row)
    assert small.search(24, guided=resumed)[0].tried == whole


def test_everything_is_proposed_once_until_nothing_is_left(small):
    guided, _ = small.search(96)
    assert sorted(guided.tried) == list(range(96))


def test_a_fifth_explores_and_the_first_are_spread(small):
    count = Counter(one.why for one in small.search(43)[1])
    assert count["spread"] == FIRST
    assert count["explore"] == 40 // EXPLORE_EVERY
    assert count["model"] == 43 - FIRST - 40 // EXPLORE_EVERY


def test_the_first_are_further_apart_than_by_chance(small):
    def apart(rows):
        numbers = small.features.numbers[list(rows)]
        return np.linalg.norm(numbers[:, None] - numbers[None], axis=2).sum()

    spread = [apart(small.search(FIRST, seed)[0].tried) for seed in range(30)]
    chance = [apart(np.random.default_rng(seed).permutation(96)[:FIRST]) for seed in range(30)]
    assert np.mean(spread) > np.mean(chance)


def test_less_is_expected_the_more_was_tried(small):
    gains = [one.gain for one in small.search(80)[1] if one.why == "model"]
    assert np.mean(gains[-10:]) < 0.05 * np.mean(gains[:10])


def test_a_recommendation_that_nothing_left_can_beat_does_not_change(small):
    changes = [one.change for one in small.search(90)[1] if one.why == "model"]
    assert changes[0] > 0.5
    assert changes[-1] < 0.05


def test_a_shared_fact_is_known_of_all_that_share_it(small):
    sharing = {"accuracy": np.arange(96) // 2}
    guided = Guided(small.features, sharing, 0)
    guided.learn(10, {"accuracy": 0.7, "latency_p50": 0.01})
    guided.learnt.know(20, {"accuracy": 0.8})
    accuracy, latency = guided.learnt.values("accuracy"), guided.learnt.values("latency_p50")
    assert np.flatnonzero(~np.isnan(accuracy)).tolist() == [10, 11, 20, 21]
    assert np.flatnonzero(~np.isnan(latency)).tolist() == [10]
    assert guided.tried == [10]


def test_what_fails_together_becomes_rarer(breaking):
    guided = Guided(breaking.features, breaking.problem.sharing, 0)
    rows = {
        row: (one.model.options["name"][:5], "+".join(choice.part for choice in one.passes))
        for row, one in enumerate(breaking.candidates)
    }
    pruned = [row for row, (family, chain) in rows.items() if (family, chain) == ("netaa", "prune")]
    others = [row for row, (family, chain) in rows.items() if family == "netab" and chain == "prune"]
    plain = [row for row, (family, chain) in rows.items() if family == "netaa" and not chain]
    for row in pruned[:2]:
        guided.learn(row, {}, failed=True)
    for row in (others[0], others[5], plain[0], plain[5]):
        guided.learn(row, {"accuracy": 0.8, "latency_p50": 0.01})
    likely = guided._failing(np.arange(len(breaking.candidates)))
    assert likely[pruned[-1]] > DOUBTFUL
    assert likely[others[-1]] < 0.5
    assert likely[plain[-1]] < 0.5


def test_fewer_trials_fail_than_by_chance(breaking):
    guided, _ = breaking.search(100)
    assert len(guided.failed) / len(guided.tried) <= 0.21


def test_nothing_fails_where_nothing_did(small):
    guided, _ = small.search(5)
    assert not guided._failing(np.arange(96)).any()


def test_where_all_that_is_left_will_fail_it_is_still_proposed(breaking):
    guided = Guided(breaking.features, breaking.problem.sharing, 0)
    left = [row for row, one in enumerate(breaking.candidates) if [choice.part for choice in one.passes] == ["prune"]]
    for row in left[:20]:
        guided.learn(row, {}, failed=True)
    assert guided.propose(left[20:], breaking.aim).row in left[20:]


def test_a_constraint_keeps_a_search_where_it_holds(small):
    bound = Constraint(metric="accuracy", op=">=", offset=0.8, text="accuracy >= 80 %")
    inside = World(small.problem, [bound])
    free, bounded = (
        np.mean([small.values(row)["accuracy"] >= 0.8 for row in one.search(40)[0].tried]) for one in (small, inside)
    )
    assert bounded >= free
    best = max(u for u, ok in zip(*_useful(inside), strict=True) if ok)
    assert max(_useful(inside)[0][row] for row in inside.search(30)[0].tried) >= best - 0.02


def _useful(world):
    column = {metric: np.array([world.values(row)[metric] for row in range(96)]) for metric in world.aim.metrics}
    (utility,) = world.aim.utilities(column, np.arange(96))
    return utility, utility >= 0
