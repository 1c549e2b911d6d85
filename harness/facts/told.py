"""What all parts of an answer have in common: their form, and figures."""

from __future__ import annotations

from pydantic import ConfigDict

from harness.record import Provenance, Quality
from harness.spec import Value


class Told(Value):
    """What an answer tells; the words below a field are its description in the schema."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)


class Figure(Told):
    """A value with the ends of its 95 % interval, which equal it where it was counted."""

    value: float
    low: float
    high: float


class ShownFact(Figure):
    """A measured metric."""

    unit: str
    """s, B, share, samples/s, count, J, per 1k, or number."""
    n: int
    """Observations that it rests on."""
    quality: Quality
    """Whether something disturbed the timing."""
    provenance: Provenance
    """Where it comes from."""
    processes: int
    """Fresh processes that it was measured in."""
    tries: int
    """How often it was measured, since a timing that was disturbed is taken again."""
