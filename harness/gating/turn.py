"""The process of an arm in a block: loads its artifact as a measuring process does, then answers slices of queries when asked.

Requests come as lines of JSON on standard input, answers go to what was standard output; in between it is blocked and idle.
"""

from __future__ import annotations

import gc
import json
import os
import statistics
import sys
import time
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from harness import outputs
from harness.confine import die_with_parent, limit_memory, pin
from harness.faults import classify, describe
from harness.measure import frequency, heat, memory, quota
from harness.measure.contention import Usage
from harness.worker import Job, begin

WARM_UP_QUERIES: Final = 5
WARM_UP_SECONDS: Final = 0.2
FINEST: Final = 1e-9
"""Seconds that a clock can tell: what it takes for nought is so much."""
COUNTS: Final = ("cores", "machine")
"""What ``Usage`` tells that does not add up."""


class Turn:
    """A loaded artifact, warmed up."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self.begun = begin(job)
        self.query = self.begun.queries.query
        self.number = 0
        self.used: Counter[str] = Counter()
        self.counts: dict[str, float] = {}
        self.speed, self.cuts = frequency.Speed.now(), quota.cuts()
        gc.collect()
        gc.disable()  # a collection would be put down to a query
        warm: list[float] = []
        end = time.perf_counter() + WARM_UP_SECONDS
        while len(warm) < WARM_UP_QUERIES or time.perf_counter() < end:
            warm.append(self.timed()[0])
        self.number = 0
        self.ready = {
            "query": statistics.median(warm),
            "warm_up": warm,
            "resident": memory.resident(),
            **{name: job.found[name] for name in ("load_time", "cold_start", "first_query")},
        }
        job.stage("measure")

    def timed(self) -> tuple[float, float]:
        """Answer the next query; return its seconds, and those of the processor."""
        number = self.number
        self.number = number + 1
        cpu = time.process_time()
        wall = time.perf_counter()
        self.query(number)
        end = time.perf_counter()
        return max(FINEST, end - wall), max(FINEST, time.process_time() - cpu)

    def slice(self, queries: int) -> dict[str, Any]:
        """Answer so many queries in a row; return what each of them took."""
        before = Usage.now()
        start = time.perf_counter()
        taken = [self.timed() for _ in range(queries)]
        elapsed = time.perf_counter() - start
        self._use(before, Usage.now())
        walls, cpus = zip(*taken, strict=True)
        return {"latency": walls, "cpu_time": cpus, "elapsed": elapsed}

    def _use(self, before: Usage, after: Usage) -> None:
        """Add up what was used; what others did is known at the end, since cores are looked at in coarse ticks."""
        told = after.since(before)
        told.pop("others", None)
        if before.busy is not None and after.busy is not None:
            told["busy"] = after.busy - before.busy
        self.used.update({name: value for name, value in told.items() if name not in COUNTS})
        self.counts = {name: told[name] for name in COUNTS if name in told}

    def end(self) -> dict[str, Any]:
        """Return what is known at the end: memory, what was used meanwhile, and whether the scores are still right."""
        begun, found = self.begun, self.job.found
        peak = max(found["memory_load"], max(begun.peak, memory.peak()) - begun.empty)
        outputs.compare(begun.session, begun.raw, self.job.wish, begun.reference)
        now = frequency.Speed.now()
        slowed = [frequency.reasons(self.speed, now), quota.reasons(self.cuts, quota.cuts())]
        return {
            "memory_peak": peak,
            "usage": self._usage(),
            "queries": self.number,
            "throttled": [word for words in slowed if words for word in words],
            "hertz": statistics.fmean(now.frequency.values()) if now.frequency else None,
            "degrees": max(heat.degrees().values(), default=None),
        }

    def _usage(self) -> dict[str, float]:
        used: dict[str, float] = dict(self.used)
        busy = used.pop("busy", None)
        others = {} if busy is None else {"others": max(0.0, busy - used["cpu"])}
        return used | self.counts | others


def main(path: Path) -> int:
    """Answer requests until there are no more; exit status 1 after an error, which is told."""
    job = Job(path)
    answers, requests = os.fdopen(os.dup(1), "w", encoding="utf-8"), os.fdopen(os.dup(0), encoding="utf-8")
    os.dup2(2, 1)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)

    def answer(message: Mapping[str, Any]) -> None:
        answers.write(json.dumps(message) + "\n")
        answers.flush()

    die_with_parent(job.wish.get("parent"))
    limit_memory(job.wish.get("memory_limit"))
    pin(job.wish.get("cores", ()))
    try:
        turn = Turn(job)
        answer(turn.ready)
        for line in requests:
            queries = json.loads(line)["queries"]
            answer(turn.slice(queries) if queries else turn.end())
    except Exception as error:
        answer({"failed": {"kind": classify(error, job.wish.get("device", "cpu")), "message": describe(error)}})
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
