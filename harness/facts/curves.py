"""What charts show beside the decision."""

from __future__ import annotations

from harness.facts.told import Told


class Distribution(Told):
    """Points of an empirical distribution, at most 200: what ``shares`` of the queries took at most ``seconds``."""

    n: int
    """Queries, of all processes together."""
    seconds: tuple[float, ...]
    shares: tuple[float, ...]


class BatchCurve(Told):
    """Candidates that differ in nothing but batch size, by that size."""

    latency: str
    """The metric to draw against ``throughput``: the highest percentile that all of them have."""
    candidates: tuple[str, ...]


class Probe(Told):
    """One arrival rate, tried."""

    rate: float
    """Asked for, per second."""
    achieved: float | None
    """Answers per second until the last one."""
    latency: float | None
    """The percentile that was looked at; null where there were too few answers."""
    held: bool
    queries: int
    late: bool
    """Whether the generator itself was late: the host was busy."""


class RateCurve(Told):
    """A search for the largest arrival rate that holds a latency, in order."""

    limit: float
    """Seconds."""
    percentile: float
    """That must hold it, as a share."""
    rate: float | None
    """The largest that held."""
    probes: tuple[Probe, ...]


class Loads(Told):
    """Latency against throughput."""

    by_batch: tuple[BatchCurve, ...]
    """As batches grow."""
    by_rate: dict[str, RateCurve]
    """As queries come faster, in the ``server`` scenario."""


class Contention(Told):
    """What else used the machine during one timing; what the kernel does not tell is left out."""

    waited: float | None = None
    """Time spent waiting for a core, as a share of the processor time used."""
    others: float | None = None
    """Work of other processes, as a share of all cores' time."""
    stolen: float | None = None
    """What the hypervisor took, as a share of what the cores worked or wanted to."""
    throttled: tuple[str, ...]
    """What slowed the processor down."""


class History(Told):
    """How far the search had come after each candidate that it tried: lists of one length, by what is known today."""

    candidates: tuple[str, ...]
    seconds: tuple[float, ...]
    """Spent on trials so far; breaks between runs are none of it."""
    hypervolume: tuple[float, ...] | None
    """Null where no metric has a range, or with more than six objectives."""
    utility: dict[str, tuple[float | None, ...]]
    """By profile: the best of a feasible candidate so far."""
