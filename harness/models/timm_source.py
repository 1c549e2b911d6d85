"""Networks of the timm library: trained here, published, or from the user's checkpoint."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import timm
import timm.data
import torch

from harness.bench import Bench, Samples, Work
from harness.errors import InputError, UnavailableError
from harness.models import checkpoint, hub, untrained
from harness.models.checkpoint import Weights
from harness.models.declared import TimmOptions, Train
from harness.models.pixels import statistics
from harness.record import Preprocess


def build(options: Mapping[str, Any], bench: Bench) -> Work:
    """Return the network on the bench, with weights and with the pre-processing it expects."""
    wish = TimmOptions.model_validate(dict(options))
    weights = checkpoint.read(bench.folder / wish.checkpoint) if wish.checkpoint else None
    channels, classes = _channels(wish, bench.data, weights), bench.data.width
    torch.manual_seed(bench.seed)
    model = _create(wish, classes, channels)
    if weights is not None:
        checkpoint.load(model, weights, str(wish.checkpoint), _heads(model), classes, new_head=wish.train is not None)
    preprocess = _preprocess(wish, bench.data, model, channels)
    shape = _shape(preprocess, channels)
    notes: dict[str, Any] = {}
    settings = wish.train or (None if wish.pretrained or wish.checkpoint else Train())
    if wish.weights == "random" or (settings and not bench.data.labelled):
        inputs, _ = bench.inputs(preprocess, "train", untrained.SAMPLES)
        notes["untrained"] = untrained.liven(model, torch.from_numpy(inputs))
    elif settings:
        notes["training"] = dict(bench.fit(model, preprocess, settings.model_dump()))
    return Work("torch", model.eval(), preprocess, shape, notes)


def shaped(wish: TimmOptions, data: Samples) -> tuple[torch.nn.Module, tuple[int, ...]]:
    """Return a network as it would be made, but for its weights, and the shape of a sample it takes."""
    channels = _channels(wish, data, None)
    model = _create(wish, data.width, channels)
    return model, _shape(_preprocess(wish, data, model, channels), channels)


def _shape(preprocess: Preprocess, channels: int) -> tuple[int, ...]:
    height, width = (preprocess.crop, preprocess.crop) if preprocess.crop else preprocess.size or (0, 0)
    return (channels, height, width)


def _create(wish: TimmOptions, classes: int, channels: int) -> torch.nn.Module:
    size = {"img_size": wish.image_size} if wish.image_size else {}
    base: dict[str, Any] = {"pretrained": wish.pretrained, "num_classes": classes, "in_chans": channels}
    if wish.pretrained and not wish.train and classes:
        base.pop("num_classes")  # a fresh head would be random: the published one must fit as it is
    online = not (wish.pretrained or ":" in wish.name) or hub.use_what_is_here()
    try:
        model: torch.nn.Module = _create_sized(wish.name, base, size)
    except (OSError, RuntimeError, ValueError, AssertionError) as error:
        if not wish.pretrained:
            raise InputError(f"timm cannot build {wish.name}: {_first_line(error)}") from None
        why = _first_line(error) if online else "the hub cannot be reached, and they are not in its cache here"
        hint = "go online once, or give checkpoint: FILE"
        raise UnavailableError(f"the published weights of {wish.name} could not be loaded: {why}", hint) from None
    published = int(getattr(model, "num_classes", classes))
    if published != classes:
        raise InputError(
            f"the published weights of {wish.name} know {published} classes, the dataset has {classes}",
            "add train: {steps: 200} to fit a new head",
        )
    return model


def _create_sized(name: str, base: Mapping[str, Any], size: Mapping[str, Any]) -> Any:
    """Return the model; only transformers must be told the image size, convolutional networks refuse the argument."""
    try:
        return timm.create_model(name, **base, **size)
    except TypeError:
        if not size:
            raise
        return timm.create_model(name, **base)


def _channels(wish: TimmOptions, data: Samples, weights: Weights | None) -> int:
    if data.shape is not None and len(data.shape) != 3:
        raise InputError(f"{wish.name} takes images; a sample of this dataset has shape {data.shape}")
    if wish.channels:
        return wish.channels
    published = timm.models.get_pretrained_cfg(wish.name)
    first = (weights or {}).get(f"{published.first_conv if published else ''}.weight")
    if first is not None and first.shape[1] in (1, 3):
        return int(first.shape[1])
    return int(data.shape[2]) if data.shape else 3


def _heads(model: torch.nn.Module) -> tuple[str, ...]:
    named = getattr(model, "default_cfg", {}).get("classifier") or ()
    return (named,) if isinstance(named, str) else tuple(named)


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
    if config.get("fixed_input_size") and not wish.image_size:
        return Preprocess(size=tuple(config["input_size"][-2:]), channels=channels, mean=mean, std=std)
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
