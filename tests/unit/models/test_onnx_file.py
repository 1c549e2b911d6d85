import os

import numpy as np
import pytest

from harness.errors import InputError
from harness.models import onnx_file
from tests.own import hostile


@pytest.fixture
def folder(tmp_path):
    """A folder of models, with a file outside that is none of their business."""
    (tmp_path / "models" / "deep").mkdir(parents=True)
    (tmp_path / "secret.bin").write_bytes(bytes(400))
    return tmp_path / "models"


@pytest.mark.parametrize("place", ["weights.bin", "deep/weights.bin"])
@pytest.mark.parametrize("model", [hostile.outside, hostile.hidden])
def test_weights_beside_the_file_are_read(folder, place, model):
    (folder / place).write_bytes(np.arange(100, dtype=np.float32).tobytes())
    (folder / "model.onnx").write_bytes(model(place))
    read = onnx_file.read(folder / "model.onnx")
    assert np.arange(100, dtype=np.float32).tobytes() in read.SerializeToString()


@pytest.mark.parametrize(
    "place",
    ["../secret.bin", "deep/../../secret.bin", "/etc/passwd", "../../../../../../etc/passwd", "..\\secret.bin", "C:\\secret"],
)
@pytest.mark.parametrize("model", [hostile.outside, hostile.hidden])
def test_weights_outside_the_folder_are_not_opened(folder, place, model):
    (folder / "model.onnx").write_bytes(model(place))
    with pytest.raises(InputError, match="names a file outside its folder for its weights") as caught:
        onnx_file.read(folder / "model.onnx")
    assert repr(place) in caught.value.message
    assert "\n" not in caught.value.message


def test_an_absolute_path_is_refused_even_to_a_file_that_fits(folder):
    (folder / "model.onnx").write_bytes(hostile.outside(str(folder.parent / "secret.bin")))
    with pytest.raises(InputError, match="outside its folder"):
        onnx_file.read(folder / "model.onnx")


@pytest.mark.parametrize("link", [os.symlink, os.link])
def test_a_link_out_of_the_folder_is_not_followed(folder, link):
    link(folder.parent / "secret.bin", folder / "inside.bin")
    (folder / "model.onnx").write_bytes(hostile.outside("inside.bin"))
    with pytest.raises(InputError, match=r"is not a usable ONNX model: .*link"):
        onnx_file.read(folder / "model.onnx")


@pytest.mark.parametrize("place", ["gone.bin", "deep", ""])
def test_weights_that_are_not_there_are_one_clear_line(folder, place):
    (folder / "model.onnx").write_bytes(hostile.outside(place))
    with pytest.raises(InputError, match="is not a usable ONNX model") as caught:
        onnx_file.read(folder / "model.onnx")
    assert "\n" not in caught.value.message
