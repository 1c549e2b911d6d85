"""What classes and columns are called, told without reading the samples: a suite that names them is checked often."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np

from harness.datasets.headers import headers
from harness.interfaces import Names

CLASSES_AT_MOST: Final = 100_000
TEST_FOLDERS: Final = ("test", "val", "validation")

MEASURED: Final = (
    "radius",
    "texture",
    "perimeter",
    "area",
    "smoothness",
    "compactness",
    "concavity",
    "concave points",
    "symmetry",
    "fractal dimension",
)
TUMOUR: Final = (
    *(f"mean {name}" for name in MEASURED),
    *(f"{name} error" for name in MEASURED),
    *(f"worst {name}" for name in MEASURED),
)
"""Of the nuclei in a picture: mean, standard error, and mean of the three largest (Street, Wolberg & Mangasarian, 1993)."""
WINE: Final = (
    "alcohol",
    "malic acid",
    "ash",
    "alcalinity of ash",
    "magnesium",
    "total phenols",
    "flavanoids",
    "nonflavanoid phenols",
    "proanthocyanins",
    "colour intensity",
    "hue",
    "OD280/OD315 of diluted wines",
    "proline",
)


def numbered(count: int) -> tuple[str, ...]:
    """Return numbers as names."""
    return tuple(map(str, range(count)))


def of_table(path: Path, columns: tuple[str, ...]) -> Names:
    """Return the names in a table of scikit-learn's: its first line ends with the classes."""
    with path.open() as file:
        return Names(tuple(file.readline().strip().split(",")[2:]), columns)


def of_archive(path: Path, options: Mapping[str, Any]) -> Names:
    """Return the names in a user's arrays: all are numbers. None where the file cannot be read, as opening it will tell why."""
    known = headers(path)
    rows = next((known[name].shape for name in ("x", "x_train") if name in known and not options.get("inputs")), ())
    columns = numbered(rows[1]) if len(rows) == 2 else ()
    labels = [name for name in ("y", "y_train", "y_test") if name in known and known[name].kind in "iu"]
    try:
        with path.open("rb") as raw, np.load(raw, allow_pickle=False) as file:
            most = max((int(file[name].max()) for name in labels), default=-1)
    except Exception:  # an archive has a dozen ways to be broken: zipfile, zlib and numpy each have their own
        return Names()
    return Names(numbered(most + 1) if most < CLASSES_AT_MOST else (), columns)


def of_folder(root: Path) -> Names:
    """Return the names in a user's images: those of the folders."""
    split = (root / "train").is_dir() and any((root / name).is_dir() for name in TEST_FOLDERS)
    return Names(class_folders(root / "train" if split else root))


def class_folders(root: Path) -> tuple[str, ...]:
    """Return the folders in ``root``, in the order that numbers their classes."""
    if not root.is_dir():
        return ()
    return tuple(sorted(path.name for path in root.iterdir() if path.is_dir() and not path.name.startswith(".")))
