"""A stage that was killed in the middle of its training goes on where it was, and ends in the same bits."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import torch
import yaml

from harness.errors import JobError
from harness.prepare.plan import Plan, Planner
from harness.prepare.stages import Maker
from harness.registry import Registry
from harness.space import expand
from harness.suitefile import loads

from .driving import SUITE

KILLED = """
import os, signal, sys
from pathlib import Path
from harness.prepare.plan import Plan
from harness.prepare.stages import Maker

seen = []
def say(text):
    seen.append(text)
    if text.startswith("training 20/") and sum(one.startswith("training 0/") for one in seen) == 3:
        os.kill(os.getpid(), signal.SIGKILL)  # the build trained once, and this is the second round of the pass

Maker(Path(sys.argv[2]), say, lambda _: None, save_every=0.0).make(Plan.model_validate_json(Path(sys.argv[1]).read_text()))
"""
"""Makes the artifact of a plan, but dies by the kernel's hand in the second round of fine-tuning."""


def planned(folder: Path, model: Any, passes: list[Any]) -> Plan:
    suite = {"workload": {"dataset": "digits"}, "models": [model], "passes": [passes], "runtimes": ["onnxruntime"]}
    settled = loads(yaml.safe_dump({**SUITE, **suite}), Registry.load(), folder)
    (candidate,) = expand(settled, Registry.load()).candidates
    return Planner(settled, Registry.load()).plan(candidate)


def weights(root: Path, key: str) -> dict[str, torch.Tensor]:
    """Return the weights that a stage left."""
    found: dict[str, torch.Tensor] = torch.load(root / "cache/stages" / key / "module.pt", weights_only=False).state_dict()
    return found


def test_a_killed_stage_goes_on_in_the_round_it_was_in(tmp_path: Path) -> None:
    chain = [{"prune": {"granularity": "weight", "ratio": 0.5, "steps": 2, "finetune_epochs": 4}}]
    plan = planned(tmp_path, {"timm": "test_resnet", "train": {"epochs": 1}}, chain)
    whole = Maker(tmp_path / "whole", lambda _: None, lambda _: None).make(plan)
    (tmp_path / "plan.json").write_text(plan.model_dump_json())
    dying = [sys.executable, "-c", KILLED, str(tmp_path / "plan.json"), str(tmp_path / "killed")]
    assert subprocess.run(dying, check=False, capture_output=True).returncode == -signal.SIGKILL
    pruned = plan.stages[1].key
    kept = tmp_path / "killed/cache/trainings" / pruned
    assert {path.name for path in kept.iterdir() if path.suffix == ".pt"} == {"1.pt", "2.pt"}
    said: list[str] = []
    again = Maker(tmp_path / "killed", said.append, lambda _: None).make(plan)
    starts = [int(text.split()[1].partition("/")[0]) for text in said if text.startswith("training")]
    assert starts[0] > 0, "the first round was over, and is not done from its start"
    assert again == whole.model_copy(update={name: getattr(again, name) for name in ("folder", "inputs", "originals")})
    one, other = (weights(tmp_path / name, pruned) for name in ("whole", "killed"))
    assert one.keys() == other.keys()
    assert all(torch.equal(value, other[name]) for name, value in one.items())
    assert not kept.exists(), "what is done needs no state"


def test_a_training_that_failed_leaves_no_state(tmp_path: Path) -> None:
    plan = planned(tmp_path, {"timm": "test_resnet", "train": {"steps": 60, "lr": 1e9}}, [])
    with pytest.raises(JobError, match="diverged"):
        Maker(tmp_path, lambda _: None, lambda _: None, save_every=0.0).make(plan)
    assert not list((tmp_path / "cache").glob("trainings/*/*"))
