"""What every part keeps, as test classes to inherit: one per kind."""
# ruff: noqa: D102 (a test's name is its docstring)

from __future__ import annotations

import inspect
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from harness.errors import InputError
from harness.interfaces import Session, Sizing, Timeline
from harness.measure import threads
from harness.registry import open_door
from harness.testing.fakes import FakeClock
from harness.testing.reference import REFERENCE_CLASSES, reference_batch, reference_scores, write_reference

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
        for wish in (1, 2):
            assert self.session(part, artifact, threads=wish).settings["threads"] == wish

    def test_as_many_threads_work_as_are_wished_for(self, part: Runtime, tmp_path: Path) -> None:
        """Seen by the processor time that each thread uses, so that a busy machine does not change it."""
        if len(os.sched_getaffinity(0)) < 2 or not threads.cpu_times():
            from unittest import SkipTest

            raise SkipTest("needs two cores, and a kernel that tells the time of each thread")
        write_reference(tmp_path, part.format, WIDE)
        assert {wish: threads_at_work(self.session(part, tmp_path, threads=wish)) for wish in (1, 2)} == {1: 1, 2: 2}

    def test_memory_on_a_gpu_is_told_in_bytes_or_not_at_all(self, part: Runtime, artifact: Path) -> None:
        session = self.session(part, artifact)
        session.run(reference_batch(1))
        told = session.device_memory()
        assert told is None or (isinstance(told, int) and told > 0)

    def test_a_batch_is_answered_the_same_whatever_came_before(self, part: Runtime, artifact: Path) -> None:
        session = self.session(part, artifact)
        batch = reference_batch(3)
        first = np.array(session.run(batch))
        for count in (8, 1, 5):
            session.run(reference_batch(count) + 1)
        np.testing.assert_array_equal(session.run(batch), first)

    def test_every_option_shows_in_the_settings(self, part: Runtime, artifact: Path) -> None:
        assert set(part.options.model_fields) <= set(self.session(part, artifact).settings)

    def test_settings_are_plain_json(self, part: Runtime, artifact: Path) -> None:
        settings = dict(self.session(part, artifact).settings)
        assert json.loads(json.dumps(settings)) == settings


WIDE: Final = 1024
LARGE: Final = 4096
"""Samples in a batch of the wide reference network: some 30 ms for one core, so that a second thread comes in time to share
them, even on a busy machine."""
CPU_SECONDS: Final = 0.3
"""Processor time, of all threads together, after which it is clear which of them work."""


def threads_at_work(session: Session) -> int:
    """Return how many threads of this process work while ``session`` answers large batches of the wide reference network."""
    batch = reference_batch(LARGE)
    session.run(batch)
    before, began = threads.cpu_times(), time.process_time()
    for _ in range(1000):
        session.run(batch)
        if time.process_time() - began > CPU_SECONDS:
            break
    return threads.working(before, threads.cpu_times())


class ScenarioContract(PartContract):
    """What a scenario keeps that drives queries itself, seen with a fake clock.

    ``calls`` is how many calls of the query function one of its queries makes, with ``options`` and ``sizing``.
    """

    options: Mapping[str, Any] = MappingProxyType({})
    calls = 1
    sizing = Sizing(min_queries=64, min_time=0.3, max_queries=6636, max_time=1.0, hard_time=20.0, precision=0.02)

    def driven(
        self, part: Scenario, latency: Callable[[int], float], ready: Callable[[FakeClock, int], None] = lambda *_: None
    ) -> tuple[Timeline, list[int]]:
        """Return what the scenario saw of calls that take ``latency(number)``, and the numbers it asked for.

        ``ready`` gets the clock and how many calls there were before it.
        """
        clock, asked = FakeClock(), list[int]()

        def query(number: int) -> None:
            asked.append(number)
            clock.sleep(latency(len(asked) - 1))

        drive = open_door(part.door)
        timeline: Timeline = drive(query, clock, self.sizing, self.options, lambda: ready(clock, len(asked)))
        return timeline, asked

    def test_it_is_not_probed(self, part: Scenario) -> None:
        assert part.probed is False
        assert not part.ceiling_door

    def test_a_call_of_ten_milliseconds_reads_ten_milliseconds(self, part: Scenario) -> None:
        timeline, _ = self.driven(part, lambda _: 0.01)
        np.testing.assert_allclose(timeline.queries, 0.01 * self.calls, rtol=1e-9)
        np.testing.assert_allclose(timeline.elapsed, 0.01 * self.calls * len(timeline.queries), rtol=1e-9)

    def test_every_call_is_told_once_and_in_order(self, part: Scenario) -> None:
        timeline, asked = self.driven(part, lambda number: 0.01 + number * 1e-6)
        assert asked == list(range(self.calls * (len(timeline.warm_up) + len(timeline.queries))))
        calls = np.reshape([0.01 + number * 1e-6 for number in asked], (-1, self.calls))
        np.testing.assert_allclose([*timeline.warm_up, *timeline.queries], calls.sum(axis=1), rtol=1e-6)

    def test_slow_first_queries_stay_in_the_warm_up(self, part: Scenario) -> None:
        timeline, _ = self.driven(part, lambda number: (0.05 if number < 3 * self.calls else 0.01) / self.calls)
        assert max(timeline.warm_up) > 0.04
        assert max(timeline.queries) < 0.011

    def test_meters_start_once_between_warm_up_and_timing(self, part: Scenario) -> None:
        started: list[int] = []
        timeline, _ = self.driven(part, lambda _: 0.01, lambda _, calls: started.append(calls))
        assert started == [self.calls * len(timeline.warm_up)]

    def test_what_starting_meters_takes_is_not_timed(self, part: Scenario) -> None:
        timeline, _ = self.driven(part, lambda _: 0.01, lambda clock, _: clock.sleep(5))
        np.testing.assert_allclose(timeline.queries, 0.01 * self.calls, rtol=1e-9)
        np.testing.assert_allclose(timeline.elapsed, 0.01 * self.calls * len(timeline.queries), rtol=1e-9)

    def test_both_minima_are_met(self, part: Scenario) -> None:
        for latency in (1e-4, 1e-2, 0.1):
            timeline, _ = self.driven(part, lambda _, each=latency: each / self.calls)  # type: ignore[misc]
            assert len(timeline.queries) >= self.sizing.min_queries
            assert timeline.elapsed >= self.sizing.min_time * (1 - 1e-9)

    def test_steady_queries_end_it_sooner_than_noisy_ones(self, part: Scenario) -> None:
        noise = np.random.default_rng(0).lognormal(0, 1, 100_000)
        steady, _ = self.driven(part, lambda _: 1e-3 / self.calls)
        noisy, _ = self.driven(part, lambda number: 1e-3 / self.calls * noise[number])
        assert steady.stop == "precision"
        assert self.sizing.min_time <= steady.elapsed <= 1.3 * self.sizing.min_time
        assert len(noisy.queries) > 1.4 * len(steady.queries)

    def test_it_says_why_it_stopped(self, part: Scenario) -> None:
        noise = np.random.default_rng(0).lognormal(0, 2, 100_000) / self.calls
        short, _ = self.driven(part, lambda number: 1e-5 * noise[number])
        long, _ = self.driven(part, lambda number: 1e-2 * noise[number])
        assert (short.stop, long.stop) == ("max_queries", "max_time")
        assert len(short.queries) == self.sizing.max_queries
        assert long.elapsed >= self.sizing.max_time

    def test_the_hard_limit_ends_it(self, part: Scenario) -> None:
        timeline, _ = self.driven(part, lambda _: 7.0 / self.calls)
        assert timeline.stop == "hard_time"
        assert len(timeline.queries) == 3

    def test_its_door_takes_a_query_a_clock_a_sizing_options_and_a_start(self, part: Scenario) -> None:
        assert takes(part.door, 5)


class ProbedScenarioContract(PartContract):
    """What a scenario keeps that is asked at one arrival rate after the other, seen at a rate that is no strain."""

    rate = 2000.0
    queries = 200

    def probed(self, part: Scenario, answer: Callable[[Sequence[int]], None], seed: int = 1, batch: int = 4) -> Any:
        """Return what happened to the queries of one probe."""
        probe = open_door(part.door)
        return probe(answer, rate=self.rate, seconds=0.0, queries=self.queries, seed=seed, batch=batch, samples=16)

    def test_it_is_probed_and_has_a_ceiling(self, part: Scenario) -> None:
        assert part.probed is True
        inspect.signature(open_door(part.ceiling_door)).bind(seconds=0.1, seed=1)

    def test_every_query_is_answered_once(self, part: Scenario) -> None:
        asked: list[int] = []
        told = self.probed(part, asked.extend)
        assert told.errors == 0
        assert sum(told.batches) == len(asked) == len(told.scheduled) == len(told.latencies) == len(told.lateness)
        assert len(asked) >= self.queries
        assert set(asked) <= set(range(16))

    def test_a_call_carries_no_more_samples_than_a_batch(self, part: Scenario) -> None:
        sizes: list[int] = []
        told = self.probed(part, lambda indices: sizes.append(len(indices)), batch=2)
        assert list(told.batches) == sizes
        assert set(sizes) <= {1, 2}

    def test_an_error_is_counted_and_its_queries_have_no_latency(self, part: Scenario) -> None:
        def fail(indices: Sequence[int]) -> None:
            raise RuntimeError("planted")

        told = self.probed(part, fail)
        assert told.errors == len(told.batches) > 0
        assert "planted" in told.error
        assert np.isinf(told.latencies).all()

    def test_the_seed_decides_when_queries_arrive(self, part: Scenario) -> None:
        one, same, other = (self.probed(part, lambda _: None, seed=seed).scheduled for seed in (1, 1, 2))
        np.testing.assert_allclose(one, same, atol=1e-6)
        assert not np.allclose(one, other, atol=1e-6)
