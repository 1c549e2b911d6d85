"""Whatever bytes a user's file holds: it is read, or it is one clear line."""

import io
import zipfile

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image
from safetensors.numpy import save
from sklearn.datasets import load_iris
from sklearn.linear_model import LogisticRegression

from harness.datasets import npz
from harness.datasets.image_folder import Images
from harness.errors import InputError
from harness.models import checkpoint, onnx_file
from harness.models.sklearn_export import converted
from tests.own import hostile


def content(write):
    """What ``write`` writes into a file."""
    file = io.BytesIO()
    write(file)
    return file.getvalue()


def graph():
    rows, labels = load_iris(return_X_y=True)
    return converted(LogisticRegression(max_iter=1000).fit(rows, labels), rows[:1].astype(np.float32)).SerializeToString()


def weights():
    import torch

    return content(lambda file: torch.save({"weight": torch.zeros(3)}, file))


PIXELS = np.arange(300, dtype=np.uint8).reshape(10, 10, 3)
WHOLE = {
    "a.pth": weights(),
    "a.safetensors": save({"weight": np.zeros(3, np.float32)}),
    "a.onnx": graph(),
    "a.npz": content(lambda file: np.savez(file, x=np.zeros((8, 2)), y=np.arange(8) % 2)),
    "a.png": content(lambda file: Image.fromarray(PIXELS).save(file, "png")),
    "a.jpg": content(lambda file: Image.fromarray(PIXELS).save(file, "jpeg")),
    "a.tif": content(lambda file: Image.fromarray(PIXELS).save(file, "tiff")),
}
READ = {
    "pth": checkpoint.read,
    "safetensors": checkpoint.read,
    "onnx": onnx_file.read,
    "npz": lambda path: npz.load({"file": path.name}, path.parent),
}
FUZZED = settings(max_examples=120, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])


def read(path):
    """Read the file as its name says; nothing but InputError, in one line, may come of it."""
    kind = path.suffix[1:]
    try:
        return READ[kind](path) if kind in READ else Images([path])[0]
    except InputError as error:
        assert str(path) in error.message
        assert "\n" not in error.message
        return None


@pytest.mark.parametrize("name", WHOLE)
def test_the_whole_file_is_read(tmp_path, name):
    (tmp_path / name).write_bytes(WHOLE[name])
    assert read(tmp_path / name) is not None


@pytest.mark.filterwarnings("ignore")  # decoders warn of what they then refuse
@pytest.mark.parametrize("name", WHOLE)
@FUZZED
@given(data=st.data())
def test_a_file_with_wounds_is_read_or_refused(tmp_path, name, data):
    wounded = bytearray(WHOLE[name])
    for at, byte in data.draw(
        st.lists(st.tuples(st.integers(0, len(wounded) - 1), st.integers(0, 255)), min_size=1, max_size=12)
    ):
        wounded[at] = byte
    end = data.draw(st.one_of(st.none(), st.integers(0, len(wounded))))
    (tmp_path / name).write_bytes(bytes(wounded[:end]))
    read(tmp_path / name)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", WHOLE)
@FUZZED
@given(noise=st.binary(max_size=200))
def test_noise_behind_the_first_bytes_is_refused(tmp_path, name, noise):
    (tmp_path / name).write_bytes(WHOLE[name][:8] + noise)
    assert read(tmp_path / name) is None


@FUZZED
@given(header=st.one_of(st.binary(max_size=120), st.text(max_size=120).map(str.encode)))
def test_an_array_with_any_header_is_refused(tmp_path, header):
    with zipfile.ZipFile(tmp_path / "a.npz", "w") as file:
        for name in ("x", "y"):
            file.writestr(f"{name}.npy", b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header)
    assert read(tmp_path / "a.npz") is None


@FUZZED
@given(location=st.text(max_size=30))
def test_weights_of_a_graph_come_from_its_folder_or_not_at_all(tmp_path, location):
    (tmp_path / "a.onnx").write_bytes(hostile.outside(location))
    assert read(tmp_path / "a.onnx") is None
