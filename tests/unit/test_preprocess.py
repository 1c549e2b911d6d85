import numpy as np
import pytest

from harness.preprocess import arithmetic

IMAGES = np.arange(2 * 3 * 4 * 3, dtype=np.uint8).reshape(2, 3, 4, 3)


def how(**changes):
    return {"scale": 1 / 255, "mean": (0.0,), "std": (1.0,), "layout": "NHWC"} | changes


def test_a_pixel_is_scaled_then_centred_then_divided_per_channel():
    got = arithmetic(IMAGES, how(mean=(0.1, 0.2, 0.3), std=(0.5, 1.0, 2.0)))
    wanted = (IMAGES / 255 - [0.1, 0.2, 0.3]) / [0.5, 1.0, 2.0]
    np.testing.assert_allclose(got, wanted, atol=1e-6)


@pytest.mark.parametrize(
    ("layout", "shape"), [("NCHW", (2, 3, 3, 4)), ("NHWC", (2, 3, 4, 3)), ("as_is", (2, 3, 4, 3)), ("flat", (2, 36))]
)
def test_each_layout_has_its_shape_and_is_contiguous_float32(layout, shape):
    got = arithmetic(IMAGES, how(layout=layout))
    assert got.shape == shape
    assert got.dtype == np.float32
    assert got.flags.c_contiguous


def test_channels_go_first_and_pixels_stay_where_they_are():
    got = arithmetic(IMAGES, how(layout="NCHW", scale=1.0))
    assert got[1, 2, 0, 3] == IMAGES[1, 0, 3, 2]


def test_rows_stay_rows():
    rows = np.array([[1.0, 2.0], [3.0, 4.0]], dtype=np.float32)
    got = arithmetic(rows, how(scale=1.0, layout="NCHW", mean=(1.0,), std=(2.0,)))
    np.testing.assert_array_equal(got, [[0, 0.5], [1, 1.5]])


def test_the_raw_samples_are_left_alone():
    before = IMAGES.copy()
    arithmetic(IMAGES, how(mean=(0.5,)))
    rows = np.ones((2, 2), np.float32)
    arithmetic(rows, how(scale=1.0, layout="as_is"))[:] = 7
    assert np.array_equal(IMAGES, before)
    assert (rows == 1).all()
