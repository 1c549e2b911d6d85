"""How few evaluations each search needs: `nox -s benchmarks -- -k search` prints the tables; nothing is asserted on time.

Those of published tables need the tables: `HARNESS_TIMM=FOLDER`, a folder with results-….csv and benchmark-….csv of
pytorch-image-models.
"""

from __future__ import annotations

import dataclasses
import os
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from harness import published
from harness.replay import imported
from harness.replay.comparing import compare
from harness.replay.problem import Problem
from harness.search.pilot import Pilot
from harness.search.study import Study
from tests.simulated_space import Prior, failing, table

TABLES = range(20)
FEWER = range(3)
"""For what is slow: gp."""
SHARE = 0.05
"""Of a table, the evaluations."""
FAILING_TRIALS = 100
SEEDS = {"seeds 0 to 9": range(10), "seeds 100 to 109": range(100, 110)}
WITHIN = 50
FOLDER = "HARNESS_TIMM"
PROPOSED = 20
"""Proposals that are timed."""


def _mean(made: Callable[[int], Problem], algorithm: str, tables: Sequence[int], trials: int) -> dict[str, Any]:
    """Return what an algorithm reached, over tables, each with a seed of its own."""
    found = [compare(made(i), (algorithm,), trials, (1000 + i,))["algorithms"][algorithm] for i in tables]
    shares = np.array([[after["mean"] for after in one["reached"]] for one in found])
    return {
        "shares": shares.mean(axis=0),
        "least": shares[:, -1].min(),
        "failing": float(np.mean([one["failing"] for one in found])),
        "worst": max(one["failing"] for one in found),
        "twice": sum(one["twice"] for one in found),
        "seconds": float(np.mean([one["seconds"] for one in found])),
    }


def _told(name: str, found: dict[str, Any], more: str = "") -> None:
    shares = "".join(f"{share:>8.1%}" for share in found["shares"])
    print(f"{name:<28}{shares}{found['least']:>8.1%}{1000 * found['seconds']:>8.1f} ms{more}")


def test_search_of_a_made_up_table() -> None:
    trials = round(SHARE * len(table(0).space.candidates))
    print(f"\n{len(table(0).space.candidates):,} candidates, {trials} evaluations, {len(TABLES)} tables (gp: {len(FEWER)})")
    print(f"{'hypervolume after':<28}{trials // 4:>8}{trials // 2:>8}{trials:>8}{'least':>8}   a proposal")
    found: dict[str, dict[str, Any]] = {}
    priors: tuple[Prior, ...] = ("valid", "shifted", "shuffled", "none")
    for prior in priors:
        found[prior] = _mean(lambda i, prior=prior: table(i, prior), "guided", TABLES, trials)
        _told(f"guided, prior {prior}", found[prior])
    for name in ("random", "nsga2", "tpe", "gp"):
        found[name] = _mean(lambda i: table(i, "none"), name, FEWER if name == "gp" else TABLES, trials)
        _told(name, found[name])
    share = {name: one["shares"][-1] for name, one in found.items()}
    assert share["valid"] >= 0.97
    assert share["shifted"] >= 0.86
    assert share["shuffled"] >= share["random"]


def test_search_where_a_quarter_fails() -> None:
    size = len(failing(0).space.candidates)
    print(f"\n{size} candidates, 26 % fail, {FAILING_TRIALS} evaluations, {len(TABLES)} spaces")
    print(f"{'hypervolume after':<28}{25:>8}{50:>8}{100:>8}{'least':>8}   a proposal  failed (worst)")
    for name in ("guided", "random", "nsga2", "tpe"):
        found = _mean(failing, name, TABLES, FAILING_TRIALS)
        _told(name, found, f"    {found['failing']:.1%} ({found['worst']:.1%})")
        assert found["twice"] == 0
        assert name != "guided" or found["failing"] <= 0.21


def _tables() -> list[published.Table]:
    folder = os.environ.get(FOLDER)
    if not folder:
        pytest.skip(f"no published tables: set {FOLDER} to a folder with results-….csv and benchmark-….csv of timm")
    return [published.read(path) for path in sorted(Path(folder).glob("*.csv"))]


def _print_pairs(title: str, problems: Sequence[Problem], algorithm: str, seeds: Sequence[int]) -> list[dict[str, Any]]:
    print(f"\n{title}")
    print(f"{'':<26}{'after 25':>9}{'50':>8}{'least':>8}   95 % after: median, worst, within {WITHIN}   regret   a proposal")
    found = []
    for one in problems:
        told = compare(one, (algorithm,), WITHIN, seeds)["algorithms"][algorithm]
        to = next(each for each in told["evaluations"] if each["share"] == 0.95)
        took = f"{to['median'] or '–':>18}{to['worst'] or '–':>7}   {to['seeds']:>3} of {len(seeds)} seeds"
        regret = np.mean([each["mean"] for each in told["regret"].values()])
        _, half, end = told["reached"]
        shares = f"{half['mean']:>9.1%}{end['mean']:>8.1%}{end['least']:>8.1%}"
        print(f"{one.name:<26}{shares}{took}{regret:>12.3f}{1000 * told['seconds']:>9.1f} ms")
        found.append(to)
    return found


def test_search_of_published_tables() -> None:
    tables = _tables()
    usual = imported.problems(tables, imported.Wish())
    print("\n" + "\n".join(f"{one.name}: {len(one.space.candidates):,} candidates, known: {one.priors}" for one in usual))
    found = []
    for name, seeds in SEEDS.items():
        found += _print_pairs(f"guided, with the accuracies on another dataset, {name}", usual, "guided", seeds)
    hardware = [one.description["hardware"] for one in tables if one.kind == "benchmark"]
    datasets = [one.description["dataset"] for one in tables if one.kind == "accuracy"]
    others = {
        "guided, nothing published": imported.Wish(priors=("none",)),
        "guided, with the accuracies on another dataset and the speed on other hardware": imported.Wish(
            priors=(*datasets, *hardware)
        ),
        "guided, all weights of each model, with the accuracies on another dataset": imported.Wish(all_tags=True),
    }
    seeds = SEEDS["seeds 0 to 9"]
    for name, wish in others.items():
        _print_pairs(name, imported.problems(tables, wish), "guided", seeds)
    for name in ("random", "nsga2", "tpe"):
        _print_pairs(name, usual, name, seeds)
    assert all(to["seeds"] == 10 for to in found)


def _proposals(problem: Problem, algorithm: str, told: int) -> list[float]:
    """Return how long proposals took after ``told`` candidates at random."""
    search = problem.suite.search.model_copy(update={"algorithm": algorithm, "gain": 0.0, "trials": told + PROPOSED})
    suite = problem.suite.model_copy(update={"search": search})
    study = Study(suite, problem.space.candidates, None, "benchmark")
    pilot = Pilot(suite, problem.space, {}, problem.outlines) if algorithm == "guided" else None
    order = np.random.default_rng(0).permutation(len(problem.space.candidates))
    taken = []
    for i in range(told + PROPOSED):
        began = time.perf_counter()
        wish = problem.space.candidates[order[i]] if i < told else pilot.propose(study.untried()) if pilot else None
        asked = study.ask(wish)
        assert asked is not None
        trial, candidate = asked
        facts = problem.known[candidate.label].facts
        if i >= told:
            taken.append(time.perf_counter() - began)
        study.tell(trial, facts, 0.0, 0.0, suite.profiles)
        if pilot:
            pilot.learn(candidate.label, facts)
    return taken


def test_search_proposing() -> None:
    large = table(0, families=40, sizes=16, memory=True)
    large = dataclasses.replace(large, suite=large.suite.model_copy(update={"profiles": large.suite.profiles[:1]}))
    print(f"\n{len(large.space.candidates):,} candidates, 3 objectives: milliseconds a proposal, median and worst of {PROPOSED}")
    for algorithm, told in (("guided", 1000), ("nsga2", 1000), ("tpe", 1000), ("gp", 200)):
        taken = np.array(_proposals(large, algorithm, told)[1:]) * 1000
        print(f"{algorithm:<10} after {told:>5} trials {np.median(taken):>8.1f} {taken.max():>8.1f}")
