"""Is the merge gate right on this machine? Real runs of the command, on a model whose work, answers, file and memory are planted.

    nox -s benchmarks -- -k gate_live

``HARNESS_GATE_RUNS`` says how often nothing is changed (100: more than an hour), while every core is kept busy with something
else, and three runs of the gate are in each other's way. Ten runs more each, busy and left alone, have a twentieth of work added.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from queue import Queue
from typing import Any

import pytest

from tests import gated

RUNS = int(os.environ.get("HARNESS_GATE_RUNS", "100"))
TRIES = min(10, RUNS)
AT_ONCE = 3
WITHIN = 20.0
"""Seconds of the processor in which a regression is to be seen."""
WAYS = 20
"""Products with the identity that the model takes: one more is a twentieth more work."""
WIDTH = 256
SUITE = gated.SUITE.replace("digits}", "digits, batch_size: 16}")
ROOT = Path(__file__).parents[2]


@contextmanager
def load(busy: bool) -> Iterator[None]:
    """Keep every core busy, or none."""
    code = "import os, sys; os.sched_setaffinity(0, {int(sys.argv[1])})\nwhile True: pass"
    cores = os.sched_getaffinity(0) if busy else ()
    others = [subprocess.Popen([sys.executable, "-c", code, str(core)]) for core in cores]
    try:
        yield
    finally:
        for one in others:
            one.kill()
            one.wait()


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository whose suite has one model."""
    (tmp_path / "suite.yaml").write_text(SUITE)
    gated.model(tmp_path / "model.onnx", gated.linear(), WAYS, WIDTH, shared=True)
    gated.commit(tmp_path)
    return tmp_path


MAIN = "from harness.cli import main; main()"
LEAK = """
import os

from harness.gating import arms

whole = arms.jobs.job


def leaking(suite, registry, candidate, artifact, tasks):
    told = whole(suite, registry, candidate, artifact, tasks)
    leak = int(os.environ["PLANTED_LEAK"]) if f"/{arms.FOLDERS['candidate']}/" in artifact.folder else 0
    told |= {"door": "tests.leaking:load", "options": told["options"] | {"leak": leak}}
    return told


arms.jobs.job = leaking
"""


def gate(folder: Path, code: str = MAIN, seed: int = 0, **variables: str) -> dict[str, Any]:
    """Run the command, and return what it wrote."""
    command = [sys.executable, "-P", "-c", code, "gate", "suite.yaml", "--baseline", "HEAD", "--no-control", "--seed", str(seed)]
    shutil.rmtree(folder / "reports", ignore_errors=True)  # what an earlier run wrote must not stand in for one that failed
    began = time.monotonic()
    done = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, env={**os.environ, **variables}, timeout=3600, check=False
    )
    assert done.returncode in (0, 1), done.stderr[-2000:]
    told: dict[str, Any] = json.loads((folder / "reports/gated/gate/gate.json").read_text())
    return told | {"seconds": time.monotonic() - began}


def judged(told: Mapping[str, Any]) -> dict[str, Any]:
    """Return the judgements that count, by metric."""
    return {one["metric"]: one for one in told["verdict"]["judgements"] if one["gates"]}


def spent(told: Mapping[str, Any], metric: str) -> float:
    """Return the seconds of the processor that both arms had been timed for when a metric was decided."""
    (case,) = told["samples"]["cases"]
    turns = (block[arm] for block in case["blocks"][: judged(told)[metric]["blocks"]] for arm in ("baseline", "candidate"))
    return sum(sum(turn["samples"]["cpu_time"]) for turn in turns)


def told_of(judgement: Mapping[str, Any]) -> str:
    """Return a change with its bounds."""
    low, high = (judgement[name] if judgement[name] is not None else judgement["change"] for name in ("low", "high"))
    return f"{judgement['verdict']} {judgement['change']:+.2%} ({low:+.2%} to {high:+.2%})"


def test_nothing_regressed_where_nothing_changed_on_a_busy_machine(
    repository: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    said: Counter[str] = Counter()
    seconds = 0.0
    free: Queue[Path] = Queue()
    for _ in range(AT_ONCE):
        free.put(shutil.copytree(repository, tmp_path_factory.mktemp("side") / "repository"))

    def one(number: int) -> dict[str, Any]:
        folder = free.get()
        try:
            return gate(folder, seed=number)
        finally:
            free.put(folder)

    print(f"\n{'nothing changed, every core busy':<40}{'verdict':<14}  open metrics")
    with load(busy=True), ThreadPoolExecutor(AT_ONCE) as pool:
        for number, told in enumerate(pool.map(one, range(RUNS))):
            said[told["verdict"]["verdict"]] += 1
            seconds += told["seconds"]
            others = [f"{name} {told_of(one)}" for name, one in judged(told).items() if one["verdict"] != "pass"]
            print(
                f"  run {number + 1:>3}, {told['seconds']:>4.0f} s{'':<23}{told['verdict']['verdict']:<14}  {'; '.join(others)}",
                flush=True,
            )
    print(f"| nothing changed, every core busy | {RUNS} runs of {seconds / RUNS:.0f} s | {dict(said)} |")
    assert not said["regressed"]


@pytest.mark.parametrize("busy", [False, True], ids=["left alone", "busy"])
def test_a_twentieth_more_work_is_caught_by_the_time_of_the_processor(repository: Path, busy: bool) -> None:
    gated.model(repository / "model.onnx", gated.linear(), WAYS + 1, WIDTH, shared=True)
    caught, seconds = 0, []
    what = f"5 % more work, {'every core busy' if busy else 'left alone'}"
    print(f"\n{what}")
    with load(busy):
        for number in range(TRIES):
            told = gate(repository, seed=number)
            one = judged(told)["cpu_time"]
            seconds.append(spent(told, "cpu_time"))
            caught += one["verdict"] == "regressed" and seconds[-1] <= WITHIN
            print(
                f"  run {number + 1:>3}, {told['seconds']:>4.0f} s: cpu_time {told_of(one)}, {seconds[-1]:.1f} s of it",
                flush=True,
            )
    print(f"| {what} | {TRIES} runs, {min(seconds):.1f} to {max(seconds):.1f} s of processor time | caught in {caught} |")
    assert caught >= 0.9 * TRIES


def test_answers_that_are_less_often_right_are_caught(repository: Path) -> None:
    weights = gated.linear()
    weights[:, 3] *= 0.5
    gated.model(repository / "model.onnx", weights, WAYS, WIDTH, shared=True)
    one = judged(gate(repository))["accuracy"]
    print(f"\n| fewer right answers | {one['baseline']:.2%} → {one['candidate']:.2%} | {told_of(one)} |")
    assert one["verdict"] == "regressed"


def test_a_larger_file_is_caught(repository: Path) -> None:
    size = (repository / "model.onnx").stat().st_size
    gated.model(repository / "model.onnx", gated.linear(), WAYS, WIDTH, shared=True, ballast=size // 5)
    one = judged(gate(repository))["size"]
    print(f"\n| a file that is 20 % larger | {one['baseline']:,.0f} → {one['candidate']:,.0f} bytes | {told_of(one)} |")
    assert one["verdict"] == "regressed"


def test_a_leak_of_a_tenth_of_the_memory_is_caught(repository: Path) -> None:
    peak = judged(gate(repository))["memory_peak"]["baseline"]
    where = f"{ROOT}{os.pathsep}{os.environ.get('PYTHONPATH', '')}".rstrip(os.pathsep)
    one = judged(gate(repository, f"{LEAK}\n{MAIN}", PLANTED_LEAK=str(int(peak / 10)), PYTHONPATH=where))["memory_peak"]
    print(f"\n| a leak of 10 % of the memory | {one['baseline'] / 1e6:.1f} → {one['candidate'] / 1e6:.1f} MB | {told_of(one)} |")
    assert one["verdict"] == "regressed"
