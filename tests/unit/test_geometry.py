import io

import numpy as np
import pytest
from PIL import Image

from harness.geometry import decoded, geometry
from harness.record import Preprocess

RNG = np.random.default_rng(0)


def image(height, width, channels=3):
    return RNG.integers(0, 255, (height, width, channels), dtype=np.uint8)


def how(**settings):
    return Preprocess(**settings).model_dump()


@pytest.mark.parametrize(
    ("settings", "shape"),
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
def test_geometry_gives_the_shape_that_is_asked_for(settings, shape):
    got = geometry(image(20, 30), how(**settings))
    assert (got.shape, str(got.dtype)) == (shape, "uint8")


def test_it_takes_what_a_job_file_says():
    whole = image(20, 30)
    from_json = Preprocess(resize=16, crop=12, size=(18, 17)).model_dump(mode="json")
    assert np.array_equal(geometry(whole, from_json), geometry(whole, how(resize=16, crop=12, size=(18, 17))))


def test_a_grey_image_becomes_rgb_where_three_channels_are_asked_for():
    grey = image(5, 5, 1)
    got = geometry(grey, how(channels=3))
    assert got.shape == (5, 5, 3)
    assert np.array_equal(got, np.repeat(grey, 3, axis=2))


def test_the_crop_is_the_centre():
    whole = image(11, 9)
    assert np.array_equal(geometry(whole, how(crop=5)), whole[3:8, 2:7])


def test_a_size_that_is_there_already_changes_nothing():
    whole = image(8, 6)
    assert np.array_equal(geometry(whole, how(size=(8, 6))), whole)


def test_nearest_neighbours_repeat_pixels():
    whole = image(2, 2)
    got = geometry(whole, how(size=(4, 4), interpolation="nearest"))
    assert np.array_equal(got, whole.repeat(2, axis=0).repeat(2, axis=1))


def test_resizing_and_cropping_agree_with_torchvision():
    pytest.importorskip("torchvision")
    from torchvision.transforms import functional as reference

    for size in ((37, 53), (61, 40), (33, 33)):
        whole = image(*size)
        wanted = reference.center_crop(reference.resize(Image.fromarray(whole), 32), [27, 27])
        assert np.array_equal(geometry(whole, how(resize=32, crop=27)), np.asarray(wanted))


def encoded(picture, kind):
    file = io.BytesIO()
    picture.save(file, kind)
    return file.getvalue()


def test_a_png_is_decoded_to_its_very_pixels():
    whole = image(7, 5)
    assert np.array_equal(decoded(encoded(Image.fromarray(whole), "png")), whole)


@pytest.mark.parametrize("mode", ["L", "LA", "P", "RGBA", "1"])
def test_whatever_a_file_holds_becomes_three_channels(mode):
    picture = Image.fromarray(image(7, 5)).convert(mode)
    got = decoded(encoded(picture, "png"))
    assert (got.shape, str(got.dtype)) == ((7, 5, 3), "uint8")
    assert np.array_equal(got, np.asarray(picture.convert("RGB")))


def test_what_is_no_image_is_an_error():
    with pytest.raises(OSError, match="cannot identify"):
        decoded(b"not an image")
