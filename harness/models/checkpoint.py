"""Weights from a file of the user's into a network: read without running anything that is in the file."""

from __future__ import annotations

import warnings
from collections.abc import Collection, Mapping
from pathlib import Path

import torch
from timm.models import load_state_dict

from harness.errors import InputError

Weights = Mapping[str, torch.Tensor]


def read(path: Path) -> Weights:
    """Return the tensors of a .pth, .pt or .safetensors file by name, those of its ``state_dict`` where it has one."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of what it then refuses
            state = load_state_dict(str(path), device="cpu", weights_only=True)
    except Exception as error:  # safetensors and pickle have a dozen ways to be broken
        raise _unreadable(path, error) from None
    tensors = {name: value for name, value in state.items() if isinstance(value, torch.Tensor)}
    if not tensors:
        raise InputError(f"{path} holds no weights", "save model.state_dict()")
    return tensors


def _unreadable(path: Path, error: Exception) -> InputError:
    text = " ".join(str(error).split())
    if "weights_only" in text or "Weights only" in text:
        return InputError(
            f"{path} holds more than weights, and nothing of it was loaded: loading it would run code that is in it",
            "save model.state_dict() as .safetensors or .pth",
        )
    told = text[:200] if " " in text else f"{type(error).__name__} {text}".strip()  # a KeyError says its key and no more
    return InputError(f"cannot read weights from {path}: {told}", "is the file whole? save it again")


def load(model: torch.nn.Module, weights: Weights, name: str, heads: Collection[str], classes: int, *, new_head: bool) -> None:
    """Fill ``model`` with ``weights``; raises InputError that says in one line what of the file ``name`` does not fit.

    ``heads`` are the names of the classifying layers. With ``new_head`` one of another width stays as it was made; with no
    ``classes`` there is none.
    """
    wanted, given = model.state_dict(), dict(weights)
    if not classes:
        given = {name: value for name, value in given.items() if name.rpartition(".")[0] not in heads}
    for head in heads:
        rows = len(given[f"{head}.weight"]) if f"{head}.weight" in given else classes
        if rows == classes:
            continue
        if not new_head:
            hint = "add train: {steps: 200} to fit a new head"
            raise InputError(f"the checkpoint {name} knows {rows} classes, the dataset has {classes}", hint)
        for part in (f"{head}.weight", f"{head}.bias"):
            if part in given:
                given[part] = wanted[part]
    wrong = _misfits(wanted, given)
    if wrong:
        raise InputError(f"the checkpoint {name} does not fit: {'; '.join(wrong)}", "is it of this architecture?")
    model.load_state_dict(given)


def _misfits(wanted: Weights, given: Weights) -> list[str]:
    missing = [name for name in wanted if name not in given]
    extra = [name for name in given if name not in wanted]
    other = [n for n in wanted if n in given and wanted[n].shape != given[n].shape]
    found = []
    if missing:
        found.append(f"{len(missing)} of {len(wanted)} tensors are missing ({_some(missing)})")
    if extra:
        found.append(f"{len(extra)} belong to another network ({_some(extra)})")
    if other:
        first = other[0]
        shapes = f"{first}: {tuple(given[first].shape)} for {tuple(wanted[first].shape)}"
        found.append(f"{len(other)} have another shape ({shapes})")
    return found


def _some(names: list[str]) -> str:
    return ", ".join(names[:2]) + (", …" if len(names) > 2 else "")
