"""One arm measured without another, to be stored as a baseline, or to be held against one that was."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from harness.errors import JobError
from harness.gate import block_size, levels
from harness.gate.baselines import Baseline, Frozen, with_job
from harness.gate.samples import Arms, Broken, Case, Commit, Exact, History, Plan, Samples
from harness.gating.arms import Alone, ArmError, Making, Say, broken
from harness.gating.blocks import Blocks
from harness.gating.revised import Revised
from harness.gating.revisions import Repository, Revision
from harness.gating.running import GATED
from harness.measure import environment
from harness.pipeline import Setting

BLOCKS: Final = 10
"""Of every job, so that all jobs' medians are alike."""
DAY: Final = 10
"""Signs of a moment that tell its day."""


@dataclass(frozen=True, slots=True)
class Measured:
    """What a job measured of its only arm. ``right`` as in ``harness.gate.baselines``, by case."""

    samples: Samples
    right: Mapping[str, str]
    commit: Commit


def measured(setting: Setting, file: Path, labels: Sequence[str], plan: Plan, place: Path, say: Say) -> Measured:
    """Return what was measured of candidates as they are now; one that breaks ends the job, and is told in the samples.

    ``place`` holds what is there only meanwhile.
    """
    revision, commit = _here(file)
    about = {"revision": commit.revision, "changed": commit.changed} if revision else {}
    arm = Revised.of(setting.suite, setting.ledger.registry, revision.label if revision else "here", about)
    wanted = {label: found for label in labels if (found := arm.candidate(label))}
    cases: dict[str, Case] = {}
    right: dict[str, str] = {}
    failed: list[Broken] = []
    try:
        making = Making(setting.root, place, False, setting.environment.id, say)
        for one in list(making.alone(arm, wanted)):
            right[one.name] = one.right
            cases[one.name] = _timed(one, place, setting.suite.limits.measure_time, say)
    except ArmError as error:
        failed.append(error.broken)
    samples = Samples(
        plan=plan,
        arms=Arms(baseline=arm.arm, candidate=arm.arm),
        cases=tuple(cases.values()) or tuple(Case(name=label) for label in labels),
        broken=tuple(failed),
        environment=setting.environment,
    )
    return Measured(samples, right, commit)


def stored(found: Measured, earlier: History) -> Baseline:
    """Return the baseline that a job's arm is from now on, with what earlier jobs measured."""
    frozen = {
        case.name: Frozen(exact=tuple(map(_as_baseline, case.exact)), right=found.right.get(case.name, ""))
        for case in found.samples.cases
    }
    history = with_job(earlier, found.samples, found.commit, found.right)
    arm = found.samples.arms.candidate
    label = f"{arm.label}, stored {history.jobs[-1].at[:DAY]}"
    return Baseline(arm=arm.model_copy(update={"label": label}), cases=frozen, history=history)


def _here(file: Path) -> tuple[Revision | None, Commit]:
    """Return the revision of the files as they are, where there is one."""
    folder = file.resolve().parent
    if environment.git(folder) is None:
        return None, Commit()
    repository = Repository(folder)
    here = repository.here()
    return here, repository.commit(here)


def _timed(one: Alone, place: Path, limit: float, say: Say) -> Case:
    blocks = Blocks({"candidate": one.job}, place, limit, seed=0)
    found = []
    for number in range(BLOCKS):
        say(one.name, f"block {number + 1} of {BLOCKS}")
        try:
            found.append(blocks.measure(block_size.FIRST))
        except JobError as error:
            raise ArmError(broken(one.name, "candidate", error, number)) from None
    metrics = tuple(levels.TIMED[name] for name in GATED)
    return Case(name=one.name, metrics=metrics, blocks=tuple(found), exact=one.exact)


def _as_baseline(one: Exact) -> Exact:
    return one.model_copy(update={"baseline": one.candidate, "candidate": None, "declared": False})
