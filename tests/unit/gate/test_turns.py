from collections import Counter
from itertools import islice

import pytest

from harness.gate.turns import slices, spawning

ARMS = ("baseline", "candidate", "control")


def test_two_arms_come_as_a_b_b_a():
    assert "".join(arm[0] for arm in slices(("a", "b"))) == "abbabaab"


@pytest.mark.parametrize("arms", [ARMS[:2], ARMS])
def test_each_arm_is_at_each_place_of_a_round_equally_often(arms):
    order = slices(arms)
    places = Counter((arm, at % len(arms)) for at, arm in enumerate(order))
    assert set(places.values()) == {2}
    assert len(places) == len(arms) ** 2


@pytest.mark.parametrize("arms", [ARMS[:2], ARMS])
def test_a_steady_drift_hits_all_arms_alike(arms):
    order = slices(arms)
    assert len({sum(at for at, one in enumerate(order) if one == arm) for arm in arms}) == 1


def test_the_order_of_starting_is_reversed_in_every_second_block():
    orders = list(islice(spawning(ARMS, 3), 40))
    assert all(second == first[::-1] for first, second in zip(orders[::2], orders[1::2], strict=True))
    assert len(set(orders)) == 6


def test_the_same_seed_gives_the_same_orders_and_another_does_not():
    first, same, other = (list(islice(spawning(ARMS, seed), 40)) for seed in (3, 3, 4))
    assert first == same != other
