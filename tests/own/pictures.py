"""Digits in patches of colour: photographs of different sizes, in class folders, made from scikit-learn's digits."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image
from sklearn.datasets import load_digits

CLASSES = ("one", "seven", "zero")
DIGITS = {"one": 1, "seven": 7, "zero": 0}
COLOURS = {"one": (220, 40, 40), "seven": (40, 200, 60), "zero": (50, 70, 230)}


def write(root: Path, per_class: int, first: int = 0) -> Path:
    """Fill ``root`` with ``per_class`` images of each class, PNG and JPEG by turns, none of the size of the one before."""
    digits = load_digits()
    rng = np.random.default_rng(first)
    for name in CLASSES:
        (root / name).mkdir(parents=True, exist_ok=True)
        shapes = digits.images[digits.target == DIGITS[name]][first : first + per_class] / 16
        for number, shape in enumerate(shapes):
            patch = np.array(COLOURS[name]) * shape[..., None] + rng.uniform(0, 60, (8, 8, 3))
            image = Image.fromarray(patch.clip(0, 255).astype(np.uint8))
            sides = (30 + 7 * (number % 5), 28 + 5 * (number % 7))
            suffix = "jpg" if number % 2 else "png"
            image.resize(sides, Image.Resampling.BILINEAR).save(root / name / f"{number:03}.{suffix}")
    return root
