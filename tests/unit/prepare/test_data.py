import numpy as np
import pytest

from harness.errors import InputError
from harness.interfaces import Samples, Split
from harness.prepare.data import Store, geometry, write_whole
from harness.record import Preprocess

RNG = np.random.default_rng(0)


def image(height, width, channels=3):
    return RNG.integers(0, 255, (height, width, channels), dtype=np.uint8)


def images(*sizes, shape=None):
    split = Split([image(*size) for size in sizes], np.arange(len(sizes)) % 2)
    return Samples(("a", "b"), split, split, shape)


@pytest.mark.parametrize(
    ("how", "shape"),
    [
        ({}, (20, 30, 3)),
        ({"size": (8, 6)}, (8, 6, 3)),
        ({"resize": 10}, (10, 15, 3)),
        ({"resize": 16, "crop": 12}, (12, 12, 3)),
        ({"crop": 8}, (8, 8, 3)),
        ({"channels": 1}, (20, 30, 1)),
        ({"channels": 1, "size": (4, 4)}, (4, 4, 1)),
    ],
)
def test_geometry_gives_the_shape_that_is_asked_for(how, shape):
    got = geometry(image(20, 30), Preprocess(**how))
    assert (got.shape, str(got.dtype)) == (shape, "uint8")


def test_a_grey_image_becomes_rgb_where_three_channels_are_asked_for():
    grey = image(5, 5, 1)
    got = geometry(grey, Preprocess(channels=3))
    assert got.shape == (5, 5, 3)
    assert np.array_equal(got, np.repeat(grey, 3, axis=2))


def test_the_crop_is_the_centre():
    whole = image(11, 9)
    assert np.array_equal(geometry(whole, Preprocess(crop=5)), whole[3:8, 2:7])


def test_a_size_that_is_there_already_changes_nothing():
    whole = image(8, 6)
    assert np.array_equal(geometry(whole, Preprocess(size=(8, 6))), whole)


def test_nearest_neighbours_repeat_pixels():
    whole = image(2, 2)
    got = geometry(whole, Preprocess(size=(4, 4), interpolation="nearest"))
    assert np.array_equal(got, whole.repeat(2, axis=0).repeat(2, axis=1))


def test_resizing_and_cropping_agree_with_torchvision():
    pytest.importorskip("torchvision")
    from PIL import Image
    from torchvision.transforms import functional as reference

    for size in ((37, 53), (61, 40), (33, 33)):
        whole = image(*size)
        wanted = reference.center_crop(reference.resize(Image.fromarray(whole), 32), [27, 27])
        assert np.array_equal(geometry(whole, Preprocess(resize=32, crop=27)), np.asarray(wanted))


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
