"""What every declaration keeps, and datasets, model sources and passes: test classes to inherit."""
# ruff: noqa: D102 (a test's name is its docstring)

from __future__ import annotations

import inspect
import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from harness.errors import InputError
from harness.metrics import TASKS
from harness.registry import open_door

if TYPE_CHECKING:
    from harness.bench import Samples
    from harness.interfaces import Dataset, ModelSource, Part, Pass

TRAITS: Final = frozenset({"torch", "layers", "trees", "samples", "tables", "ml_operators", "untrained"})
HEAVY: Final = ("torch", "timm", "onnx", "onnxruntime", "openvino", "sklearn", "optuna", "plotly", "PIL")
"""Packages that a declaration must not import: they wait behind doors."""


class PartContract:
    """What every declaration keeps. A subclass gives the fixture ``part``."""

    def test_its_name_is_one_plain_word(self, part: Part) -> None:
        assert part.name.isidentifier()
        assert part.name == part.name.lower()

    def test_its_summary_is_one_line(self, part: Part) -> None:
        assert part.summary.strip() == part.summary
        assert part.summary
        assert "\n" not in part.summary
        assert len(part.summary) <= 120

    def test_its_version_counts_from_one(self, part: Part) -> None:
        assert part.version >= 1

    def test_its_subject_is_one_of_its_options(self, part: Part) -> None:
        assert part.subject is None or part.subject in part.options.model_fields

    def test_its_options_refuse_what_they_do_not_know(self, part: Part) -> None:
        assert part.options.model_config.get("extra") == "forbid"
        assert part.options.model_config.get("frozen") is True

    def test_its_options_give_a_schema_that_is_plain_json(self, part: Part) -> None:
        schema = part.options.model_json_schema()
        assert json.loads(json.dumps(schema, allow_nan=False)) == schema
        assert schema["type"] == "object"

    def test_its_packages_are_named_as_they_are_installed(self, part: Part) -> None:
        from importlib import metadata

        assert all(metadata.version(package) for package in part.packages)

    def test_its_door_names_a_function_in_a_module(self, part: Part) -> None:
        module, colon, function = part.door.partition(":")
        assert colon
        assert all(word.isidentifier() for word in (*module.split("."), function))

    def test_declaring_it_imports_nothing_heavy(self, part: Part) -> None:
        code = f"import sys, {type(part).__module__}; print([name for name in {HEAVY!r} if name in sys.modules])"
        seen = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
        assert seen.stdout.strip() == "[]"


def takes(door: str, count: int) -> bool:
    """Whether the function behind a door can be called with ``count`` arguments. Imports what the door imports."""
    try:
        inspect.signature(open_door(door)).bind(*range(count))
    except TypeError:
        return False
    return True


class DatasetContract(PartContract):
    """What a dataset keeps. Further fixtures: ``options`` and ``folder``, with which it opens."""

    def opened(self, part: Dataset, options: Mapping[str, Any], folder: Path) -> Samples:
        """Return the dataset's samples."""
        samples: Samples = open_door(part.door)(options, folder)
        return samples

    def test_its_digest_is_the_same_every_time(self, part: Dataset, options: Mapping[str, Any], folder: Path) -> None:
        first = part.digest(options, folder)
        assert first
        assert part.digest(dict(options), folder) == first

    def test_a_subject_that_is_not_there_is_one_clear_line(self, part: Dataset, options: Mapping[str, Any], folder: Path) -> None:
        if part.subject is None:
            return
        try:
            part.digest({**options, part.subject: "not-there"}, folder)
        except InputError as error:
            assert "not-there" in error.message
            assert "\n" not in error.message
        else:
            raise AssertionError("a digest of nothing")

    def test_its_labels_are_numbers_of_its_classes(self, part: Dataset, options: Mapping[str, Any], folder: Path) -> None:
        samples = self.opened(part, options, folder)
        for split in (samples.train, samples.test):
            assert len(split.samples) == len(split.labels) > 0
            if samples.task == "regression":
                assert split.labels.dtype == np.float32
                assert split.labels.shape[1:] == (samples.width,)
                assert np.isfinite(split.labels).all()
            else:
                assert split.labels.dtype == np.int64
                assert split.labels.min() >= 0
                assert split.labels.max() < (len(samples.classes) or 1)

    def test_it_says_what_its_labels_are_for(self, part: Dataset, options: Mapping[str, Any], folder: Path) -> None:
        assert part.task(options, folder) == self.opened(part, options, folder).task
        assert part.task(options, folder) in TASKS

    def test_embeddings_are_judged_by_pairs_of_test_samples(
        self, part: Dataset, options: Mapping[str, Any], folder: Path
    ) -> None:
        samples = self.opened(part, options, folder)
        assert (samples.pairs is not None) == (samples.task == "embedding")
        if samples.pairs is not None:
            assert samples.pairs.shape[1:] == (3,)
            assert set(samples.pairs[:, :2].ravel()) <= set(range(len(samples.test)))

    def test_every_class_is_trained_and_tested(self, part: Dataset, options: Mapping[str, Any], folder: Path) -> None:
        samples = self.opened(part, options, folder)
        if samples.task != "classification":
            return
        everything = set(range(len(samples.classes)))
        assert set(samples.train.labels) == everything
        assert set(samples.test.labels) == everything

    def test_it_says_what_its_samples_say_of_labels(self, part: Dataset, options: Mapping[str, Any], folder: Path) -> None:
        assert part.labelled is self.opened(part, options, folder).labelled

    def test_its_samples_are_images_rows_or_records(self, part: Dataset, options: Mapping[str, Any], folder: Path) -> None:
        samples = self.opened(part, options, folder)
        for split in (samples.train, samples.test):
            first = np.asarray(split.samples[0])
            assert samples.shape in (None, first.shape)
            if samples.inputs:
                assert split.samples.dtype.names == samples.inputs
            else:
                assert (str(first.dtype), first.ndim) in (("uint8", 3), ("float32", 1))

    def test_opening_it_again_gives_the_same(self, part: Dataset, options: Mapping[str, Any], folder: Path) -> None:
        once, again = self.opened(part, options, folder), self.opened(part, options, folder)
        assert once.classes == again.classes
        for one, other in ((once.train, again.train), (once.test, again.test)):
            assert np.array_equal(one.labels, other.labels)
            assert np.array_equal(one.samples[-1], other.samples[-1])

    def test_the_bytes_of_a_sample_are_that_sample(self, part: Dataset, options: Mapping[str, Any], folder: Path) -> None:
        from harness.geometry import decoded  # late: brings Pillow

        samples = self.opened(part, options, folder)
        for split in (samples.train, samples.test):
            if split.encoded:
                for i in (0, len(split) - 1):
                    assert np.array_equal(decoded(split.encoded(i)), split.samples[i])

    def test_its_door_takes_options_and_a_folder(self, part: Dataset) -> None:
        assert takes(part.door, 2)


class ModelSourceContract(PartContract):
    """What a model source keeps. Further fixtures: ``options`` and ``folder``, with which a model is found."""

    def test_it_states_known_traits(self, part: ModelSource, options: Mapping[str, Any]) -> None:
        assert part.traits(options)
        assert part.traits(options) <= TRAITS

    def test_its_files_are_there(self, part: ModelSource, options: Mapping[str, Any], folder: Path) -> None:
        files = part.files(options, folder)
        assert all(path.is_file() for path in files)
        assert part.files(options, folder) == files


class PassContract(PartContract):
    """What a pass keeps."""

    def test_it_works_on_a_known_form(self, part: Pass) -> None:
        assert part.form in ("torch", "onnx")

    def test_it_needs_known_traits(self, part: Pass) -> None:
        assert part.needs <= TRAITS

    def test_it_says_whether_it_goes_last(self, part: Pass) -> None:
        assert part.last in (True, False)

    def test_a_pass_on_modules_needs_a_module(self, part: Pass) -> None:
        assert part.form == "onnx" or "torch" in part.needs
