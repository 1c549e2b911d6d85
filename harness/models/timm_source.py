"""Networks of the timm library: trained here, published, or from the user's checkpoint."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import timm
import timm.data
import torch
from timm.models import load_state_dict

from harness.errors import InputError, UnavailableError
from harness.interfaces import Bench, Samples, Work
from harness.models.declared import TimmOptions, Train
from harness.models.pixels import statistics
from harness.record import Preprocess


def build(options: Mapping[str, Any], bench: Bench) -> Work:
    """Return the network on the bench, with weights and with the pre-processing it expects."""
    wish = TimmOptions.model_validate(dict(options))
    state = _read_checkpoint(bench.folder / wish.checkpoint) if wish.checkpoint else None
    channels = _channels(wish, bench.data, state)
    torch.manual_seed(bench.seed)
    model = _create(wish, len(bench.data.classes), channels)
    if state is not None:
        _load(model, state, wish, len(bench.data.classes))
    preprocess = _preprocess(wish, bench.data, model, channels)
    notes: dict[str, Any] = {}
    settings = wish.train or (None if wish.pretrained or wish.checkpoint else Train())
    if settings:
        notes["training"] = dict(bench.fit(model, preprocess, settings.model_dump()))
    side = preprocess.crop or (preprocess.size or (0, 0))[0]
    width = preprocess.crop or (preprocess.size or (0, 0))[1]
    return Work("torch", model.eval(), preprocess, (channels, side, width), notes)


def _create(wish: TimmOptions, classes: int, channels: int) -> torch.nn.Module:
    size = {"img_size": wish.image_size} if wish.image_size else {}
    base: dict[str, Any] = {"pretrained": wish.pretrained, "num_classes": classes, "in_chans": channels}
    if wish.pretrained and not wish.train:
        base.pop("num_classes")  # a fresh head would be random: the published one must fit as it is
    try:
        model = _create_sized(wish.name, base, size)
    except (OSError, RuntimeError) as error:
        if not wish.pretrained:
            raise InputError(f"timm cannot build {wish.name}: {_first_line(error)}") from None
        raise UnavailableError(
            f"the published weights of {wish.name} could not be loaded: {_first_line(error)}",
            "go online once, or give checkpoint: FILE",
        ) from None
    published = int(getattr(model, "num_classes", classes))
    if published != classes:
        raise InputError(
            f"the published weights of {wish.name} know {published} classes, the dataset has {classes}",
            "add train: {steps: 200} to fit a new head",
        )
    return model


def _create_sized(name: str, base: Mapping[str, Any], size: Mapping[str, Any]) -> torch.nn.Module:
    """Return the model; only transformers must be told the image size, convolutional networks refuse the argument."""
    try:
        return timm.create_model(name, **base, **size)
    except TypeError:
        if not size:
            raise
        return timm.create_model(name, **base)


def _read_checkpoint(path: Path) -> dict[str, torch.Tensor]:
    """Return the weights of a file without running anything that is in it."""
    try:
        state = load_state_dict(str(path), device="cpu", weights_only=True)
    except Exception as error:  # safetensors and pickle have a dozen ways to be broken
        raise InputError(
            f"cannot read weights from {path}: {_first_line(error)}",
            "give a state dict as .safetensors or .pth; pickled modules are refused, since loading one runs its code",
        ) from None
    tensors = {name: value for name, value in state.items() if isinstance(value, torch.Tensor)}
    if not tensors:
        raise InputError(f"{path} holds no weights", "save model.state_dict()")
    return tensors


def _channels(wish: TimmOptions, data: Samples, state: Mapping[str, torch.Tensor] | None) -> int:
    if wish.channels:
        return wish.channels
    if state:
        first = next((value for value in state.values() if value.ndim == 4 and value.shape[1] in (1, 3)), None)
        if first is not None:
            return int(first.shape[1])
    if data.shape is None:
        return 3
    if len(data.shape) != 3:
        raise InputError(f"{wish.name} takes images; a sample of this dataset has shape {data.shape}")
    return int(data.shape[2])


def _load(model: torch.nn.Module, state: Mapping[str, torch.Tensor], wish: TimmOptions, classes: int) -> None:
    head = str(getattr(model, "default_cfg", {}).get("classifier", "")) + ".weight"
    if head in state and len(state[head]) != classes:
        raise InputError(f"the checkpoint {wish.checkpoint} knows {len(state[head])} classes, the dataset has {classes}")
    try:
        model.load_state_dict(dict(state))
    except RuntimeError as error:
        detail = " ".join(str(error).split())[:300]
        raise InputError(f"the checkpoint {wish.checkpoint} does not fit {wish.name}: {detail}") from None


def _preprocess(wish: TimmOptions, data: Samples, model: torch.nn.Module, channels: int) -> Preprocess:
    config = timm.data.resolve_model_data_config(model)
    published = wish.pretrained or data.model_transform
    if published:
        mean, std = (_fit(config[name], channels) for name in ("mean", "std"))
    else:
        mean, std = statistics(data, channels)
    if data.shape is None:
        side = wish.image_size or int(config["input_size"][-1])
        short = int(np.floor(side / float(config["crop_pct"])))
        mode = config["interpolation"] if config["interpolation"] in ("nearest", "bilinear", "bicubic") else "bicubic"
        return Preprocess(resize=short, crop=side, interpolation=mode, channels=channels, mean=mean, std=std)
    height, width, _ = data.shape
    size = (wish.image_size, wish.image_size) if wish.image_size else (_round_up(height), _round_up(width))
    return Preprocess(size=size, channels=channels, mean=mean, std=std)


def _round_up(side: int) -> int:
    """Return the next multiple of 32: the stride of most networks, and what CPU kernels are fastest at."""
    return -(-side // 32) * 32


def _fit(values: tuple[float, ...], channels: int) -> tuple[float, ...]:
    return tuple(values) if len(values) == channels else (float(np.mean(values)),) * channels


def _first_line(error: BaseException) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:300]
