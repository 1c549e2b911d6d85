import numpy as np
import pytest

from harness.decide import pareto
from harness.search.gains import Aim, Axis, Front, axes
from harness.spec import Constraint, Profile

FAST = Profile(
    name="fast", weights={"latency_p50": 1, "accuracy": 1}, ranges={"latency_p50": (0.02, 0.0), "accuracy": (0.5, 0.9)}
)


@pytest.fixture
def rng():
    return np.random.default_rng(0)


def test_a_point_that_another_dominates_adds_nothing(rng):
    reached = rng.uniform(0.2, 0.9, (6, 3))
    front = Front(reached)
    assert front.gain(reached * 0.99).max() == 0
    assert front.gain(reached).max() == 0
    assert (front.gain(reached * 1.05) > 0).any()


@pytest.mark.parametrize("width", [2, 3])
def test_a_gain_is_what_a_point_adds_to_the_hypervolume(rng, width):
    reached = rng.uniform(0, 0.8, (5, width))
    more = rng.uniform(0.2, 1, (50, width))
    told = Front(reached).gain(more)
    before = pareto.volume(1 - reached)
    true = [pareto.volume(1 - np.vstack((reached, one))) / before - 1 for one in more]
    assert np.corrcoef(told, true)[0, 1] > 0.99
    assert np.abs(told - true).max() < 0.1 * max(true)


def test_with_nothing_reached_every_point_adds_something():
    assert (Front(np.zeros((0, 2))).gain(np.array([[0.5, 0.5], [0.1, 0.1]])) > 0).all()


def test_gains_of_draws_have_their_shape(rng):
    assert Front(rng.uniform(size=(4, 2))).gain(rng.uniform(size=(7, 3, 2))).shape == (7, 3)


def test_an_axis_reaches_from_the_worst_end_of_all_profiles_to_the_best():
    other = FAST.model_copy(update={"ranges": {"latency_p50": (0.1, 0.01), "accuracy": (0.4, 0.8)}})
    assert axes([FAST, other]) == {"latency_p50": Axis(0.1, 0.0, "linear"), "accuracy": Axis(0.4, 0.9, "linear")}


def test_what_has_no_range_yet_is_no_axis():
    assert set(axes([FAST.model_copy(update={"ranges": {"accuracy": (0.5, 0.9)}})])) == {"accuracy"}


def test_what_is_not_known_is_at_the_reference_point():
    aim = Aim((FAST,), axes([FAST]), {})
    reached = aim.reached({"latency_p50": np.array([0.01, np.nan]), "accuracy": np.array([0.7, 0.9])})
    assert reached == pytest.approx(np.array([[0.5, 0.5], [0.0, 1.0]]))


def test_a_utility_is_below_nought_where_a_constraint_breaks_or_its_baseline_is_not_known():
    bound = Constraint(metric="accuracy", op=">=", factor=1, offset=-0.05, text="accuracy >= baseline - 5 pp")
    profile = FAST.model_copy(update={"constraints": (bound,)})
    aim = Aim((profile,), axes([profile]), {"accuracy": np.array([0.8, 0.8, np.nan])})
    values = {"latency_p50": np.full(3, 0.01), "accuracy": np.array([0.76, 0.7, 0.9])}
    (found,) = aim.utilities(values, np.arange(3))
    assert found[0] == pytest.approx((0.5 + 0.65) / 2)
    assert found[1:].tolist() == [-1, -1]


def test_everything_weighed_or_bounded_is_modelled():
    bound = Constraint(metric="size", op="<=", offset=1e6, text="size <= 1 MB")
    assert Aim((FAST.model_copy(update={"constraints": (bound,)}),), axes([FAST]), {}).metrics == (
        "latency_p50",
        "accuracy",
        "size",
    )
