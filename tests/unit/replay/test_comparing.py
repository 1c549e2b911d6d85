import json

import pytest

from harness.errors import InputError
from harness.replay.comparing import compare, require
from tests.simulated_space import table


@pytest.fixture(scope="module")
def told():
    return compare(table(1, "valid", families=3, sizes=2), ("guided", "random", "guided"), 40, range(3))


def test_algorithms_are_told_once_in_the_order_that_they_were_asked_for(told):
    assert list(told["algorithms"]) == ["guided", "random"]
    assert (told["candidates"], told["failing"], told["trials"], told["seeds"]) == (48, 0, 40, [0, 1, 2])


def test_what_is_told_is_plain_data_without_nan(told):
    assert json.loads(json.dumps(told, allow_nan=False)) == told


def test_shares_are_told_after_a_quarter_half_and_all_of_the_trials(told):
    for found in told["algorithms"].values():
        assert [after["trials"] for after in found["reached"]] == [10, 20, 40]
        shares = [after["mean"] for after in found["reached"]]
        assert shares == sorted(shares)
        assert all(after["least"] <= after["mean"] for after in found["reached"])


def test_evaluations_to_a_share_are_told_with_how_many_searches_reached_it(told):
    to = told["algorithms"]["guided"]["evaluations"]
    assert [each["share"] for each in to] == [0.9, 0.95, 0.99]
    assert [each["seeds"] for each in to] == sorted((each["seeds"] for each in to), reverse=True)
    assert to[0]["median"] <= to[0]["worst"] <= 40


def test_what_no_search_reached_has_no_number():
    found = compare(table(1, "none"), ("random",), 3, range(2))["algorithms"]["random"]["evaluations"][-1]
    assert found == {"share": 0.99, "median": None, "worst": None, "seeds": 0}


def test_curves_have_a_mean_between_the_worst_and_the_best(told):
    for found in told["algorithms"].values():
        for band in found["curves"].values():
            assert len(band["mean"]) == len(band["least"]) == len(band["most"]) == 40
            assert all(
                low <= mean + 1e-4 <= high + 2e-4
                for low, mean, high in zip(*(band[k] for k in ("least", "mean", "most")), strict=True)
            )


def test_no_more_is_tried_than_there_is():
    assert compare(table(1, "none", families=1, sizes=1), ("random",), 50, range(1))["trials"] == 8


def test_where_searches_settled_is_told(told):
    found = compare(table(1, "valid", families=3, sizes=2), ("guided",), 48, range(2), settle=True)["algorithms"]["guided"]
    assert found["settled"]["seeds"] == 2
    assert found["settled"]["least"] <= found["settled"]["median"] <= found["settled"]["most"] < 48
    assert told["algorithms"]["guided"]["settled"] is None


def test_an_algorithm_that_is_none_is_told_with_those_there_are():
    require(["auto", "gp", "nsga3"])
    with pytest.raises(InputError, match="no algorithm 'magic'") as caught:
        require(["guided", "magic"])
    assert "tpe" in caught.value.hint
