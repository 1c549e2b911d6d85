import numpy as np
import pytest
from PIL import Image

from harness.datasets.declared import IMAGE_FOLDER
from harness.datasets.image_folder import load
from harness.errors import InputError


def fill(folder, count, size=(9, 7), mode="RGB", suffix="png"):
    folder.mkdir(parents=True)
    for i in range(count):
        Image.new(mode, size, i * 20).save(folder / f"{i:02}.{suffix}")


@pytest.fixture
def photos(tmp_path):
    for name in ("dog", "cat"):
        fill(tmp_path / "photos" / name, 10)
    return tmp_path


def test_classes_are_the_folders_in_sorted_order_and_split_70_to_30(photos):
    samples = load({"folder": "photos"}, photos)
    assert samples.classes == ("cat", "dog")
    assert (len(samples.train), len(samples.test)) == (14, 6)
    assert np.bincount(samples.test.labels).tolist() == [3, 3]
    assert (samples.shape, samples.model_transform) == (None, True)


def test_images_are_read_when_asked_for_as_rgb(photos):
    fill(photos / "photos" / "owl", 5, mode="L", suffix="jpg")
    samples = load({"folder": "photos"}, photos)
    assert {(image.shape, str(image.dtype)) for image in samples.train.samples} == {((7, 9, 3), "uint8")}
    assert len(samples.train.samples[2:5]) == 3


@pytest.mark.parametrize("test", ["test", "val", "validation"])
def test_split_folders_are_the_splits(tmp_path, test):
    for name in ("cat", "dog"):
        fill(tmp_path / "p" / "train" / name, 4)
        fill(tmp_path / "p" / test / name, 2)
    samples = load({"folder": "p"}, tmp_path)
    assert (len(samples.train), len(samples.test), samples.classes) == (8, 4, ("cat", "dog"))


def test_images_as_they_are_have_the_shape_of_the_first(photos):
    samples = load({"folder": "photos", "transform": "native"}, photos)
    assert (samples.shape, samples.model_transform) == ((7, 9, 3), False)


def test_hidden_folders_and_other_files_are_no_classes_and_no_images(photos):
    fill(photos / "photos" / ".thumbnails", 3)
    (photos / "photos" / "cat" / "notes.txt").write_text("x")
    (photos / "photos" / "README").write_text("x")
    samples = load({"folder": "photos"}, photos)
    assert (samples.classes, len(samples.train) + len(samples.test)) == (("cat", "dog"), 20)


def test_a_broken_image_is_named_when_it_is_read(photos):
    (photos / "photos" / "cat" / "00.png").write_bytes(b"\x89PNG no")
    samples = load({"folder": "photos"}, photos)
    with pytest.raises(InputError, match=r"cannot read the image .*cat/00\.png") as caught:
        list(samples.train.samples)
    assert "\n" not in caught.value.message


def test_half_an_image_is_named_when_it_is_read(photos):
    path = photos / "photos" / "cat" / "00.png"
    Image.fromarray(np.random.default_rng(0).integers(0, 255, (64, 64, 3), dtype=np.uint8)).save(path)
    path.write_bytes(path.read_bytes()[:3000])
    with pytest.raises(InputError, match=r"cat/00\.png"):
        load({"folder": "photos"}, photos).train.samples[0]


def test_one_class_is_no_classification(tmp_path):
    fill(tmp_path / "p" / "cat", 5)
    with pytest.raises(InputError, match="has 1 class folders"):
        load({"folder": "p"}, tmp_path)


def test_images_without_class_folders_are_refused(tmp_path):
    fill(tmp_path / "p", 5)
    with pytest.raises(InputError, match="has 0 class folders"):
        load({"folder": "p"}, tmp_path)


def test_empty_class_folders_leave_an_empty_split(tmp_path):
    for name in ("cat", "dog"):
        (tmp_path / "p" / name).mkdir(parents=True)
    with pytest.raises(InputError, match="leaves an empty split"):
        load({"folder": "p"}, tmp_path)
    with pytest.raises(InputError, match="no images in"):
        IMAGE_FOLDER.digest({"folder": "p"}, tmp_path)


def test_a_test_class_that_was_never_trained_is_refused(tmp_path):
    for split, names in (("train", ("cat", "dog")), ("test", ("cat", "owl"))):
        for name in names:
            fill(tmp_path / "p" / split / name, 2)
    with pytest.raises(InputError, match=r"has classes that .* lacks: owl"):
        load({"folder": "p"}, tmp_path)


def test_the_digest_follows_the_images_and_the_split(photos):
    before = IMAGE_FOLDER.digest({"folder": "photos"}, photos)
    assert IMAGE_FOLDER.digest({"folder": "photos", "test_share": 0.5}, photos) != before
    (photos / "photos" / "notes.txt").write_text("no image")
    assert IMAGE_FOLDER.digest({"folder": "photos"}, photos) == before
    fill(photos / "photos" / "owl", 1)
    assert IMAGE_FOLDER.digest({"folder": "photos"}, photos) != before
