"""Samples are made worse by as much as the severity says, the same way every time."""

import numpy as np
import pytest

from harness.errors import InputError
from harness.prepare import corrupting
from harness.spec import IMAGE_CORRUPTIONS, ROW_CORRUPTIONS, Corruptions


@pytest.fixture
def made(tmp_path):
    """Return what is written for samples and kinds, by name."""

    def of(samples, kinds, few=16, seed=0, name="one"):
        inputs = tmp_path / "inputs"
        inputs.mkdir(exist_ok=True)
        np.save(inputs / "samples.npy", samples)
        np.save(inputs / "labels.npy", np.arange(len(samples)) % 2)
        corrupting.make(tmp_path / name, inputs, Corruptions(kinds=tuple(kinds), samples=few), seed)
        return {path.stem: np.load(path) for path in (tmp_path / name).iterdir()}

    return of


@pytest.fixture
def images():
    """Images with something in the middle: a bright square on a dark ground."""
    found = np.full((20, 24, 24, 3), 30, dtype=np.uint8)
    found[:, 8:16, 8:16] = 220
    return found


@pytest.fixture
def rows():
    return (np.random.default_rng(0).normal(size=(20, 5)) * [1, 10, 100, 0.1, 5]).astype(np.float32)


@pytest.mark.parametrize("kind", IMAGE_CORRUPTIONS)
def test_an_image_is_worse_the_severer_it_is(made, images, kind):
    found = made(images, [kind])
    clean = images[found["rows"]].astype(float)
    apart = [np.abs(found[f"{kind}-{n}"] - clean).mean() for n in range(1, 6)]
    assert apart == sorted(apart)
    assert apart[0] > 0
    assert {found[f"{kind}-{n}"].shape for n in range(1, 6)} == {clean.shape}
    assert found[f"{kind}-1"].dtype == np.uint8


@pytest.mark.parametrize("kind", ROW_CORRUPTIONS)
def test_a_row_is_worse_the_severer_it_is_by_the_spread_of_each_column(made, rows, kind):
    found = made(rows, [kind])
    clean = rows[found["rows"]]
    apart = [(np.abs(found[f"{kind}-{n}"] - clean) / rows.std(axis=0)).mean() for n in range(1, 6)]
    assert apart == sorted(apart)
    assert 0 < apart[0] < apart[4] < 1.5
    assert found[f"{kind}-5"].dtype == np.float32


def test_a_planted_model_gets_worse_with_the_severity(made, rows):
    """It says whether the first column is above its mean: noise in it changes answers, the more the more often."""
    found = made(rows, ["noise"], few=20)
    truth = rows[found["rows"], 0] > rows[:, 0].mean()
    right = [((found[f"noise-{n}"][:, 0] > rows[:, 0].mean()) == truth).mean() for n in range(1, 6)]
    assert right == sorted(right, reverse=True)
    assert right[4] < 1


def test_a_seed_gives_the_same_samples_and_another_seed_others(made, images):
    one, same, other = (made(images, ["noise", "shift"], seed=seed, name=name) for seed, name in ((0, "a"), (0, "b"), (1, "c")))
    assert all(np.array_equal(one[name], same[name]) for name in one)
    assert not np.array_equal(one["noise-1"], other["noise-1"])


def test_shuffled_samples_have_the_same_numbers_elsewhere(made, images, rows):
    found = made(images, ["noise"])
    clean = images[found["rows"]]
    assert np.array_equal(np.sort(found["shuffled"].reshape(len(clean), -1)), np.sort(clean.reshape(len(clean), -1)))
    assert not np.array_equal(found["shuffled"], clean)
    table = made(rows, ["noise"], name="rows")
    clean = rows[table["rows"]]
    assert np.array_equal(np.sort(table["shuffled"], axis=0), np.sort(clean, axis=0)), "each column keeps its values"


def test_a_kind_that_is_not_for_the_samples_is_told(made, rows):
    with pytest.raises(InputError, match="blur is not for samples") as caught:
        made(rows, ["blur"])
    assert caught.value.hint == "there is noise, shift, missing"
