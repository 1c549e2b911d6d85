"""An ONNX file of the user's, read: only what lies in its own folder, and nothing in it is run."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath, PureWindowsPath

import onnx
from onnx.external_data_helper import load_external_data_for_model, uses_external_data

from harness.errors import HarnessError, InputError


def read(path: Path) -> onnx.ModelProto:
    """Return the checked model in ``path``, with the weights that lie in files beside it."""
    try:
        model = onnx.load(str(path), load_external_data=False)
        _stay_inside(model, path)
        load_external_data_for_model(model, str(path.parent))
        onnx.checker.check_model(model)
    except HarnessError:
        raise
    except Exception as error:  # protobuf, the checker and external data each have errors of their own
        first = (str(error).strip().splitlines() or [type(error).__name__])[0][:200]
        raise InputError(f"{path} is not a usable ONNX model: {first}", "is the file whole? export it again") from None
    return model


def _stay_inside(model: onnx.ModelProto, path: Path) -> None:
    """Raise InputError where weights are said to lie outside the file's folder: it could name any file of this machine.

    onnx looks again, and at links too, when it opens them.
    """
    for tensor in (one for one in _tensors(model) if uses_external_data(one)):
        place = next((entry.value for entry in tensor.external_data if entry.key == "location"), "")
        for kind in (PurePosixPath, PureWindowsPath):
            if kind(place).is_absolute() or ".." in kind(place).parts:
                hint = "save it with its weights beside it: onnx.save(model, file, save_as_external_data=True)"
                raise InputError(f"{path} names a file outside its folder for its weights, {place!r}; it was not opened", hint)


def _tensors(model: onnx.ModelProto) -> Iterator[onnx.TensorProto]:
    yield from _in_graph(model.graph)
    for function in model.functions:
        yield from _in_nodes(function.node)


def _in_graph(graph: onnx.GraphProto) -> Iterator[onnx.TensorProto]:
    yield from graph.initializer
    for sparse in graph.sparse_initializer:
        yield from (sparse.values, sparse.indices)
    yield from _in_nodes(graph.node)


def _in_nodes(nodes: Iterable[onnx.NodeProto]) -> Iterator[onnx.TensorProto]:
    for attribute in (one for node in nodes for one in node.attribute):
        yield from (attribute.t, *attribute.tensors)
        for sparse in (attribute.sparse_tensor, *attribute.sparse_tensors):
            yield from (sparse.values, sparse.indices)
        for graph in (attribute.g, *attribute.graphs):
            yield from _in_graph(graph)
