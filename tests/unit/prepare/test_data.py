import io

import numpy as np
import pytest
from PIL import Image

from harness.bench import Samples, Split
from harness.coalitions import Background
from harness.errors import InputError
from harness.geometry import decoded
from harness.prepare.data import ORIGINALS, Store, write_whole
from harness.record import Preprocess

RNG = np.random.default_rng(0)


def image(height, width, channels=3):
    return RNG.integers(0, 255, (height, width, channels), dtype=np.uint8)


def images(*sizes, shape=None):
    split = Split([image(*size) for size in sizes], np.arange(len(sizes)) % 2)
    return Samples(("a", "b"), split, split, shape)


def test_inputs_are_ready_for_the_model_with_their_labels(tmp_path):
    store = Store(images((6, 5), (6, 5), shape=(6, 5, 3)), "digest", tmp_path)
    inputs, labels = store.inputs(Preprocess(size=(4, 4)), "test")
    assert (inputs.shape, str(inputs.dtype), labels.tolist()) == ((2, 3, 4, 4), "float32", [0, 1])


def test_geometry_is_done_once_and_arithmetic_makes_no_second_copy(tmp_path):
    store = Store(images((6, 5), (6, 5), shape=(6, 5, 3)), "digest", tmp_path)
    place = store.place(Preprocess(size=(4, 4)), "test")
    stamp = (place / "samples.npy").stat().st_mtime_ns
    assert store.place(Preprocess(size=(4, 4), mean=(0.5,), std=(0.5,), layout="NHWC", scale=1.0), "test") == place
    assert (place / "samples.npy").stat().st_mtime_ns == stamp
    others = {
        store.place(Preprocess(size=(4, 5)), "test"),
        store.place(Preprocess(size=(4, 4)), "train"),
        store.place(Preprocess(size=(4, 4)), "test", 1),
        Store(store.samples, "other", tmp_path).place(Preprocess(size=(4, 4)), "test"),
    }
    assert len(others | {place}) == 5


def test_a_part_of_a_split_is_spread_evenly(tmp_path):
    labels = np.arange(100)
    split = Split(labels.astype(np.float32).reshape(-1, 1), labels)
    store = Store(Samples(tuple(map(str, labels)), split, split, (1,)), "digest", tmp_path)
    inputs, chosen = store.inputs(Preprocess(scale=1.0), "train", 5)
    assert chosen.tolist() == inputs.ravel().tolist() == [0, 24, 49, 74, 99]
    assert len(store.inputs(Preprocess(), "train", 1000)[1]) == 100


def test_rows_have_no_geometry(tmp_path):
    split = Split(np.ones((4, 3), np.float32), np.arange(4))
    store = Store(Samples(("a",) * 4, split, split, (3,)), "digest", tmp_path)
    assert store.place(Preprocess(size=(4, 4), channels=1), "test") == store.place(Preprocess(), "test")


def test_images_of_different_sizes_need_a_size(tmp_path):
    store = Store(images((6, 5), (7, 5)), "digest", tmp_path)
    with pytest.raises(InputError, match="images differ in size") as caught:
        store.place(Preprocess(), "test")
    assert "size" in caught.value.hint
    assert not list(tmp_path.iterdir())
    assert store.place(Preprocess(size=(4, 4)), "test").exists()


def test_the_first_samples_of_the_test_split_are_kept_as_they_are(tmp_path):
    train, test = (Split([image(6, 5) for _ in range(70)], np.arange(70) % 2) for _ in range(2))
    place = Store(Samples(("a", "b"), train, test, (6, 5, 3)), "digest", tmp_path).originals()
    assert np.array_equal(np.load(place / "originals.npy"), np.stack(test.samples[:ORIGINALS]))


def test_samples_that_are_files_are_kept_as_their_bytes(tmp_path):
    def encoded(number):
        file = io.BytesIO()
        Image.fromarray(split.samples[number]).save(file, "png")
        return file.getvalue()

    split = Split([image(6 + i, 5) for i in range(12)], np.arange(12) % 2, encoded)
    place = Store(Samples(("a", "b"), split, split, None), "digest", tmp_path).originals()
    files = sorted(place.iterdir())
    assert len(files) == 12
    for file, sample in zip(files, split.samples, strict=True):
        assert np.array_equal(decoded(file.read_bytes()), sample)


def test_samples_are_kept_as_they_are_once(tmp_path):
    store = Store(images((6, 5), (6, 5), shape=(6, 5, 3)), "digest", tmp_path)
    assert store.originals() == store.originals() != store.place(Preprocess(), "test")
    assert Store(store.samples, "other", tmp_path).originals() != store.originals()


def test_a_folder_appears_whole_or_not_at_all(tmp_path):
    def half(part):
        (part / "one").write_text("x")
        raise InputError("planted")

    with pytest.raises(InputError):
        write_whole(tmp_path / "place", half)
    assert not list(tmp_path.iterdir())
    write_whole(tmp_path / "place", lambda part: (part / "one").write_text("first"))
    write_whole(tmp_path / "place", lambda part: (part / "one").write_text("second"))
    assert (tmp_path / "place" / "one").read_text() == "first"
    assert [path.name for path in tmp_path.iterdir()] == ["place"]


def test_the_background_is_the_mean_of_the_training_split_after_geometry(tmp_path):
    train = Split([np.full((6, 6, 3), level, np.uint8) for level in (0, 100)], np.array([0, 1]))
    test = Split([image(6, 6)], np.array([0]))
    store = Store(Samples(("a", "b"), train, test, (6, 6, 3)), "digest", tmp_path)
    found = Background.read(store.background(Preprocess(size=(4, 4))))
    assert found.mean.shape == (4, 4, 3)
    assert (found.mean == 50).all()
    assert (found.spread == 50).all()
    assert found.about == {"columns": [], "classes": ["a", "b"], "shape": [6, 6, 3]}


def test_the_background_of_rows_knows_the_names_of_columns_and_that_of_photographs_no_shape(tmp_path):
    rows = Split(np.array([[1, 2], [3, 6]], np.float32), np.array([0, 1]))
    table = Store(Samples(("a", "b"), rows, rows, (2,), columns=("height", "width")), "rows", tmp_path)
    found = Background.read(table.background(Preprocess()))
    assert (found.mean == [2, 4]).all()
    assert found.about["columns"] == ["height", "width"]
    photographs = Store(images((6, 5), (8, 9)), "photographs", tmp_path)
    assert Background.read(photographs.background(Preprocess(size=(4, 4)))).about["shape"] is None


def test_a_background_is_made_once_for_each_geometry(tmp_path):
    store = Store(images((6, 5), (6, 5), shape=(6, 5, 3)), "digest", tmp_path)
    assert store.background(Preprocess(size=(4, 4))) == store.background(Preprocess(size=(4, 4), mean=(0.5,)))
    assert store.background(Preprocess(size=(4, 4))) != store.background(Preprocess(size=(5, 5)))
