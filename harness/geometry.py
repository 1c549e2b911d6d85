"""The geometric half of pre-processing: channels, resize, crop. Done once per dataset, or in every query end to end."""

from __future__ import annotations

import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np
from PIL import Image

from harness.interfaces import Array

FILTERS: Final = {"nearest": Image.Resampling.NEAREST, "bilinear": Image.Resampling.BILINEAR, "bicubic": Image.Resampling.BICUBIC}


FORMATS: Final = ("PNG", "JPEG", "BMP", "GIF", "WEBP", "TIFF", "PPM")
"""What images are read as, whatever their names: Pillow knows others too, and hands PostScript to a program that runs it."""


def decoded(image: bytes | Path) -> Array:
    """Return the image in a file, or in a file's content, as (height, width, 3), uint8."""
    with Image.open(io.BytesIO(image) if isinstance(image, bytes) else image, formats=FORMATS) as opened:
        return np.asarray(opened.convert("RGB"))


def geometry(image: Array, how: Mapping[str, Any]) -> Array:
    """Return ``image``, (height, width, channels) uint8, with its channels, resized and cropped.

    ``how`` is a ``record.Preprocess`` as a mapping.
    """
    picture = Image.fromarray(image[..., 0] if image.shape[2] == 1 else image)
    if how["channels"] and how["channels"] != image.shape[2]:
        picture = picture.convert("L" if how["channels"] == 1 else "RGB")
    filter_, size, crop = FILTERS[how["interpolation"]], how["size"], how["crop"]
    if size and (picture.height, picture.width) != tuple(size):
        picture = picture.resize((size[1], size[0]), filter_)
    if how["resize"]:
        short = min(picture.size)
        picture = picture.resize((how["resize"] * picture.width // short, how["resize"] * picture.height // short), filter_)
    if crop:  # rounded as torchvision does, so that a timm model sees what it was trained on
        left, top = (round((picture.width - crop) / 2), round((picture.height - crop) / 2))
        picture = picture.crop((left, top, left + crop, top + crop))
    array = np.asarray(picture)
    return array[..., np.newaxis] if array.ndim == 2 else array
