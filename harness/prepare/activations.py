"""Activations: the numbers that an exported graph's convolutions and matrix products give for one sample, counted unrun.

What they are for: on a GPU they tell the time better than multiplications do (Radosavovic et al., Designing network design
spaces, 2020). Counted as pytorch-image-models publishes them.
"""

from __future__ import annotations

import math
from typing import Any, Final

import onnx
import torch

from harness.bench import Work
from harness.prepare.counting import PRODUCTS, shapes

TARGETS: Final = frozenset({"linear", "addmm", "matmul", "bmm", "mm"})
ATTENTION: Final = "scaled_dot_product_attention"
"""One operator for two products, whose first result is as wide as there are queries and keys."""

_LAYERS: Final = (torch.nn.Linear, torch.nn.Conv1d, torch.nn.Conv2d, torch.nn.Conv3d)


def of(work: Work) -> int | None:
    """Return the activations of an exported graph; None where it has no such operator, or a shape is not known."""
    return of_program(work.model) if work.form == "program" else of_graph(work.model)


def of_graph(model: onnx.ModelProto) -> int | None:
    """Return those of an ONNX graph."""
    known = shapes(model)
    batch = next(iter(known.get(model.graph.input[0].name, ())), 1)
    given = [known.get(node.output[0]) for node in model.graph.node if node.op_type in PRODUCTS]
    if not given or None in given:
        return None
    return sum(math.prod(shape) for shape in given if shape is not None) // max(1, batch)


def of_module(model: torch.nn.Module, shape: tuple[int, ...]) -> int | None:
    """Return those of a module on the meta device, but for products that are no layers of their own; None where it cannot run."""
    given: list[int] = []
    layers = [module for module in model.modules() if isinstance(module, _LAYERS)]
    hooks = [layer.register_forward_hook(lambda _layer, _inputs, output: given.append(output.numel())) for layer in layers]
    try:
        with torch.no_grad():
            model.eval()(torch.empty(1, *shape, device="meta"))
    except Exception:  # as in counting: what cannot be counted is no failure
        return None
    finally:
        for hook in hooks:
            hook.remove()
    return sum(given) or None


def of_program(program: torch.export.ExportedProgram) -> int | None:
    """Return those of a PyTorch program."""
    nodes = [(str(getattr(node.target, "__name__", "")).partition(".")[0], node) for node in program.graph.nodes]
    working = [(name, node) for name, node in nodes if name in TARGETS or name.startswith(("conv", ATTENTION))]
    try:
        counts = [_given(node) + (_scores(node) if name.startswith(ATTENTION) else 0) for name, node in working]
    except (KeyError, AttributeError):  # a program may come without its shapes
        return None
    return sum(counts) or None


def _given(node: Any) -> int:
    return math.prod(_side(side) for side in node.meta["val"].shape)


def _scores(node: Any) -> int:
    """Return how many scores there are of every query of an attention with every key."""
    query, key = (node.args[i].meta["val"].shape for i in (0, 1))
    return math.prod(_side(side) for side in (*query[:-1], key[-2]))


def _side(side: Any) -> int:
    """Return the length of a side where the batch, its only unknown, is one sample."""
    if isinstance(side, int):
        return side
    length = side.node.expr
    return int(length.subs(dict.fromkeys(length.free_symbols, 1)))
