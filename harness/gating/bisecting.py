"""The first commit that made a metric worse: pairs of revisions of a suite, gated one after the other."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Final

from harness import pipeline
from harness.errors import HarnessError, InputError
from harness.gate import bisection, file, levels
from harness.gate.looks import planned
from harness.gate.samples import Plan, Samples
from harness.gate.verdict import Judgement
from harness.gate.writing import write
from harness.gating.arms import Say
from harness.gating.asked import at_revision, place_in
from harness.gating.revised import Pair, Revised, chosen
from harness.gating.revisions import Repository, Revision
from harness.gating.running import GATED, Run, Wish
from harness.keys import digest
from harness.pipeline import Setting

LONGER: Final = 3
"""How many times the blocks that decided nothing are measured again with, before a commit is left out."""
COUNTED: Final = (*levels.LIMITS, "accuracy")
"""Metrics that take no blocks."""
ANSWERS: Final[dict[str, bisection.Answer]] = {"regressed": "worse", "pass": "fine", "improved": "fine"}


@dataclass(frozen=True, slots=True)
class Question:
    """Since when is ``metric`` of the candidate worse than at ``good``, given that it is at ``bad``; and how to gate."""

    metric: str
    candidate: str | None
    good: str
    bad: str
    max_blocks: int
    seed: int


@dataclass(frozen=True, slots=True)
class Step:
    """What a commit was found to be, and why; ``folder`` has the gate's report, if it came to one."""

    revision: Revision
    answer: bisection.Answer
    why: str
    judgement: Judgement | None = None
    folder: Path | None = None
    gates: int = 1
    """How many times it was gated, each of which may have been wrong."""


@dataclass(slots=True)
class Bisection:
    """The gates of a line of commits against the one before them. ``reports`` keeps them, so that none is run twice."""

    setting: Setting
    repository: Repository
    inside: Path
    good: Revision
    line: list[Revision]
    label: str
    question: Question
    reports: Path
    place: Path
    say: Say
    steps: dict[int, Step] = field(default_factory=dict)

    def ask(self, at: int) -> bisection.Answer:
        """Return whether a commit is worse; one that blocks cannot decide is measured again with more of them."""
        for gates, times in enumerate((1, LONGER), 1):
            self.steps[at] = replace(self._step(self.line[at], self.plan(times * self.question.max_blocks)), gates=gates)
            judged = self.steps[at].judgement
            if judged is None or judged.verdict != "inconclusive":
                break
        return self.steps[at].answer

    def plan(self, blocks: int) -> Plan:
        """Return the plan of a gate, which has its share of the error budget of all that may be needed."""
        plan, most = planned(blocks, "warn"), bisection.most(len(self.line))
        return plan.model_copy(update={"alpha": plan.alpha / most, "beta": plan.beta / most})

    def _step(self, revision: Revision, plan: Plan) -> Step:
        key = [self.good.commit, revision.commit, self.label, self.question.metric, self.question.seed]
        folder = self.reports / f"{revision.commit[:8]}-{digest([*key, plan.model_dump(), self.setting.environment.id])[:8]}"
        try:
            samples = _kept(folder) or self._gated(revision, plan)
        except HarnessError as error:
            return Step(revision, "unknown", error.message)
        judged = next((one for one in write(samples, folder).judgements if one.metric == self.question.metric), None)
        if samples.broken or judged is None:
            why = samples.broken[0].message if samples.broken else f"{self.question.metric} was not measured"
            return Step(revision, "unknown", why, folder=folder)
        return Step(revision, ANSWERS.get(judged.verdict, "unknown"), judged.verdict, judged, folder)

    def _gated(self, revision: Revision, plan: Plan) -> Samples:
        """Return what was measured of a commit and the one before the line."""
        timed = () if self.question.metric in COUNTED else (self.question.metric,)
        metrics = tuple(levels.TIMED[name].model_copy(update={"advisory": False}) for name in timed)
        with self._read(self.good, "good") as older, self._read(revision, "asked") as newer:
            pair = Pair(self.label, older.candidate(self.label), newer.candidate(self.label))
            run = Run(older, newer, Wish(plan, False, self.question.seed, metrics), self.setting.environment, self.say)
            with place_in(self.place) as place:
                return run.measure([pair], self.setting.root, place)

    @contextmanager
    def _read(self, revision: Revision, name: str) -> Iterator[Revised]:
        """Give the suite at a revision."""
        registry = self.setting.ledger.registry
        with self.repository.checked_out(revision, self.place / name) as tree:
            suite = at_revision(tree, self.inside, revision, registry)
            yield Revised.of(suite, registry, revision.label, {"revision": revision.commit})


def bisected(setting: Setting, suite: Path, question: Question, reports: Path, say: Say) -> dict[str, Any]:
    """Return which commit made a metric worse, or which it may have been, with every gate that told so; as plain data."""
    _require(question.metric)
    wanted = [question.candidate] if question.candidate else []
    labels = chosen(setting.space, wanted, [])
    if len(labels) > 1:
        raise InputError(f"the suite has {len(labels)} candidates", "say of which the metric is: --candidate LABEL")
    repository = Repository(suite.resolve().parent)
    good, bad = repository.baseline(question.good), repository.baseline(question.bad)
    line = repository.line(good, bad)
    inside = suite.resolve().relative_to(repository.root.resolve())
    with pipeline.only_one(setting.root), place_in(setting.root) as place:
        repository.forget(place.parent)
        run = Bisection(setting, repository, inside, good, line, labels[0], question, reports, place, say)
        found = bisection.search(len(line), run.ask)
    return _told(run, found)


def _require(metric: str) -> None:
    known = (*GATED, *COUNTED)
    if metric not in known:
        near = get_close_matches(metric, known, n=1)
        raise InputError(f"the gate has no metric {metric!r}", f"did you mean {near[0]}?" if near else ", ".join(known))


def _kept(folder: Path) -> Samples | None:
    path = folder / "gate.json"
    return file.read(path.read_bytes(), str(path)) if path.exists() else None


def _told(run: Bisection, found: bisection.Found) -> dict[str, Any]:
    return {
        "metric": run.question.metric,
        "candidate": run.label,
        "good": run.repository.commit(run.good).model_dump(),
        "bad": run.repository.commit(run.line[-1]).model_dump(),
        "commits": len(run.line),
        "suspects": [_suspect(run.repository, run.line[at]) for at in found.suspects],
        "wrong": _wrong(run, found),
        "steps": [_step(run, run.steps[at]) for at in found.asked],
    }


def _suspect(repository: Repository, revision: Revision) -> dict[str, Any]:
    return {**repository.commit(revision).model_dump(), "authored": repository.authored(revision)}


def _wrong(run: Bisection, found: bisection.Found) -> float:
    """Return how often such an answer is wrong at most, of a single change that is as large as what is to be caught."""
    if run.question.metric in levels.LIMITS:
        return 0.0
    plan = run.plan(run.question.max_blocks)
    levels_of = {"worse": plan.alpha, "fine": 0.0 if run.question.metric == "accuracy" else plan.beta, "unknown": 0.0}
    return sum(levels_of[answer] * run.steps[at].gates for at, answer in found.asked.items())


def _step(run: Bisection, step: Step) -> dict[str, Any]:
    judged = step.judgement
    return {
        "commit": run.repository.commit(step.revision).model_dump(),
        "answer": step.answer,
        "why": step.why,
        "judgement": judged.model_dump(mode="json") if judged else None,
        "report": str(step.folder / "index.html") if step.folder else None,
    }
