"""What a runtime keeps: a test class to inherit."""
# ruff: noqa: D102 (a test's name is its docstring)

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from harness.interfaces import Session
from harness.measure import threads
from harness.operators import Profile, role
from harness.registry import open_door
from harness.testing.part_contracts import TRAITS, PartContract
from harness.testing.reference import (
    REFERENCE_CLASSES,
    reference_batch,
    reference_scores,
    several_batch,
    several_scores,
    write_reference,
    write_several,
)

if TYPE_CHECKING:
    from harness.interfaces import Runtime


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

    def test_what_compiles_for_a_shape_says_where_it_keeps_that(self, part: Runtime) -> None:
        assert part.per_shape >= bool(part.code_variable)
        assert part.code_variable == part.code_variable.upper()

    def test_it_answers_with_its_threads_asleep_in_between(self, part: Runtime, artifact: Path) -> None:
        assert not set(part.idle_options) & set(part.options.model_fields)
        scores = self.session(part, artifact, **part.idle_options).run(reference_batch(3))
        np.testing.assert_allclose(scores, reference_scores(reference_batch(3)), atol=self.tolerance)

    def test_it_answers_as_the_reference_does(self, part: Runtime, artifact: Path) -> None:
        session = self.session(part, artifact)
        for count in (1, 3, 8):
            batch = reference_batch(count)
            scores = session.run(batch)
            assert scores.shape == (count, REFERENCE_CLASSES)
            np.testing.assert_allclose(scores, reference_scores(batch), atol=self.tolerance)

    def test_it_takes_several_inputs_of_any_type(self, part: Runtime, tmp_path: Path) -> None:
        write_several(tmp_path, part.format)
        session = self.session(part, tmp_path)
        for count in (1, 4):
            batch = several_batch(count)
            np.testing.assert_allclose(session.run(batch), several_scores(batch), atol=self.tolerance)

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

    def test_its_profiler_tells_the_operators(self, part: Runtime, artifact: Path) -> None:
        if not part.profile_door:
            return
        told: Profile = open_door(part.profile_door)(artifact, {}, "cpu", [reference_batch(3), reference_batch(3) + 1])
        assert (told.runtime, told.batch_size) == (part.name, 3)
        assert told.queries >= 3
        assert {role(one.kind) for one in told.operators} >= {"layer"}
        assert all(one.name and one.kind and one.seconds >= 0 and one.calls > 0 for one in told.operators)
        assert told.covered > 0

    def test_its_profiler_finds_what_takes_long(self, part: Runtime, tmp_path: Path) -> None:
        """Half a million weights for each of many samples: products of matrices are all there is to do."""
        if part.profile_door:
            write_reference(tmp_path, part.format, WIDE)
            told: Profile = open_door(part.profile_door)(tmp_path, {"threads": 1}, "cpu", [reference_batch(LARGE)])
            assert told.share(told.layers) > 0.5
            assert 0.5 * told.seconds < told.covered < 1.1 * told.seconds

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
