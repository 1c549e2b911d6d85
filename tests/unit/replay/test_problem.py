import dataclasses

import pytest

from harness.errors import InputError
from harness.replay.problem import worth


def test_the_whole_volume_is_that_of_all_that_work(four):
    found = worth(four)
    assert found.volume == 0, "each of the two on the front has the worst value of one objective"
    assert found.failing.tolist() == [False, False, False, True]
    assert found.losses[:3].tolist() == [[0, 1], [1, 0], [1, 1]]
    assert not (found.losses[3] == found.losses[3]).any()


def test_a_utility_is_nought_where_a_candidate_failed(four):
    found = worth(four)
    assert found.utilities["balanced"].tolist() == pytest.approx([0.5, 0.5, 0, 0])
    assert found.utilities["accurate"].tolist() == pytest.approx([0.75, 0.25, 0, 0])


def test_without_any_range_there_is_nothing_to_measure_by(four):
    profiles = tuple(profile.model_copy(update={"ranges": {}}) for profile in four.suite.profiles)
    rangeless = dataclasses.replace(four, suite=four.suite.model_copy(update={"profiles": profiles}))
    with pytest.raises(InputError, match="no range of four is known"):
        worth(rangeless)
