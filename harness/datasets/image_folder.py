"""A user's folder of images, one folder a class, read when asked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, overload

import numpy as np

from harness.bench import Samples, Split
from harness.datasets.declared import IMAGE_SUFFIXES
from harness.datasets.names import TEST_FOLDERS, class_folders
from harness.datasets.split import split_by_rank
from harness.errors import InputError
from harness.geometry import decoded
from harness.interfaces import Array


class Images(Sequence[Array]):
    """Image files as arrays (height, width, 3), uint8, decoded on access."""

    def __init__(self, paths: Sequence[Path]) -> None:
        self.paths = paths

    def __len__(self) -> int:
        return len(self.paths)

    @overload
    def __getitem__(self, index: int) -> Array: ...
    @overload
    def __getitem__(self, index: slice) -> Images: ...
    def __getitem__(self, index: int | slice) -> Array | Images:
        if isinstance(index, slice):
            return Images(self.paths[index])
        path = self.paths[index]
        try:
            return decoded(path)
        except Exception as error:  # Pillow's decoders raise a dozen kinds, from SyntaxError to DecompressionBombError
            reason = " ".join(str(error).split()) or type(error).__name__
            raise InputError(f"cannot read the image {path}: {reason}", "mend or remove the file") from None


def load(options: Mapping[str, Any], folder: Path) -> Samples:
    """Return the images of the folder; classes are the folders' names in sorted order."""
    root = folder / str(options["folder"])
    test_root = next((root / name for name in TEST_FOLDERS if (root / name).is_dir()), None)
    if (root / "train").is_dir() and test_root:
        classes = _classes(root / "train")
        extra = sorted(set(_classes(test_root)) - set(classes))
        if extra:
            raise InputError(f"{test_root} has classes that {root / 'train'} lacks: {', '.join(extra[:5])}")
        train, test = _listed(root / "train", classes), _listed(test_root, classes)
    else:
        classes = _classes(root)
        paths, labels = _listed(root, classes)
        splits = split_by_rank(paths, labels, float(options.get("test_share", 0.3)))
        train, test = ((split.samples, split.labels) for split in splits)
    if not len(train[0]) or not len(test[0]):
        raise InputError(f"{root} leaves an empty split", "give every class at least 4 images")
    native = options.get("transform") == "native"
    splits = _split(*train), _split(*test)
    shape = tuple(splits[0].samples[0].shape) if native else None
    return Samples(classes, *splits, shape=shape, model_transform=not native)


def _split(paths: Sequence[Path], labels: Array) -> Split:
    return Split(Images(paths), labels, encoded=lambda i: paths[i].read_bytes())


def _classes(root: Path) -> tuple[str, ...]:
    classes = class_folders(root)
    if len(classes) < 2:
        raise InputError(f"{root} has {len(classes)} class folders", "expected one folder of images per class, two at least")
    return classes


def _listed(root: Path, classes: Sequence[str]) -> tuple[list[Path], Array]:
    paths: list[Path] = []
    labels: list[int] = []
    for number, name in enumerate(classes):
        images = sorted(path for path in (root / name).rglob("*") if path.suffix.lower() in IMAGE_SUFFIXES)
        paths += images
        labels += [number] * len(images)
    return paths, np.array(labels, dtype=np.int64)
