"""A dataset made ready: geometry once per split, kept on disk; arithmetic when asked for."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import numpy as np

from harness.bench import Samples, Split
from harness.coalitions import background
from harness.errors import InputError
from harness.geometry import geometry
from harness.interfaces import Array, Batch
from harness.keys import digest
from harness.preprocess import arithmetic
from harness.queries import keep_originals
from harness.record import Preprocess

ORIGINALS: Final = 64
BACKGROUND: Final = 1024
"""Training samples, at most, that the background is the mean of: of photographs, more would take long and change little."""


class Store:
    """The arrays of one dataset under ``folder``, by split and geometry."""

    def __init__(self, samples: Samples, dataset_digest: str, folder: Path) -> None:
        self.samples = samples
        self.digest = dataset_digest
        self.folder = folder

    def inputs(self, preprocess: Preprocess, split: str, at_most: int | None = None) -> tuple[Batch, Array]:
        """Return the split's inputs, ready for the model, float32, and its labels.

        ``at_most`` samples are spread evenly over the split.
        """
        place = self.place(preprocess, split, at_most)
        raw = np.load(place / "samples.npy", mmap_mode="r")
        return arithmetic(raw, self.settled(preprocess).model_dump()), np.load(place / "labels.npy")

    def place(self, preprocess: Preprocess, split: str, at_most: int | None = None) -> Path:
        """Return the folder with ``samples.npy`` (after geometry) and ``labels.npy`` of a split, made if need be."""
        how = self.settled(preprocess)
        whole = self.samples.train if split == "train" else self.samples.test
        few = at_most is not None and at_most < len(whole)
        place = self.folder / digest([self.digest, split, _geometry(how), *([at_most] if few else [])])
        if not place.exists():
            chosen = _spread(whole, at_most) if few and at_most else whole
            judged = self.samples.pairs if split == "test" and not few else None
            write_whole(place, lambda part: _write(part, chosen, how, tuple(self.samples.shape or ()), judged))
        return place

    def originals(self) -> Path:
        """Return the folder with the first samples of the test split as they are, for queries end to end."""
        place = self.folder / digest([self.digest, "originals", ORIGINALS])
        if not place.exists():
            test = self.samples.test
            count = range(min(ORIGINALS, len(test)))
            raw = [test.encoded(i) for i in count] if test.encoded else [test.samples[i] for i in count]
            write_whole(place, lambda part: keep_originals(part, raw))
        return place

    def background(self, preprocess: Preprocess) -> Path:
        """Return the folder with the background of explanations, after geometry."""
        how, whole = self.settled(preprocess), self.samples
        place = self.folder / digest([self.digest, "background", _geometry(how)])
        if not place.exists():
            few = _spread(whole.train, min(BACKGROUND, len(whole.train)))
            images = len(whole.shape or (0, 0, 0)) == 3
            made = (geometry(np.asarray(one), how.model_dump()) if images else one for one in few.samples)
            about = {"columns": list(whole.columns), "classes": list(whole.classes), "shape": whole.shape and list(whole.shape)}
            found = background(made, about)
            write_whole(place, found.write)
        return place

    def settled(self, preprocess: Preprocess) -> Preprocess:
        """Return ``preprocess`` without geometry where the samples are rows or records."""
        if self.samples.shape is not None and len(self.samples.shape) < 3:
            return preprocess.model_copy(update={"resize": None, "crop": None, "size": None, "channels": None})
        return preprocess


def _geometry(how: Preprocess) -> dict[str, Any]:
    """Return how samples are resized and cropped: other geometry, other files."""
    return how.model_dump(mode="json", include={"resize", "crop", "size", "interpolation", "channels"})


def _spread(split: Split, count: int) -> Split:
    chosen = np.linspace(0, len(split) - 1, count).astype(int)
    few = split.samples[chosen] if isinstance(split.samples, np.ndarray) else [split.samples[i] for i in chosen]
    return Split(few, split.labels[chosen])


def write_whole(place: Path, write: Callable[[Path], None]) -> None:
    """Let ``write`` fill a folder that appears at ``place`` whole or not at all."""
    place.parent.mkdir(parents=True, exist_ok=True)
    part = Path(tempfile.mkdtemp(prefix=".part-", dir=place.parent))
    try:
        write(part)
        part.chmod(0o755)
        part.rename(place)
    except OSError:
        if not place.exists():  # another process was first: its folder holds the same
            raise
    finally:
        shutil.rmtree(part, ignore_errors=True)


def _write(folder: Path, split: Split, how: Preprocess, shape: tuple[int, ...], judged: Array | None) -> None:
    """Write samples, and as labels what their scores are ``judged`` by, where those are not labels of samples."""
    if isinstance(split.samples, np.ndarray) and split.samples.dtype.names:
        np.save(folder / "samples.npy", split.samples)
    elif len(shape) == 1:
        np.save(folder / "samples.npy", np.asarray(split.samples, dtype=np.float32))
    else:
        settings = how.model_dump()
        first = geometry(np.asarray(split.samples[0]), settings)
        array = np.lib.format.open_memmap(folder / "samples.npy", "w+", np.uint8, (len(split), *first.shape))
        for i in range(len(split)):
            image = geometry(np.asarray(split.samples[i]), settings)
            if image.shape != first.shape:
                raise InputError(
                    f"images differ in size ({first.shape} and {image.shape}) and the model asks for no size of its own",
                    "give preprocess: {size: [height, width]}",
                )
            array[i] = image
        array.flush()
    np.save(folder / "labels.npy", split.labels if judged is None else judged)
