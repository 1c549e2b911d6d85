"""Decisions with their reasons: the same samples of all candidates, in words, bars and pictures."""

import base64
import io

import numpy as np
import pytest
from PIL import Image

from harness.report import heat
from harness.report.explained import section


def test_nothing_is_told_where_nothing_was_explained(answer):
    assert section(answer) is None
    assert section(answer | {"explanations": None}) is None


def test_the_words_say_whose_reasons_hold_best_and_whose_do_not_beat_chance(kinds):
    told = section(kinds["explained"]())
    assert told.words == (
        "The reasons of toy + quantize:static hold best: an interpretability of 80.0 % (70.0–90.0). "
        "Those of 1 candidate do not beat a random order of features."
    )
    beats = {one.name: (one.beats, one.versus.partition(":")[0]) for one in told.trusted}
    assert beats["tiny"] == (False, "Explanations do not beat a random order of features")
    assert beats["toy"] == (True, "Explanations beat a random order of features")


def test_a_sample_that_candidates_decide_differently_is_marked(kinds):
    agreed, divided = section(kinds["explained"]()).samples
    assert (agreed.title, agreed.words, agreed.divided) == ("dog, row 7 of the test split", "All 3 decide rightly.", False)
    assert (divided.words, divided.divided) == ("2 of 3 decide rightly; 1 says dog.", True)
    assert [(one.says, one.tone, one.sure) for one in divided.decisions] == [
        ("cat", "better", "90.0 % sure"),
        ("cat", "better", "90.0 % sure"),
        ("dog", "worse", "80.0 % sure"),
    ]


def test_features_are_shares_so_that_large_scores_have_no_larger_bars(kinds):
    divided = section(kinds["explained"]()).samples[1]
    weight = divided.rows[0]
    assert (weight.name, weight.value) == ("weight", "3.25")
    assert [(one.way, one.width, one.text) for one in weight.bars] == [
        ("against", 0.25, "−25 %"),
        ("for", 0.5, "+50 %"),
        ("against", 1.0, "−100 %"),
    ]


def test_of_many_features_those_that_matter_to_anyone_are_shown(kinds):
    answer = kinds["explained"]()
    answer["explanations"]["columns"] = []
    for one in answer["explanations"]["samples"]:
        one["sample"] = list(range(20))
        for each in one["by"].values():
            each["attributions"] = [0.001] * 19 + [1.0]
    told = section(answer).samples[0]
    assert (told.rows[0].name, len(told.rows), told.others) == ("column 19", 8, 12)


def test_a_regression_is_told_in_values_and_nobody_is_wrong(kinds):
    answer = kinds["explained"]()
    answer["explanations"]["classes"] = []
    for one in answer["explanations"]["samples"]:
        one["by"] = {label: each | {"scores": [2.5], "decided": 0} for label, each in one["by"].items()}
    told = section(answer).samples[1]
    assert (told.title, told.divided) == ("0, row 12 of the test split", False)
    assert {(one.says, one.sure, one.tone) for one in told.decisions} == {("2.5", "", "even")}


def pixels(data):
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(data.partition(",")[2]))).convert("RGB"), dtype=int)


def test_what_decides_is_blue_and_what_speaks_against_is_vermilion(kinds):
    told = section(kinds["explained images"]()).samples[0]
    seen = pixels(told.decisions[0].picture)
    (red, _, blue), (red_against, _, blue_against) = seen[0, 1], seen[0, 3]
    assert blue - red > 80, "the upper left square decides"
    assert red_against - blue_against > 80, "the upper right square speaks against it"
    assert np.ptp(seen[3, 1]) < 4, "what adds nothing has no colour"


def test_a_large_picture_is_made_small():
    seen = pixels(heat.sample(np.full((500, 300, 3), 90)))
    assert (seen.shape[0], seen[0, 0].tolist()) == (112, [90, 90, 90])


@pytest.mark.parametrize("channels", [1, 3])
def test_a_dark_picture_is_turned_round_below_the_colours(channels):
    dark = np.zeros((4, 4, channels))
    dark[0, 0] = 255
    seen = pixels(heat.over(dark, [0.0] * 16, [4, 4], 1.0))
    assert seen[3, 3].tolist() == [255, 255, 255]
    assert seen[0, 0].max() < 160
