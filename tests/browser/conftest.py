"""A browser, the page of a real run, and that of an answer about many made-up candidates: each made once for all tests."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from harness import pipeline, report, suitefile
from harness.registry import Registry
from harness.store import Store
from tests.answered_many import Many, many
from tests.browser import started
from tests.end_to_end.conftest import Project

MADE_UP = 250
"""Candidates: more than two pages of the table."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A page, and the answer it was made of."""

    page: Path
    told: Many


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with started() as made:
        yield made


@pytest.fixture(scope="session")
def run(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A project whose small suite was run through the command line; read it, do not change it."""
    project = Project(tmp_path_factory.mktemp("run"))
    told = project.harness("run", "suite.yaml", "--json")
    assert told.status == 0, told.err
    return project


@pytest.fixture(scope="session")
def real(run: Project) -> Path:
    """The page that the run wrote."""
    return run.folder / "reports" / "small" / "index.html"


@pytest.fixture
def setting(run: Project) -> Iterator[pipeline.Setting]:
    """The run's suite with its store, as a command opens it."""
    registry, root = Registry.load(), run.folder / "results"
    with Store(f"sqlite:///{root / 'harness.db'}") as store:
        yield pipeline.settle(suitefile.load(run.suite, registry), registry, store, root)


@pytest.fixture(scope="session")
def made_up(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shown]:
    """The page of many made-up candidates; what would be recommended for others can be asked."""
    folder = tmp_path_factory.mktemp("made-up")
    with Store(f"sqlite:///{folder / 'harness.db'}") as store:
        told = many(MADE_UP, store)
        yield Shown(report.write(told.answer, "name: many\n", folder / "report"), told)
