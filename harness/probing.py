"""The search for the largest arrival rate: one measuring process after the other, each probing one rate."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

import numpy as np

from harness.errors import JobError
from harness.interfaces import Array
from harness.launch import Outcome, packed
from harness.record import Fact
from harness.scenarios import peak
from harness.stats import NEEDED_QUERIES

PATIENCE: Final = 0.5
"""Share of a measuring process's time limit that the queries of one probe may take by plan."""

MORE: Final = 3
"""Times the queries that a percentile needs at all: with just those, a p99 scatters by 4 to 11 % from probe to probe."""

SPANNED: Final = 50
"""Times the latency asked for: a probe has to be long enough for a queue to build up."""

LATE: Final = 0.15
"""Of the latency asked for: where the generator itself sent one query in a hundred later than this, the host was busy."""

OVERLOAD: Final = 0.8
"""Share of the time limit after which an overloaded probe answers nothing any more, so that it ends by itself."""

GUESSED_SHARE: Final = 0.7
"""Of the rate at which single calls follow each other: where the search begins."""

Launch = Callable[[Mapping[str, Any]], Outcome]


class Probes:
    """Probes of one candidate. ``job`` is what its measuring processes do, less the probe."""

    def __init__(self, job: Mapping[str, Any], door: str, options: Mapping[str, Any], limit: float, launch: Launch) -> None:
        """``limit``: seconds that one measuring process may take."""
        self.job, self.door, self.launch, self.limit = job, door, launch, limit
        self.percentile = int(options.get("percentile", 99)) / 100
        self.latency = float(options["latency"])
        self.precision = float(options.get("precision", 0.05))
        self.seconds = max(float(options.get("seconds", 2.0)), SPANNED * self.latency)
        self.samples: dict[str, Array] = {}
        self.meters: list[dict[str, Any]] = []

    @property
    def needed(self) -> int:
        """How many queries the percentile needs."""
        return NEEDED_QUERIES[self.percentile]

    @property
    def longest(self) -> float:
        """How many seconds the queries of a probe may take."""
        return PATIENCE * self.limit

    def search(self, start: float, ceiling: float, out_of_time: Callable[[], bool]) -> dict[str, Any]:
        """Return what was found, in JSON's terms; ``start`` is a guess of the rate, in samples per second.

        A probe that fails, or a second one that has no end, voids the search: ``why`` says so. Raises JobError only
        where it is the run's time that is over.
        """
        if not self._fits(start):
            return self._told(ceiling, None, "too_slow", self._too_slow(start))
        try:
            found = peak.find(
                lambda rate: self._probe(rate, out_of_time), start, ceiling, self.precision, out_of_time=out_of_time
            )
        except JobError as error:
            if out_of_time():
                raise
            return self._told(ceiling, None, "failed", f"a query failed ({error.kind}): {error.message}")
        return self._told(ceiling, found, found.stop, self._why(found, ceiling))

    def _told(self, ceiling: float, found: peak.Peak | None, stop: str, why: str | None) -> dict[str, Any]:
        trials = found.trials if found else ()
        return {
            "latency": self.latency,
            "percentile": self.percentile,
            "ceiling": ceiling,
            "probes": self.meters,
            "threads": self.job["threads"],
            "low": found.low if found else 0.0,
            "high": found.high if found and np.isfinite(found.high) else None,
            "stop": stop,
            "why": why,
            "queries": sum(trial.queries for trial in trials),
            "trials": [[trial.rate, trial.holds, trial.latency, trial.queries] for trial in trials],
        }

    def _fits(self, rate: float) -> bool:
        """Whether a probe at ``rate`` has the time for its queries."""
        return max(self.seconds, self.needed / rate) <= self.longest

    def _too_slow(self, rate: float) -> str:
        what = f"p{self.percentile * 100:g} needs {self.needed} queries and {self.seconds:g} s"
        return f"{what}: at {rate:.3g} per second too long for measure_time"

    def _why(self, found: peak.Peak, ceiling: float) -> str | None:
        """Return why there is no figure, or None when there is one."""
        if found.stop == "ceiling":
            return f"{found.low:.4g} per second held, and the load generator's own limit here is {ceiling:.4g}"
        if not found.low:
            lowest = min((trial.rate for trial in found.trials), default=0.0)
            if lowest and not self._fits(lowest):
                return self._too_slow(lowest)
            return f"{self.latency * 1e3:g} ms did not hold at {lowest:.3g} per second, the lowest rate tried"
        return None if np.isfinite(found.high) else f"{found.low:.4g} per second held in the last of {len(found.trials)} probes"

    def _probe(self, rate: float, out_of_time: Callable[[], bool]) -> peak.Trial:
        number = len(self.meters)
        if not self._fits(rate):
            return peak.Trial(rate, False, None, 0)
        queries = max(self.needed, min(MORE * self.needed, int(self.longest * rate)))
        planned = max(self.seconds, queries / rate)
        settings = {
            "rate": rate,
            "seconds": self.seconds,
            "queries": queries,
            "seed": number + 1,  # another for every probe: the same would send the same arrivals again
            "batch": self.job["batch_size"],
            "hard_time": min(2 * planned, OVERLOAD * self.limit),
        }
        try:
            outcome = self.launch({**self.job, "probe": {"door": self.door, "settings": settings}})
        except JobError as error:  # an overload ends at its hard time, so a second one is a hang
            if error.kind != "timed_out" or out_of_time() or any("timed_out" in told for told in self.meters):
                raise
            self.meters.append({"rate": rate, "timed_out": True})
            return peak.Trial(rate, False, None, 0)
        arrays = outcome.arrays()
        late = float(np.percentile(arrays["lateness"], 99)) > LATE * self.latency
        self.meters.append({"rate": rate, "queries": len(arrays["latencies"]), "late": late, **outcome.found["probe"]})
        self.samples |= {f"server_{number}_{name}": values for name, values in arrays.items()}
        holds, observed = peak.judge(arrays["latencies"], self.percentile, self.latency)
        return peak.Trial(rate, holds, observed, len(arrays["latencies"]))

    def packed(self) -> bytes:
        """Return the raw samples of all probes as npz bytes."""
        return packed(self.samples)


def guess(facts: Mapping[str, Fact], batch_size: int) -> float:
    """Return an arrival rate to begin with: some of what calls that follow each other answer."""
    if "throughput" in facts:
        return GUESSED_SHARE * facts["throughput"].value
    slow = facts["latency_p50"] if "latency_p50" in facts else facts["first_query"]
    return GUESSED_SHARE * batch_size / max(slow.value, 1e-6)


def ceiling(job: Mapping[str, Any], door: str, launch: Launch) -> float:
    """Return the load generator's own ceiling here, measured in a process like those that probe."""
    outcome = launch({**job, "probe": {"door": door, "settings": None}})
    return float(outcome.found["probe"]["ceiling"])
