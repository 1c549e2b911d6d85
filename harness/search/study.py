"""The Optuna study: in the result store's database, so that optuna-dashboard opens it; asked and told, never run."""

from __future__ import annotations

import random
import warnings
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import optuna
from optuna.samplers import BaseSampler, GPSampler, NSGAIIISampler, NSGAIISampler, RandomSampler, TPESampler
from optuna.trial import TrialState

from harness.metrics import METRICS
from harness.record import Fact
from harness.search.algorithm import algorithm, name
from harness.search.objectives import objectives
from harness.search.tree import Tree
from harness.search.trials import CANDIDATE
from harness.spec import Candidate, Profile, Suite


def sampler(algorithm: str, seed: int) -> BaseSampler:
    """Return the sampler of an algorithm; each is named, since Optuna's own default changes between versions."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
        made: dict[str, BaseSampler] = {
            "exhaustive": RandomSampler(seed=seed),
            "random": RandomSampler(seed=seed),
            "tpe": TPESampler(seed=seed, multivariate=True, group=True),
            "nsga2": NSGAIISampler(seed=seed),
            "nsga3": NSGAIIISampler(seed=seed),
            "gp": GPSampler(seed=seed, warn_independent_sampling=False),  # what depends on another choice is drawn at random
            "guided": RandomSampler(seed=seed),  # it is told what to try
        }
    return made[algorithm]


@dataclass(frozen=True, slots=True)
class _Told:
    """What was told of a candidate."""

    values: tuple[float, ...]
    constraints: Mapping[str, float]


class Study:
    """What was tried of a suite's space on one machine, and what to try next; each candidate at most once."""

    def __init__(
        self, suite: Suite, candidates: Sequence[Candidate], url: str | None, environment: str, stale: Collection[str] = ()
    ) -> None:
        """``url`` is the database's, None for one that is gone afterwards; ``environment`` the machine's identity.

        ``stale`` are labels whose facts are not known any more (a file, a setting, a package changed): to be tried again.
        """
        optuna.logging.set_verbosity(optuna.logging.WARNING)
        self.objectives = objectives(suite)
        self.algorithm = algorithm(suite, len(candidates))
        self._tree = Tree(candidates)
        self._candidates = {candidate.label: candidate for candidate in candidates}
        self._random = random.Random(suite.search.seed)  # noqa: S311 (a seeded order, no secret)
        self._study = optuna.create_study(
            study_name=name(suite, self._candidates, environment),
            storage=None if url is None else _storage(url),
            sampler=sampler(self.algorithm, suite.search.seed),
            directions=["maximize" if METRICS[metric].higher else "minimize" for metric in self.objectives],
            load_if_exists=True,
        )
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
            self._study.set_metric_names(list(self.objectives))  # what optuna-dashboard shows
        self._told = {label: told for label, told in self._resume().items() if label not in stale}

    def _resume(self) -> dict[str, _Told]:
        """Return what was told so far by candidate; trials that a kill left open are closed."""
        told: dict[str, _Told] = {}
        for trial in self._study.get_trials(deepcopy=False):
            label = trial.user_attrs.get(CANDIDATE)
            if trial.state == TrialState.COMPLETE and label in self._candidates:
                told[label] = _Told(tuple(trial.values), dict(trial.constraints))
            elif trial.state == TrialState.RUNNING:
                self._study.tell(trial.number, state=TrialState.FAIL)
        return told

    @property
    def name(self) -> str:
        """The study's name in the database."""
        return str(self._study.study_name)

    @property
    def tried(self) -> tuple[str, ...]:
        """Labels of the candidates that were told."""
        return tuple(self._told)

    def untried(self) -> list[str]:
        """Return the labels that are left, in the order of the space."""
        return [label for label in self._candidates if label not in self._told]

    def ask(self, wish: Candidate | None = None) -> tuple[optuna.Trial, Candidate] | None:
        """Return a trial and its candidate, none that was tried; None when nothing is left. ``wish`` comes first."""
        left = self.untried()
        if not left:
            return None
        if wish is None and self.algorithm in ("exhaustive", "random"):  # down the tree small families would come too often
            wish = self._candidates[self._random.choice(left)]
        if wish is not None:
            self._study.enqueue_trial(self._tree.parameters(wish))
        trial, candidate = self._draw()
        while candidate.label in self._told:  # the sampler came back to a known point: say so, and take one at random
            self._close(trial, self._told[candidate.label])
            self._study.enqueue_trial(self._tree.parameters(self._candidates[self._random.choice(left)]))
            trial, candidate = self._draw()
        return trial, candidate

    def _draw(self) -> tuple[optuna.Trial, Candidate]:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
            trial = self._study.ask()
            candidate = self._tree.suggest(trial)
        trial.set_user_attr(CANDIDATE, candidate.label)
        return trial, candidate

    def tell(
        self, trial: optuna.Trial, facts: Mapping[str, Fact], failed: float, miss: float, profiles: Sequence[Profile]
    ) -> None:
        """Tell what became of a trial, with what the ``profiles`` are by now.

        A failure is told as a violated constraint, by how badly it ``failed`` up to 1, with the worst values, so that the
        sampler learns from it: as a failed trial it would be ignored. ``miss`` is the distance to the nearest profile's
        constraints, 0 when feasible.
        """
        values = tuple(facts[m].value if m in facts and not failed else self._worst(m, profiles) for m in self.objectives)
        told = _Told(values, {"failed": failed, "profiles": min(miss, 1e9)})
        self._close(trial, told)
        self._told[trial.user_attrs[CANDIDATE]] = told

    def _worst(self, metric: str, profiles: Sequence[Profile]) -> float:
        """Return the worst end of a metric's ranges, or, where none is known yet, the worst value that was told."""
        at = self.objectives.index(metric)
        ends = [profile.ranges[metric][0] for profile in profiles if metric in profile.ranges]
        ends = ends or [told.values[at] for told in self._told.values()] or [0.0]
        return min(ends) if METRICS[metric].higher else max(ends)

    def _close(self, trial: optuna.Trial, told: _Told) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
            for name, value in told.constraints.items():
                trial.set_constraint(name, value)
        self._study.tell(trial, told.values)


def _storage(url: str) -> optuna.storages.RDBStorage:
    engine = {"connect_args": {"timeout": 30}} if url.startswith("sqlite") else {}
    return optuna.storages.RDBStorage(url, engine_kwargs=engine)
