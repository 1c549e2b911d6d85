import numpy as np
import pytest

from harness.datasets.npz import load
from harness.errors import InputError

LABELS = np.arange(40) % 4
IMAGES = np.zeros((40, 6, 5), np.uint8)
ROWS = np.arange(80.0).reshape(40, 2)


@pytest.fixture
def opened(tmp_path):
    """Save arrays and open them as a dataset."""

    def made(options=None, **arrays):
        np.savez(tmp_path / "a.npz", **arrays)
        return load({"file": "a.npz", **(options or {})}, tmp_path)

    return made


@pytest.mark.parametrize(
    ("x", "shape"),
    [
        (IMAGES, (6, 5, 1)),
        (IMAGES[..., None], (6, 5, 1)),
        (np.zeros((40, 6, 5, 3), np.uint8), (6, 5, 3)),
        (ROWS, (2,)),
        (ROWS.astype(np.int16), (2,)),
    ],
)
def test_images_and_rows_are_read(opened, x, shape):
    samples = opened(x=x, y=LABELS)
    assert samples.shape == samples.train.samples.shape[1:] == shape
    assert samples.train.samples.dtype == (np.float32 if len(shape) == 1 else np.uint8)
    assert samples.classes == ("0", "1", "2", "3")
    assert (len(samples.train), len(samples.test)) == (28, 12)


def test_the_share_held_out_is_the_users(opened):
    assert len(opened({"test_share": 0.5}, x=IMAGES, y=LABELS).test) == 20


def test_a_split_of_the_users_is_kept(opened):
    samples = opened(x_train=ROWS[:30], y_train=LABELS[:30], x_test=ROWS[30:], y_test=LABELS[30:])
    assert np.array_equal(samples.train.samples, ROWS[:30])
    assert np.array_equal(samples.test.labels, LABELS[30:])


BAD = {
    "other names": ({"a": IMAGES, "b": LABELS}, "holds a, b"),
    "no names": ({}, "holds nothing"),
    "more samples than labels": ({"x": IMAGES, "y": LABELS[:39]}, "40 samples but 39 labels"),
    "a split with too few labels": (
        {"x_train": IMAGES, "y_train": LABELS[:9], "x_test": IMAGES, "y_test": LABELS},
        "40 samples but 9 labels",
    ),
    "images as floats": ({"x": IMAGES.astype(float), "y": LABELS}, "x is float64 of shape (40, 6, 5)"),
    "images of two channels": ({"x": np.zeros((40, 6, 5, 2), np.uint8), "y": LABELS}, "of shape (40, 6, 5, 2)"),
    "samples without sides": ({"x": np.zeros(40), "y": LABELS}, "of shape (40,)"),
    "one number": ({"x": np.float64(3), "y": LABELS}, "of shape ()"),
    "words": ({"x": np.full((40, 2), "a"), "y": LABELS}, "of shape (40, 2)"),
    "rows with gaps": ({"x": np.where(ROWS == 7, np.nan, ROWS), "y": LABELS}, "not finite"),
    "rows too large for float32": ({"x": ROWS * 1e300, "y": LABELS}, "not finite"),
    "targets with gaps": ({"x": IMAGES, "y": np.where(LABELS == 1, np.nan, LABELS)}, "y is float64 of shape (40,)"),
    "targets of three axes": ({"x": IMAGES, "y": np.ones((40, 2, 2))}, "of shape (40, 2, 2)"),
    "pairs without similarity": ({"x": IMAGES, "pairs": np.zeros((3, 2), int)}, "holds pairs, x"),
    "pairs of no samples": ({"x": IMAGES, "pairs": np.full((3, 2), 40), "similarity": np.ones(3)}, "the 40 test samples"),
    "pairs of three": (
        {"x": IMAGES, "pairs": np.zeros((3, 3), int), "similarity": np.ones(3)},
        "holds pairs int64 (3, 3) and similarity (3,)",
    ),
    "similarities with gaps": ({"x": IMAGES, "pairs": np.zeros((1, 2), int), "similarity": np.array([np.nan])}, "not finite"),
    "labels as one-hot rows": ({"x": IMAGES, "y": np.eye(4)[LABELS].astype(int)}, "of shape (40, 4)"),
    "labels below zero": ({"x": IMAGES, "y": LABELS - 1}, "y is int64"),
    "labels beyond any number of classes": ({"x": IMAGES, "y": LABELS * 10**9}, "class numbers up to 3000000000"),
    "no samples": ({"x": IMAGES[:0], "y": LABELS[:0]}, "empty split"),
    "one sample": ({"x": IMAGES[:1], "y": LABELS[:1]}, "empty split"),
    "splits of different shapes": (
        {"x_train": IMAGES, "y_train": LABELS, "x_test": IMAGES[:, 1:], "y_test": LABELS},
        "training samples have shape (6, 5, 1), test samples (5, 5, 1)",
    ),
}


@pytest.mark.parametrize(("arrays", "words"), BAD.values(), ids=BAD)
def test_what_does_not_fit_is_one_clear_line(opened, arrays, words):
    with pytest.raises(InputError) as caught:
        opened(**arrays)
    assert words in caught.value.message
    assert "a.npz" in caught.value.message
    assert "\n" not in caught.value.message


def contents():
    import io
    import pickle

    buffer = io.BytesIO()
    np.savez_compressed(buffer, x=np.random.default_rng(0).integers(0, 255, (40, 30, 30), dtype=np.uint8), y=LABELS)
    whole = buffer.getvalue()
    single = io.BytesIO()
    np.save(single, IMAGES)
    objects = io.BytesIO()
    np.savez(objects, x=np.array([{}], dtype=object), y=np.zeros(1))
    return {
        "nothing": b"",
        "a text": b"x,y\n1,2\n",
        "half an archive": whole[: len(whole) // 2],
        "the head of an archive": whole[:40],
        "a wound in the middle": whole[:2000] + b"\0" * 500 + whole[2500:],
        "a single array": single.getvalue(),
        "a pickle": pickle.dumps({"x": 1}),
        "objects inside": objects.getvalue(),
    }


@pytest.mark.parametrize("content", contents().values(), ids=contents())
def test_a_file_that_is_no_archive_of_arrays_is_one_clear_line(tmp_path, content):
    (tmp_path / "a.npz").write_bytes(content)
    with pytest.raises(InputError, match=r"a\.npz is not readable as arrays") as caught:
        load({"file": "a.npz"}, tmp_path)
    assert "\n" not in caught.value.message
