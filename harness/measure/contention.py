"""Signs that something else used the machine while a measurement ran, and the verdict on them.

Sources: ``getrusage``; ``/proc/self/task/*/schedstat`` (second field: nanoseconds runnable but not running);
``/proc/stat`` (busy and steal time of all cores, in ticks); ``/proc/pressure/cpu`` (microseconds that some task of the
machine waited for a core). A kernel may lack the last three: then their keys are absent. One reading takes some 60 µs
and 7 µs for every thread more.
"""

from __future__ import annotations

import os
import resource
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

WAITED: Final = 0.15
"""Of the CPU time used: more time than this spent waiting for a core (or stolen by the hypervisor) is contention."""
NOTICED: Final = 0.05
"""Of the CPU time used: waiting above this is contention if a second sign agrees."""
SWITCHED: Final = 0.2
"""Second sign: involuntary switches per query. Alone it proves nothing, as a thread that yields is counted too."""
PRESSED: Final = 0.2
"""Second sign: share of the wall time in which some task of the machine waited for a core."""
OTHERS: Final = 0.2
"""Of all cores' time: others' work above this is contention even without waiting, since caches, turbo and often the
physical cores below a virtual machine are shared."""
FELT: Final = 0.02
"""Of the wall time: waiting below this does not matter, however little CPU time a session needs that sleeps or waits."""
RATIO: Final = 1.15
"""Wall over CPU time that counts as a sign where the kernel does not tell how long threads waited."""

TICK: Final = 0.01
"""Seconds by which busy and stolen time of a core may be wrong: the kernel counts them in ticks."""
PROC: Final = Path("/proc")


@dataclass(frozen=True, slots=True)
class Usage:
    """What this process and the machine have used so far; seconds, but where said. None: this kernel does not tell."""

    wall: float
    cpu: float
    """User and system time of this process, all threads."""
    involuntary: int
    """How often a thread of this process was switched out while it could have run on, or yielded."""
    waits: Mapping[str, int] | None = None
    """Nanoseconds that each thread was runnable but not running, by thread id."""
    busy: float | None = None
    """Time that the machine's cores worked, added up, for whomever."""
    stolen: float | None = None
    """Time that the hypervisor gave the machine's cores to others, added up."""
    pressure: float | None = None
    """Time in which at least one task of the machine waited for a core."""
    cores: int | None = None
    """Cores that this process may run on."""
    machine: int | None = None
    """Cores that the machine has."""

    @classmethod
    def now(cls, proc: Path = PROC) -> Usage:
        """Return the usage up to now."""
        used = resource.getrusage(resource.RUSAGE_SELF)
        busy, stolen = machine_time(_read(f"{proc}/stat"))
        return cls(
            wall=time.perf_counter(),
            cpu=used.ru_utime + used.ru_stime,
            involuntary=used.ru_nivcsw,
            waits=_waits(f"{proc}/self/task"),
            busy=busy,
            stolen=stolen,
            pressure=pressure_time(_read(f"{proc}/pressure/cpu")),
            cores=len(os.sched_getaffinity(0)),
            machine=os.cpu_count(),
        )

    def since(self, earlier: Usage) -> dict[str, float]:
        """Return the difference to ``earlier``, plain; what one of the two does not know is left out.

        ``waited`` adds up the threads of this process, without those that ended in between; ``others`` is the time that
        the machine's cores worked for other processes; ``cores`` and ``machine`` are counts.
        """
        cpu, busy = self.cpu - earlier.cpu, _difference(self.busy, earlier.busy)
        known = {
            "wall": self.wall - earlier.wall,
            "cpu": cpu,
            "involuntary": float(self.involuntary - earlier.involuntary),
            "waited": _waited(self.waits, earlier.waits),
            "stolen": _difference(self.stolen, earlier.stolen),
            "pressure": _difference(self.pressure, earlier.pressure),
            "others": None if busy is None else max(0.0, busy - cpu),
            "cores": self.cores,
            "machine": self.machine,
        }
        return {name: float(value) for name, value in known.items() if value is not None}


def grade(usage: Mapping[str, float], queries: int, threads: int) -> Literal["clean", "contended"]:
    """Return whether something else disturbed a timing, from what ``Usage.since`` told of it.

    Contended is a timing in which one of these holds; what was not told proves nothing:

    - its threads waited for a core for more than 15 % of the CPU time they used (``WAITED``); or for more than 5 %
      (``NOTICED``), and either more than one query in five saw an involuntary switch or the machine was under pressure for
      a fifth of the time. It must be 2 % of the wall time too (``FELT``). More ``threads`` than cores wait for each other:
      then this is no sign;
    - the hypervisor stole more than 15 % of the time that the machine's cores worked or wanted to (``WAITED``);
    - other processes used more than a fifth of all cores' time (``OTHERS``);
    - where the kernel does not tell of waiting: wall over CPU time above 1.15 with more than one involuntary switch in
      five queries or in 50 ms. Wall over CPU time alone is that of a session that sleeps, too.

    Chosen on a virtual machine with two cores, from 128 timings of about a second (onnxruntime, openvino and torch; three
    networks, 10 µs to 50 ms a query; one and two threads). Alone, waiting was at most 4 % of the CPU time; beside two busy
    loops it was 30 to 700 %. Involuntary switches were up to 10 per query in openvino alone, whose threads yield, and only
    0.005 beside two busy loops with queries of 10 µs. One busy loop beside one thread often made nothing wait, and queries
    up to 1.6 times as long: hence ``OTHERS``.
    """
    signs = (_has_waited, _was_stolen_from, _had_company)
    return "contended" if any(sign(usage, queries, threads) for sign in signs) else "clean"


def shares(usage: Mapping[str, float]) -> dict[str, float]:
    """Return what ``Usage.since`` told as the shares that ``grade`` looks at; what was not told is left out.

    ``waited`` is time spent waiting for a core, of the CPU time used; ``others`` the work of other processes, of all cores' time;
    ``stolen`` what the hypervisor took, of what the cores worked or wanted to.
    """
    stolen, others = usage.get("stolen"), usage.get("others")
    parts = {
        "waited": (usage.get("waited"), usage["cpu"]),
        "others": (others, usage.get("machine", 0.0) * usage["wall"]),
        "stolen": (stolen, usage["cpu"] + (others or 0.0) + (stolen or 0.0)),
    }
    return {name: part / whole for name, (part, whole) in parts.items() if part is not None and whole > 0}


def _has_waited(usage: Mapping[str, float], queries: int, threads: int) -> bool:
    wall, cpu, switched = usage["wall"], usage["cpu"], usage["involuntary"]
    often = 0 < SWITCHED * queries < switched
    if threads > usage.get("cores", threads):
        return False
    if "waited" not in usage:
        return wall > RATIO * cpu and (often or switched > wall / 0.05)
    waited = usage["waited"]
    pressed = usage.get("pressure", 0.0) > PRESSED * wall
    return waited > FELT * wall and waited > (NOTICED if often or pressed else WAITED) * cpu


def _was_stolen_from(usage: Mapping[str, float], queries: int, threads: int) -> bool:
    stolen = usage.get("stolen", 0.0) - TICK
    return stolen > WAITED * (usage["cpu"] + usage.get("others", 0.0) + stolen)


def _had_company(usage: Mapping[str, float], queries: int, threads: int) -> bool:
    machine = usage.get("machine", 0.0)
    return usage.get("others", 0.0) > machine * (OTHERS * usage["wall"] + TICK)


def machine_time(stat: str) -> tuple[float | None, float | None]:
    """Return the seconds that all cores worked and that were stolen from them, from the text of ``/proc/stat``."""
    words = stat.partition("\n")[0].split()
    if len(words) < 9 or words[0] != "cpu" or not all(_is_count(word) for word in words[1:9]):
        return None, None
    user, nice, system, _idle, _io, interrupt, soft, stolen = (int(word) for word in words[1:9])
    ticks = os.sysconf("SC_CLK_TCK")
    return (user + nice + system + interrupt + soft) / ticks, stolen / ticks


def pressure_time(text: str) -> float | None:
    """Return the seconds that some task waited, from the text of ``/proc/pressure/cpu``."""
    for line in text.splitlines():
        words = line.split()
        if words[:1] == ["some"] and words[-1].startswith("total=") and _is_count(words[-1][6:]):
            return int(words[-1][6:]) / 1e6
    return None


def waiting_time(schedstat: str) -> int | None:
    """Return the nanoseconds that a thread was runnable but not running, from the text of its ``schedstat``."""
    words = schedstat.split()
    return int(words[1]) if len(words) == 3 and all(_is_count(word) for word in words) else None


def _waits(tasks: str) -> dict[str, int] | None:
    try:
        threads = os.listdir(tasks)  # noqa: PTH208 (a reading has to be quick)
    except OSError:
        return None
    waits = {thread: waiting_time(_read(f"{tasks}/{thread}/schedstat")) for thread in threads}
    return {thread: wait for thread, wait in waits.items() if wait is not None} or None


def _waited(now: Mapping[str, int] | None, earlier: Mapping[str, int] | None) -> float | None:
    if now is None or earlier is None:
        return None
    return sum(max(0, wait - earlier.get(thread, 0)) for thread, wait in now.items()) / 1e9


def _difference(now: float | None, earlier: float | None) -> float | None:
    return None if now is None or earlier is None else max(0.0, now - earlier)


def _read(path: str) -> str:
    try:
        with open(path, "rb") as file:  # noqa: PTH123 (a reading has to be quick)
            return file.read().decode("ascii", errors="replace")
    except OSError:
        return ""


def _is_count(word: str) -> bool:
    return word.isascii() and word.isdigit() and len(word) <= 20
