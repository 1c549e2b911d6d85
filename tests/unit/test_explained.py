"""How good explanations are, from arrays with a planted truth."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness import explained
from harness.explained import GAMES


def arrays(n=20, seed=0, features=10, **changed):
    """Return the arrays of explanations that are right in every respect, but for what is changed."""
    rng = np.random.default_rng(seed)
    attributions = rng.normal(size=(n, features)).astype(np.float32)
    games = dict(zip(GAMES, (0.9, 0.1, 0.9, 0.1, 0.2, 0.8), strict=True)) | changed.pop("games", {})
    return {
        "attributions": attributions,
        "games": np.stack([np.broadcast_to(games[name], n) for name in GAMES], axis=1),
        "nudged": np.arange(0, n, 4),
        "again": attributions[::4],
        "seconds": np.full(n, 0.5),
        "rows": np.arange(n),
        "decided": np.zeros(n, dtype=int),
    } | changed


def test_explanations_that_keep_and_lose_all_of_the_decision_are_perfect():
    found = explained.estimates(arrays())
    for name in ("explanation_sufficiency", "explanation_comprehensiveness", "interpretability", "explanation_stability"):
        assert found[name].value == pytest.approx(1.0)
    assert found["explanation_time"].value == 0.5


def test_a_share_is_of_what_sets_the_decision_apart_from_the_background():
    found = explained.estimates(arrays(games={"kept": 0.5, "removed": 0.7}))
    assert found["explanation_sufficiency"].value == pytest.approx(0.5)
    assert found["explanation_comprehensiveness"].value == pytest.approx(0.25)
    assert found["interpretability"].value == pytest.approx(2 * 0.5 * 0.25 / 0.75)


def test_what_is_kept_beyond_the_whole_or_below_the_background_counts_as_all_and_nothing():
    found = explained.estimates(arrays(games={"kept": 1.0, "removed": 0.95}))
    assert found["explanation_sufficiency"].value == 1.0
    assert found["explanation_comprehensiveness"].value == 0.0
    assert found["interpretability"].value == 0.0


def test_a_sample_counts_by_the_size_of_its_effect():
    whole = np.array([0.9, 0.2] * 10)
    found = explained.estimates(arrays(games={"whole": whole, "kept": np.array([0.9, 0.1] * 10)}))
    assert found["explanation_sufficiency"].value == pytest.approx(0.8 / 0.9)


def test_where_decisions_do_not_depend_on_features_nothing_is_said_of_explanations():
    found = explained.estimates(arrays(games=dict.fromkeys(GAMES, 0.3)))
    assert found["explanation_sufficiency"] is None
    assert found["interpretability"] is None


def test_explanations_of_a_constant_do_not_beat_random():
    versus = explained.versus_random(arrays(games=dict.fromkeys(GAMES, 0.3)))
    assert versus == (0, 0, 20, 1.0)
    assert not versus.beats


def test_explanations_that_win_in_every_sample_beat_random():
    versus = explained.versus_random(arrays())
    assert versus.won == 20
    assert versus.chance == pytest.approx(2.0**-20)
    assert versus.beats


def test_explanations_that_win_as_often_as_they_lose_do_not_beat_random():
    versus = explained.versus_random(arrays(games={"removed": np.array([0.7, 0.9] * 10)}))
    assert (versus.won, versus.lost) == (10, 10)
    assert not versus.beats


def test_luck_beats_random_about_as_rarely_as_is_said():
    rng = np.random.default_rng(0)
    wins = [
        explained.versus_random(
            arrays(64, games={"removed": rng.uniform(0.1, 0.9, 64), "random_removed": rng.uniform(0.1, 0.9, 64)})
        ).beats
        for _ in range(2000)
    ]
    assert 0.02 < np.mean(wins) < explained.SURE + 0.01


def test_for_a_decision_below_the_backgrounds_taking_away_is_raising():
    low = {"whole": 0.1, "empty": 0.9, "kept": 0.1, "removed": 0.9, "random_kept": 0.8, "random_removed": 0.2}
    assert explained.estimates(arrays(games=low))["interpretability"].value == pytest.approx(1.0)
    assert explained.versus_random(arrays(games=low)).beats


def test_a_copy_agrees_with_its_original():
    assert explained.agreement(arrays(), arrays()).value == pytest.approx(1.0)


def test_explanations_agree_on_samples_that_both_were_asked_and_decide_alike():
    mine = arrays(20, decided=np.arange(20) % 2)
    theirs = {name: value[5:] for name, value in arrays(20).items() if name in ("attributions", "rows", "decided")}
    found = explained.agreement(mine, theirs)
    assert found.n == 7
    assert found.value == pytest.approx(1.0)


def test_opposite_explanations_do_not_agree_at_all():
    theirs = arrays(attributions=-arrays()["attributions"])
    assert explained.agreement(arrays(), theirs).value == 0.0


def test_nothing_is_said_of_agreement_over_other_features_or_other_decisions():
    assert explained.agreement(arrays(), arrays(features=9)) is None
    assert explained.agreement(arrays(), arrays(decided=np.ones(20, dtype=int))) is None


def test_an_explanation_that_says_the_same_of_each_feature_has_no_ranks():
    assert explained.correlation(np.zeros(5), np.arange(5.0)) is None
    flat = np.zeros((20, 10), dtype=np.float32)
    assert explained.estimates(arrays(attributions=flat, again=flat[::4]))["explanation_stability"] is None


def test_the_first_explanation_is_left_out_of_the_time_where_there_are_more():
    assert explained.estimates(arrays(seconds=np.array([9.0, 1.0, 2.0, 3.0] * 1)))["explanation_time"][::3] == (2.0, 3)
    assert explained.estimates(arrays(1, seconds=np.array([9.0])))["explanation_time"].value == 9.0


def test_samples_that_are_all_alike_leave_room_for_others():
    found = explained.estimates(arrays())["explanation_sufficiency"]
    assert found.value == pytest.approx(1.0)
    assert 0.7 < found.low < 0.95
    assert found.high == pytest.approx(1.0)


def test_one_sample_says_nothing_of_all_others():
    found = explained.estimates(arrays(1))["explanation_sufficiency"]
    assert (found.low, found.high, found.n) == (0.0, 1.0, 1)


def test_the_interval_holds_the_truth_about_as_often_as_it_says():
    rng, held = np.random.default_rng(1), 0
    for _ in range(400):
        weights, each = rng.uniform(0.2, 0.8, 64), rng.beta(4, 2, 64)
        games = {"whole": 0.1 + weights, "kept": 0.1 + weights * each}
        found = explained.estimates(arrays(64, games=games))["explanation_sufficiency"]
        held += found.low <= 4 / 6 <= found.high
    assert 0.92 <= held / 400 <= 0.98


@given(st.lists(st.lists(st.floats(0, 1), min_size=6, max_size=6), min_size=1, max_size=12))
def test_every_fact_is_a_share_with_its_value_inside_its_interval(games):
    found = explained.estimates(arrays(len(games), games={}) | {"games": np.array(games)})
    for name in ("explanation_sufficiency", "explanation_comprehensiveness", "interpretability"):
        if found[name]:
            assert 0 <= found[name].low <= found[name].value <= found[name].high <= 1
