"""Passes together, through the whole pipeline; and options that make no sense, told before anything runs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from harness.errors import SuiteError
from harness.registry import Registry
from harness.suitefile import loads

from .driving import SUITE, run

CHAINS: dict[str, list[Any]] = {
    "prune, tuned, then measured anew": [{"prune": {"ratio": 0.5, "finetune_epochs": 1}}, "recalibrate"],
    "factorise, zeros, fewer layers": [
        {"factorize": {"ratio": 0.5}},
        {"prune": {"granularity": "weight", "ratio": 0.3, "finetune_epochs": 0}},
        "recalibrate",
        "fuse",
    ],
}


def test_chains_come_through_and_tell_what_each_pass_did(tmp_path: Path) -> None:
    model = {"timm": "test_resnet", "train": {"steps": 60}}
    told = run(
        tmp_path,
        tmp_path / "results",
        workload={"dataset": "digits"},
        models=[model],
        passes=[[], *CHAINS.values(), [{"prune": {"granularity": "n_m", "finetune_epochs": 1}}, "simplify", {"cluster": 4}]],
        runtimes=["onnxruntime"],
    )
    assert [one.failure for one in told.evaluations.values() if one.failure] == []
    notes = {label: told.notes(label) for label in told.evaluations}
    done = [[name for name in about if name in Registry.load().passes] for about in notes.values()]
    assert sorted(map(len, done)) == [0, 2, 3, 4]
    (clustered,) = [about for about in notes.values() if "cluster" in about]
    assert clustered["prune"]["pattern"] == "2:4"
    (label,) = [name for name, about in notes.items() if "cluster" in about]
    (plain,) = [name for name in told.evaluations if "+" not in name]
    assert told.value(label, "size") < 0.16 * told.value(plain, "size")
    assert told.value(label, "accuracy") > 0.5


WRONG = {
    "two rules of rank": ({"factorize": {"energy": 0.9, "rank": 4}}, "give one of energy, ratio and rank"),
    "no rule of rank": ("factorize", "give one of energy, ratio and rank"),
    "no rank": ({"factorize": {"rank": 0}}, "rank"),
    "a method that is none": ({"factorize": {"method": "cp", "rank": 3}}, "method"),
    "no ratio": ("prune", "needs a ratio"),
    "a whole network gone": ({"prune": {"ratio": 1}}, "ratio"),
    "a ratio for a pattern": ({"prune": {"granularity": "n_m", "ratio": 0.5}}, "takes n and m, and no ratio"),
    "a pattern that keeps all": ({"prune": {"granularity": "n_m", "n": 4, "m": 4}}, "n must be less than m"),
    "a pattern for channels": ({"prune": {"ratio": 0.5, "m": 8}}, "n and m belong to granularity n_m"),
    "a pattern in steps": ({"prune": {"granularity": "n_m", "steps": 2}}, "in one step"),
    "no steps": ({"prune": {"ratio": 0.5, "steps": 0}}, "steps"),
    "no minutes": ({"prune": {"ratio": 0.5, "minutes": 0}}, "minutes"),
    "sixteen bits": ({"cluster": 16}, "less than or equal to 8"),
    "one sample": ({"recalibrate": {"samples": 1}}, "samples"),
    "something to simplify by": ({"simplify": {"level": 3}}, "level"),
}


@pytest.mark.parametrize("name", WRONG)
def test_an_option_that_makes_no_sense_is_one_clear_line(name: str, tmp_path: Path) -> None:
    use, words = WRONG[name]
    suite = {
        "workload": {"dataset": "digits"},
        "models": [{"timm": "test_resnet"}],
        "passes": [[use]],
        "runtimes": ["onnxruntime"],
    }
    with pytest.raises(SuiteError) as told:
        loads(yaml.safe_dump({**SUITE, **suite}), Registry.load(), tmp_path)
    (mistake,) = told.value.mistakes
    assert words in str(mistake)
    assert "\n" not in str(mistake)
    assert mistake.place.startswith("passes")
