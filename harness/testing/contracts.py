"""What every part keeps, as test classes to inherit: one per kind."""
# ruff: noqa: D102 (a test's name is its docstring)

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from harness.errors import InputError
from harness.interfaces import Session, Sizing, Timeline
from harness.registry import open_door
from harness.testing.fakes import FakeClock
from harness.testing.reference import REFERENCE_CLASSES, reference_batch, reference_scores

if TYPE_CHECKING:
    from harness.interfaces import Dataset, ModelSource, Part, Pass, Runtime, Samples, Scenario

TRAITS: Final = frozenset({"torch", "layers", "trees"})
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
    import inspect

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
            assert split.labels.dtype == np.int64
            assert split.labels.min() >= 0
            assert split.labels.max() < len(samples.classes)

    def test_every_class_is_trained_and_tested(self, part: Dataset, options: Mapping[str, Any], folder: Path) -> None:
        samples = self.opened(part, options, folder)
        everything = set(range(len(samples.classes)))
        assert set(samples.train.labels) == everything
        assert set(samples.test.labels) == everything

    def test_its_samples_are_images_or_rows(self, part: Dataset, options: Mapping[str, Any], folder: Path) -> None:
        samples = self.opened(part, options, folder)
        for split in (samples.train, samples.test):
            first = np.asarray(split.samples[0])
            assert samples.shape in (None, first.shape)
            assert (str(first.dtype), first.ndim) in (("uint8", 3), ("float32", 1))

    def test_opening_it_again_gives_the_same(self, part: Dataset, options: Mapping[str, Any], folder: Path) -> None:
        once, again = self.opened(part, options, folder), self.opened(part, options, folder)
        assert once.classes == again.classes
        for one, other in ((once.train, again.train), (once.test, again.test)):
            assert np.array_equal(one.labels, other.labels)
            assert np.array_equal(one.samples[-1], other.samples[-1])

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

    def test_a_pass_on_modules_needs_a_module(self, part: Pass) -> None:
        assert part.form == "onnx" or "torch" in part.needs


class RuntimeContract(PartContract):
    """What a runtime keeps. A further fixture, ``artifact``: a folder that ``write_reference`` filled."""

    tolerance = 1e-4

    def session(self, part: Runtime, artifact: Path, **options: Any) -> Session:
        """Return a session on the reference network."""
        opened: Session = open_door(part.door)(artifact, options, "cpu")
        return opened

    def test_it_runs_a_known_format(self, part: Runtime) -> None:
        assert part.format in ("onnx", "torch")

    def test_it_says_why_it_lacks_what_it_lacks(self, part: Runtime) -> None:
        assert set(part.lacks) <= TRAITS
        assert all(reason and "\n" not in reason for reason in part.lacks.values())

    def test_options_that_change_its_numbers_are_options(self, part: Runtime) -> None:
        assert part.numeric <= set(part.options.model_fields)
        assert "threads" not in part.numeric

    def test_it_answers_as_the_reference_does(self, part: Runtime, artifact: Path) -> None:
        session = self.session(part, artifact)
        for count in (1, 3, 8):
            batch = reference_batch(count)
            scores = session.run(batch)
            assert scores.shape == (count, REFERENCE_CLASSES)
            np.testing.assert_allclose(scores, reference_scores(batch), atol=self.tolerance)

    def test_it_leaves_its_input_alone(self, part: Runtime, artifact: Path) -> None:
        batch = reference_batch(2)
        before = batch.copy()
        self.session(part, artifact).run(batch)
        assert np.array_equal(batch, before)

    def test_the_wish_for_threads_is_in_effect(self, part: Runtime, artifact: Path) -> None:
        for threads in (1, 2):
            assert self.session(part, artifact, threads=threads).settings["threads"] == threads

    def test_every_option_shows_in_the_settings(self, part: Runtime, artifact: Path) -> None:
        assert set(part.options.model_fields) <= set(self.session(part, artifact).settings)

    def test_settings_are_plain_json(self, part: Runtime, artifact: Path) -> None:
        settings = dict(self.session(part, artifact).settings)
        assert json.loads(json.dumps(settings)) == settings


class ScenarioContract(PartContract):
    """What a scenario keeps, seen with a fake clock."""

    sizing = Sizing(min_queries=64, min_time=0.3, max_queries=662, max_time=1.0, hard_time=20.0)

    def driven(self, part: Scenario, latency: Callable[[int], float], sizing: Sizing | None = None) -> tuple[Timeline, list[int]]:
        """Return what the scenario saw of queries that take ``latency(number)``, and the numbers it asked for."""
        clock, asked = FakeClock(), list[int]()

        def query(number: int) -> None:
            asked.append(number)
            clock.sleep(latency(len(asked) - 1))

        timeline: Timeline = open_door(part.door)(query, clock, sizing or self.sizing)
        return timeline, asked

    def test_a_query_of_ten_milliseconds_reads_ten_milliseconds(self, part: Scenario) -> None:
        timeline, _ = self.driven(part, lambda _: 0.01)
        np.testing.assert_allclose(timeline.queries, 0.01, rtol=1e-9)
        np.testing.assert_allclose(timeline.elapsed, 0.01 * len(timeline.queries), rtol=1e-9)

    def test_every_query_is_told_once_and_in_order(self, part: Scenario) -> None:
        timeline, asked = self.driven(part, lambda number: 0.01 + number * 1e-6)
        assert asked == list(range(len(timeline.warm_up) + len(timeline.queries)))
        told = [*timeline.warm_up, *timeline.queries]
        np.testing.assert_allclose(told, [0.01 + number * 1e-6 for number in asked], rtol=1e-6)

    def test_slow_first_queries_stay_in_the_warm_up(self, part: Scenario) -> None:
        timeline, _ = self.driven(part, lambda number: 0.05 if number < 3 else 0.01)
        assert max(timeline.warm_up) > 0.04
        assert max(timeline.queries) < 0.011

    def test_both_minima_are_met(self, part: Scenario) -> None:
        for latency in (1e-4, 1e-2, 0.1):
            timeline, _ = self.driven(part, lambda _, each=latency: each)  # type: ignore[misc]
            assert len(timeline.queries) >= self.sizing.min_queries
            assert timeline.elapsed >= self.sizing.min_time

    def test_the_hard_limit_ends_it(self, part: Scenario) -> None:
        timeline, _ = self.driven(part, lambda _: 7.0)
        assert timeline.stop == "hard_time"
        assert len(timeline.queries) == 3

    def test_its_door_takes_a_query_a_clock_and_a_sizing(self, part: Scenario) -> None:
        assert takes(part.door, 3)
