"""A suite as a file of benchmarks: each candidate is a test, which the harness measures in a fresh process of its own."""

from __future__ import annotations

import io
import math
import re
from collections.abc import Iterable
from contextlib import ExitStack
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import numpy as np
import pytest

from harness import pipeline, suitefile
from harness.errors import HarnessError, SuiteError
from harness.measuring import Measuring
from harness.pytest_gate import storage
from harness.record import Fact
from harness.registry import Registry
from harness.spec import Candidate
from harness.store import Run, Store
from harness.workshop import Workshop

FOLDER: Final = "suites"
KEYS: Final = ("workload", "models", "runtimes", "profiles")
"""What every suite has."""
TIMED: Final = ("single_stream", "multi_stream", "offline")
"""Scenarios whose queries are a benchmark's samples; the first that the suite has."""
RESULTS: Final = "results"


def is_suite(path: Path, named: bool) -> bool:
    """Say whether a YAML file is a suite: it has a suite's keys, and is ``named``, or lies in a folder of suites."""
    if not (named or FOLDER in path.parent.parts):
        return False
    text = path.read_text(encoding="utf-8", errors="replace")
    return all(re.search(rf"^{key}\s*:", text, re.MULTILINE) for key in KEYS)


class SuiteFile(pytest.File):
    """A suite, and what measures its candidates while its tests run."""

    @cached_property
    def setting(self) -> pipeline.Setting:
        """The suite with its space, on this machine; nothing of it is stored but what is prepared."""
        registry = Registry.load()
        root = Path(self.config.invocation_params.dir, RESULTS)
        return pipeline.settle(suitefile.load(self.path, registry), registry, Store("sqlite://"), root)

    def collect(self) -> Iterable[pytest.Item]:
        """Give a test for each candidate."""
        try:
            candidates = self.setting.space.candidates
        except HarnessError as error:
            mistakes = error.mistakes if isinstance(error, SuiteError) else ()
            raise self.CollectError("\n".join([error.message, *map(str, mistakes)])) from None
        for candidate in candidates:
            yield SuiteItem.from_parent(self, name=candidate.label, candidate=candidate)

    def setup(self) -> None:
        """Hold the results folder: two runs at once would disturb each other."""
        limits, root = self.setting.suite.limits, self.setting.root
        self._open = ExitStack()
        self._open.enter_context(pipeline.only_one(root))
        self.workshop = self._open.enter_context(Workshop(root, limits.prepare_time, limits.memory))

    def teardown(self) -> None:
        """Let go of it."""
        self._open.close()

    def measure(self, candidate: Candidate) -> Run:
        """Return what a fresh process measured of a candidate, which is prepared unless it is there; raises JobError."""
        ledger, setting = self.setting.ledger, self.setting
        artifact = self.workshop.make(ledger.plan(candidate), lambda _: None, math.inf)
        tasks = [name for name in ledger.tasks(candidate, artifact) if not ledger.is_probed(name)]
        measuring = Measuring(ledger, setting.environment, setting.root, lambda: math.inf)
        return measuring.run(candidate, artifact, tasks, 0, lambda _: None)


class SuiteItem(pytest.Item):
    """A candidate. pytest-benchmark knows by ``fixturenames`` that it is a benchmark."""

    fixturenames = ("benchmark",)

    def __init__(self, *, candidate: Candidate, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.candidate = candidate

    def runtest(self) -> None:
        """Measure it, and hand its queries to pytest-benchmark."""
        run = self.file.measure(self.candidate)
        benchmark = storage.fixture(self)
        storage.claim(benchmark)
        storage.keep(benchmark, _queries(run), {"candidate": self.candidate.label, "facts": _told(run.facts)})

    def setup(self) -> None:
        """Skip it where benchmarks are disabled."""
        if storage.fixture(self).disabled:
            pytest.skip("benchmarks are disabled")

    @property
    def file(self) -> SuiteFile:
        """The suite."""
        assert isinstance(self.parent, SuiteFile)
        return self.parent

    def reportinfo(self) -> tuple[Path, int | None, str]:
        """Return where it is, and its name."""
        return self.path, None, self.name

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], *args: Any) -> Any:
        """Return what became of the candidate, in one line."""
        error = excinfo.value
        return error.message if isinstance(error, HarnessError) else super().repr_failure(excinfo, *args)


def _queries(run: Run) -> list[float]:
    with np.load(io.BytesIO(run.samples), allow_pickle=False) as samples:
        scenario = next((name for name in TIMED if name in samples), None)
        if scenario is None:
            raise HarnessError(f"the suite times no query: add {TIMED[0]} to its scenarios")
        return [float(one) for one in samples[scenario]]


def _told(facts: Iterable[Fact]) -> dict[str, Any]:
    return {one.metric: one.model_dump(mode="json", include={"value", "low", "high", "n", "unit", "quality"}) for one in facts}
