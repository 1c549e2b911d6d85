"""Four candidates of known worth, and published tables as small as they can be."""

from types import MappingProxyType

import pytest

from harness.published import Entry, Table
from harness.spec import Candidate, Choice
from tests.simulated_space import problem as problem_of


def candidate(name):
    return Candidate(model=Choice(part="made", label=name), runtime=Choice(part="runtime", label="runtime"))


@pytest.fixture
def four():
    """Return a problem of two candidates on the front, one inside, and one that fails."""
    values = {"right": (0.9, 0.1), "fast": (0.5, 0.001), "inside": (0.5, 0.1), "broken": (0.99, 0.0001)}
    candidates = [candidate(name) for name in values]
    known = {one.label: dict(zip(("accuracy", "latency_p50"), values[one.model.label], strict=True)) for one in candidates}
    return problem_of("four", candidates, known, {candidates[3].label})


@pytest.fixture
def published_table():
    """Make a published table from (name, image size, batch size or None, values)."""

    def made(file, kind, rows, **description):
        entries = tuple(
            Entry(name.partition(".")[0], name.partition(".")[2], size, batch, MappingProxyType(values))
            for name, size, batch, values in rows
        )
        return Table(file, f"sha-{file}", f"content-{file}", kind, (), description, entries)

    return made
