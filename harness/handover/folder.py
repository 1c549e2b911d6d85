"""Writing the folder: every file is made first, so that it appears whole or not at all."""

from __future__ import annotations

import io
import json
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from harness.errors import InputError
from harness.handover import loading, telling
from harness.handover.choosing import Chosen
from harness.handover.example import example
from harness.interfaces import Array
from harness.pipeline import Setting, only_one


def write(setting: Setting, chosen: Chosen, suite: Path, place: Path, force: bool = False) -> list[str]:
    """Write what is to be deployed into ``place`` and return the names of the files; ``suite`` is the suite's file.

    Raises InputError where there is something else already, unless ``force`` says to write over it, and JobError where the
    artifact does not answer any more.
    """
    _check(place, force)
    with only_one(setting.root):  # answering the examples would disturb what is measured
        files = _files(setting, chosen, suite, place)
    place.parent.mkdir(parents=True, exist_ok=True)
    part = Path(tempfile.mkdtemp(prefix=".part-", dir=place.parent))
    try:
        for name, content in files.items():
            (part / name).write_bytes(content)
        shutil.copyfile(chosen.model, part / chosen.model.name)
        part.chmod(0o755)
        place.mkdir(exist_ok=True)
        for path in part.iterdir():
            path.replace(place / path.name)
    finally:
        shutil.rmtree(part, ignore_errors=True)
    return sorted([*files, chosen.model.name])


def _check(place: Path, force: bool) -> None:
    if place.exists() and not place.is_dir():
        raise InputError(f"{place} is no folder", "name a folder that is empty or not there")
    if not force and place.exists() and any(place.iterdir()):
        raise InputError(f"{place} is not empty", "name another folder; --force writes over what has the same names")


def _files(setting: Setting, chosen: Chosen, suite: Path, place: Path) -> dict[str, bytes]:
    """Return every file but the artifact's, by name."""
    shown = example(setting, chosen)
    needed = loading.requirements(setting, chosen, shown.kind)
    texts = {
        "README.md": telling.readme(setting, chosen, shown, needed, suite, place),
        "facts.json": _json(telling.facts(setting, chosen, shown, needed)),
        "load.py": loading.loader(setting, chosen, shown),
        "preprocess.json": _json(telling.preprocess(setting, chosen, shown)),
        "requirements.txt": loading.requirements_text(needed),
        "suite.yaml": suite.read_text(encoding="utf-8"),
    }
    arrays = {"example.npy": _npy(shown.samples), "example_scores.npy": _npy(shown.scores)}
    return {name: text.encode() for name, text in texts.items()} | arrays | dict([shown.original] if shown.original else [])


def _json(value: Mapping[str, Any]) -> str:
    return json.dumps(value, indent=1, allow_nan=False, ensure_ascii=False) + "\n"


def _npy(array: Array) -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, array)
    return buffer.getvalue()
