"""Files that somebody else might have made: each would leave a marker if anything in it were run."""

from __future__ import annotations

import io
import json
import os
import pickle
import struct
import tarfile
import warnings
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import joblib
import numpy as np
import onnx
import torch
from onnx import TensorProto, helper
from sklearn.linear_model import LogisticRegression


class Hostile:
    """An object whose unpickling makes a file."""

    def __init__(self, marker: Path) -> None:
        self.marker = marker

    def __reduce__(self) -> Any:
        return os.mkdir, (str(self.marker),)


def _torch(zipped: bool) -> Callable[[Path, Hostile], None]:
    content = {"state_dict": {"weight": torch.zeros(2)}}
    return lambda path, bad: torch.save({**content, "epoch": bad}, path, _use_new_zipfile_serialization=zipped)


def _tar(path: Path, bad: Hostile) -> None:
    with tarfile.open(path, "w", format=tarfile.PAX_FORMAT) as tar:
        for name in ("sys_info", "pickle", "storages", "tensors"):
            content = pickle.dumps(bad)
            member = tarfile.TarInfo(name)
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))


def _module(path: Path, bad: Hostile) -> None:
    module = torch.nn.Linear(2, 2)
    module.extra = bad
    torch.save(module, path)


def _script(path: Path, bad: Hostile) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.jit.save(torch.jit.trace(torch.nn.Linear(2, 2), torch.zeros(1, 2)), str(path))


def _classifier(path: Path, bad: Hostile) -> None:
    model = LogisticRegression()
    model.extra = bad
    joblib.dump(model, path)


CHECKPOINTS: dict[str, Callable[[Path, Hostile], Any]] = {
    "zipped.pth": _torch(zipped=True),
    "old.pth": _torch(zipped=False),
    "tar.pth": _tar,
    "module.pt": _module,
    "script.pt": _script,
    "pickled.pkl": lambda path, bad: path.write_bytes(pickle.dumps(bad)),
    "first_protocol.pth": lambda path, bad: path.write_bytes(pickle.dumps(bad, 0)),
    "classifier.joblib": _classifier,
    "packed.joblib": lambda path, bad: joblib.dump(bad, path, compress=3),
}
"""Files that hold code, and would run it when loaded without care."""


def _header(text: bytes, length: int | None = None) -> bytes:
    return struct.pack("<Q", len(text) if length is None else length) + text


def _weight(**about: Any) -> bytes:
    return _header(json.dumps({"weight": {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]} | about}).encode())


BROKEN: dict[str, bytes] = {
    "empty.pth": b"",
    "words.pth": b"hello",
    "empty.safetensors": b"",
    "pickled.safetensors": pickle.dumps({"weight": 1}),
    "torn.safetensors": _header(b'{"weight":', 90),
    "endless.safetensors": _header(b"{}", 2**62),
    "huge.safetensors": _weight(shape=[2**40, 2**40]),
    "outside.safetensors": _weight(data_offsets=[2**40, 2**40 + 8]),
    "array.npz": b"PK\x03\x04" + b"\0" * 40,
}
"""Files that say they hold weights, and do not."""


def outside(location: str) -> bytes:
    """Return an ONNX model whose weights are said to lie at ``location``, for rows of ten."""
    weights = TensorProto(name="w", data_type=TensorProto.FLOAT, dims=[10, 10], data_location=TensorProto.EXTERNAL)
    weights.external_data.add(key="location", value=location)
    ends = [helper.make_tensor_value_info(name, TensorProto.FLOAT, ["N", 10]) for name in ("x", "y")]
    graph = helper.make_graph([helper.make_node("MatMul", ["x", "w"], ["y"])], "outside", ends[:1], ends[1:], [weights])
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=8).SerializeToString()


def hidden(location: str) -> bytes:
    """Return the same model with the weights not in its list of weights, but in a branch of an If."""
    model = onnx.load_from_string(outside(location))
    weights = model.graph.initializer.pop()
    constant = helper.make_node("Constant", [], ["w"], value=weights)
    branch = helper.make_graph([constant], "branch", [], [helper.make_tensor_value_info("w", TensorProto.FLOAT, [10, 10])])
    model.graph.node.insert(0, helper.make_node("If", ["yes"], ["w"], then_branch=branch, else_branch=branch))
    model.graph.initializer.append(helper.make_tensor("yes", TensorProto.BOOL, [], [True]))
    return model.SerializeToString()


def bomb(side: int) -> bytes:
    """Return a PNG of a few kilobytes that is an image of ``side`` × ``side`` pixels."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    about = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    pixels = zlib.compress(b"\0" * 100_000, 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", about) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


POSTSCRIPT = b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 8 8\n%%EndComments\nshowpage\n%%EOF\n"
"""A program, which Pillow would have run by another program."""


def objects() -> bytes:
    """Return an .npz file whose samples are a pickle."""
    content = io.BytesIO()
    np.savez(content, x=np.array([{}] * 8, dtype=object), y=np.arange(8) % 2)
    return content.getvalue()
