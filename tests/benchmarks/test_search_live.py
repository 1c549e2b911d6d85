"""The quickstart's space, live: a guided search against the exhaustive one, by what it finds and by the time it measures.

    nox -s benchmarks -- -k search_live

Both run the real command in folders of their own; the guided one may try less than a quarter of the candidates, and gets the
artifacts that the exhaustive one made, since only measuring is compared. It takes about a quarter of an hour.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import optuna
import pytest

from harness import suitefile
from harness.decide import pareto
from harness.registry import Registry
from harness.search.gains import Aim, axes
from harness.spec import Profile

QUICKSTART = Path(__file__).parents[2] / "suites/quickstart.yaml"
SEEDS = [int(seed) for seed in os.environ.get("HARNESS_SEEDS", "0").split(",")]


def _run(folder: Path, search: str) -> dict[str, Any]:
    text = re.sub(r"^search: .*$", f"search: {{{search}}}\nmeasure: {{again: 0}}", QUICKSTART.read_text(), flags=re.MULTILINE)
    (folder / "suite.yaml").write_text(text)
    command = [sys.executable, "-P", "-c", "from harness.cli import main; main()", "run", "suite.yaml", "--json"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=3600)
    assert done.returncode in (0, 1), done.stderr[-2000:]  # 1: some profile has nothing feasible
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


TRIALS = 31
"""Of 132 candidates."""


def _durations(folder: Path, answer: dict[str, Any]) -> dict[str, float]:
    """Return the seconds that each candidate was measured for in a run, without what preparing its artifact took."""
    study = optuna.load_study(study_name=answer["run"]["study"], storage=f"sqlite:///{folder / 'results/harness.db'}")
    prepared = {one["candidate"]: (one["artifact"], one["notes"].get("seconds", 0.0)) for one in answer["candidates"]}
    found: dict[str, float] = {}
    made: set[str] = set()
    for trial in study.get_trials(states=[optuna.trial.TrialState.COMPLETE]):
        label = trial.user_attrs["candidate"]
        artifact, seconds = prepared[label]
        assert trial.duration
        found[label] = trial.duration.total_seconds() - (0.0 if artifact in made else seconds)
        made.add(artifact)
    return found


def _spent(answer: dict[str, Any], *stages: str) -> float:
    return sum(answer["run"]["seconds_by_stage"].get(stage, 0.0) for stage in stages)


def _losses(answer: dict[str, Any], profiles: list[Profile], labels: set[str]) -> Any:
    """Return the losses of some candidates as this answer measured them, on the axes of the profiles."""
    facts = [one["facts"] for one in answer["candidates"] if one["candidate"] in labels]
    aim = Aim(tuple(profiles), axes(profiles), {})
    reached = aim.reached({m: np.array([one[m]["value"] if m in one else np.nan for one in facts]) for m in aim.axes})
    return 1 - reached


@pytest.mark.parametrize("seed", SEEDS)
def test_a_guided_search_finds_what_the_exhaustive_one_does(tmp_path_factory: pytest.TempPathFactory, seed: int) -> None:
    whole = tmp_path_factory.getbasetemp().parent / f"quickstart-exhaustive-{os.getppid()}"
    if not (whole / "answer.json").exists():
        whole.mkdir()
        (whole / "answer.json").write_text(json.dumps(_run(whole, "algorithm: exhaustive, trials: 1000, minutes: 60, seed: 0")))
    everything = json.loads((whole / "answer.json").read_text())
    guided = tmp_path_factory.mktemp(f"guided{seed}")
    shutil.copytree(whole / "results", guided / "results", ignore=shutil.ignore_patterns("harness.db*"))
    found = _run(guided, f"algorithm: guided, trials: {TRIALS}, minutes: 60, seed: {seed}, screen: 0")
    suite = suitefile.load(whole / "suite.yaml", Registry.load())
    inside = {one["candidate"] for one in everything["candidates"]}
    tried = {one["candidate"] for one in found["candidates"]} & inside
    volumes = [pareto.volume(_losses(everything, list(suite.profiles), labels)) for labels in (tried, inside)]
    print(f"\nseed {seed}: {len(tried)} of {len(inside)} candidates; hypervolume {volumes[0] / volumes[1]:.2%} of the whole")
    seconds = _durations(whole, everything)
    part = sum(seconds[label] for label in tried) / sum(seconds.values())
    print(f"  the exhaustive run measured those candidates in {part:.1%} of the time it took for all")
    for what, stages in (("the search", ["measure"]), ("with contenders again", ["measure", "measure_again"])):
        mine, theirs = _spent(found, *stages), _spent(everything, *stages)
        print(f"  measuring, {what}: {mine:.0f} s against {theirs:.0f} s: {mine / theirs:.0%}")
    for name, one in everything["profiles"].items():
        told = found["profiles"][name]["candidate"]
        good = told == one["candidate"] or told in one["tied"]
        print(f"  {name}: {told} {'is' if good else 'is NOT'} the recommended one or tied ({len(one['tied'])} are)")
    assert tried
