"""The page and Python agree: utilities, constraints and the choice of every candidate are the same by both."""

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.decide import recommend, sensitivity
from harness.decide.columns import gather
from harness.decide.utility import wanted, weigh
from harness.metrics import METRICS
from harness.record import Fact
from harness.report import page_data
from harness.spec import Constraint, Profile
from tests.scripts import Scripts
from tests.sweeps import Sweep, sweep

SCRIPTS = Scripts("units", "utility", "turns")
NEAR = 1e-9

ENDS = {"latency_p90": (1e-4, 0.05), "accuracy": (0.3, 1.0), "size": (1e3, 1e7), "rmse": (0.1, 9.0)}
"""Metrics of each kind of unit, and where their values lie."""


@st.composite
def facts(draw, metric):
    """Some facts, of which a table has many times the same."""
    low, high = ENDS[metric]
    value = draw(st.one_of(st.floats(low, high), st.sampled_from((low, high, (low + high) / 2))))
    below, above = (draw(st.sampled_from((0.0, 0.01, 0.2, 1.5))) * value for _ in range(2))
    key = f"{metric}{value}{below}{above}"
    return Fact(
        key=key, metric=metric, value=value, low=value - below, high=value + above, n=9, unit=METRICS[metric].unit, subject={}
    )


@st.composite
def ends(draw, metric):
    low, high = ENDS[metric]
    one, other = sorted(draw(st.lists(st.floats(low / 2, high * 2), min_size=2, max_size=2, unique=True)))
    return (one, other) if METRICS[metric].higher else (other, one)


@st.composite
def constraints(draw):
    metric = draw(st.sampled_from(list(ENDS)))
    factor, offset = draw(st.sampled_from((0.0, 0.0, 0.5, 1.0, 2.0))), draw(st.floats(*ENDS[metric]))
    offset = offset if not factor else draw(st.sampled_from((0.0, -0.01, 0.01))) * offset
    return Constraint(metric=metric, op=draw(st.sampled_from(("<=", ">="))), factor=factor, offset=offset, text="as planted")


@st.composite
def profiles(draw):
    weights = draw(st.dictionaries(st.sampled_from(list(ENDS)), st.floats(1e-3, 1e3), min_size=1))
    ranged = [metric for metric in weights if draw(st.integers(0, 5))]
    return Profile(
        name="p",
        weights=weights,
        ranges={metric: draw(ends(metric)) for metric in ranged},
        scales={metric: "log" for metric in ranged if draw(st.booleans())},
        guard=draw(st.sampled_from((0.0, 2.0, 3.5))),
        constraints=tuple(draw(st.lists(constraints(), max_size=3))),
    )


@st.composite
def answers(draw):
    """A table with the baselines of its candidates, differences from them on the same samples, and who may be recommended."""
    known = {metric: draw(st.lists(facts(metric), min_size=1, max_size=4)) for metric in ENDS}
    some = st.fixed_dictionaries({}, optional={metric: st.sampled_from(found) for metric, found in known.items()})
    table = draw(st.dictionaries(st.text("ab\uffff\U0001f600", min_size=1, max_size=3), some, min_size=1, max_size=8))
    baselines = {label: name for label in table if (name := draw(st.sampled_from(("one", "two", "unknown", ""))))}
    references = {"one": draw(some), "two": draw(some)}
    apart = st.tuples(st.floats(-0.05, 0.05), st.floats(0, 0.02), st.floats(0, 0.02))
    differences = {
        label: {
            metric: {"value": value, "low": value - below, "high": value + above}
            for metric, (value, below, above) in draw(st.dictionaries(st.sampled_from(("accuracy", "rmse")), apart)).items()
        }
        for label in table
    }
    eligible = draw(st.fixed_dictionaries(dict.fromkeys(table, st.booleans())))
    return table, baselines, references, differences, eligible


def told(table, baselines, references, differences, eligible):
    """Return the same as an answer has it."""

    def shown(facts):
        return {name: fact.model_dump(include={"value", "low", "high", "unit", "n", "quality"}) for name, fact in facts.items()}

    def same(label):
        theirs = references.get(baselines.get(label, ""), {})
        return [name for name, fact in table[label].items() if name in theirs and theirs[name].key == fact.key]

    part = {"part": "toy", "label": "toy", "options": {}}
    candidates = [
        {
            "candidate": label, "facts": shown(facts), "paired": differences[label], "same": same(label),
            "eligible": eligible[label], "model": part, "passes": [], "runtime": part, "batch_size": 1, "device": "cpu",
            "withheld": {}, "runs": [],
        }
        for label, facts in table.items()
    ]  # fmt: skip
    metrics = {name: {"unit": one.unit, "higher": one.higher, "summary": ""} for name, one in METRICS.items()}
    return {
        "suite": "made-up", "candidates": candidates, "objectives": [], "metrics": metrics, "profiles": {},
        "priorities": {}, "baselines": baselines, "front": [], "near_front": [], "failures": [],
        "references": {label: shown(facts) for label, facts in references.items()},
    }  # fmt: skip


def close(found, expected):
    """Say whether two tables of numbers are the same; None stands for NaN."""
    found = np.array(found, dtype=float).reshape(np.shape(expected))
    return np.allclose(found, expected, rtol=NEAR, atol=NEAR, equal_nan=True)


def in_page(profile, data):
    SCRIPTS.put("data", data)
    SCRIPTS.put("profile", profile.model_dump(mode="json"))
    SCRIPTS.get("(globalThis.weighed = utility.weigh(profile, data)).feasible")
    return SCRIPTS.get("weighed")


def agree(profile, columns, data):
    """Check that every candidate fares the same in the page; a margin of next to nothing may fall to either side."""
    expected, found = weigh(profile, columns), in_page(profile, data)
    assert close(found["utility"], expected.utility)
    assert close(found["halfWidth"], expected.half_width)
    for i, metric in enumerate(profile.weights):
        assert close(found["useful"][metric], expected.useful[:, i])
    for name, python in (("bound", "bound"), ("slack", "slack"), ("margin", "margin"), ("miss", "misses")):
        assert len(found[name]) == len(profile.constraints)
        for i, column in enumerate(found[name]):
            assert close(column, getattr(expected, python)[:, i])
    sure = ((np.abs(expected.margin) > NEAR) | (expected.margin == 0) | np.isnan(expected.margin)).all(axis=1)
    assert (np.array(found["feasible"], dtype=bool) == expected.feasible)[sure].all()


@settings(max_examples=150)
@given(answers(), profiles())
def test_every_candidate_fares_in_the_page_as_in_python(made, profile):
    table, baselines, references, differences, _ = made
    columns = gather(table, wanted(profile), baselines, references, differences)
    agree(profile, columns, page_data.page_data(told(*made)))


@settings(max_examples=150)
@given(answers(), profiles())
def test_the_page_recommends_what_python_recommends(made, profile):
    table, baselines, references, differences, eligible = made
    labels, data = list(table), page_data.page_data(told(*made))
    candidates = {label: facts for label, facts in table.items() if eligible[label]}
    columns = gather(candidates, wanted(profile), baselines, references, differences)
    expected, weighed = recommend.recommend(profile, candidates, baselines, references, differences), weigh(profile, columns)
    in_page(profile, data)
    best, nearest, ranking = SCRIPTS.get(
        "[utility.best(weighed, data), utility.nearest(weighed, data), utility.ranking(weighed, data)]"
    )
    assert best == (ranking[0] if ranking else None)
    chosen = nearest if best is None else best
    if chosen is None:
        assert expected.candidate is None
    elif labels[chosen] != expected.candidate:  # by less than the last digits of both
        one, other = (columns.rows[label] for label in (labels[chosen], expected.candidate))
        assert math.isclose(weighed.utility[one], weighed.utility[other], abs_tol=NEAR)
        assert close(weighed.misses[one], weighed.misses[other])
    reached = [weighed.utility[columns.rows[labels[row]]] for row in ranking]
    assert all(before >= after - NEAR for before, after in pairwise(reached))


def swept(seed: int) -> tuple[Sweep, dict]:
    """Return a sweep as sweeps are, with what the page has of it."""
    made = sweep(np.random.default_rng(seed))
    references = {made.baseline: made.table[made.baseline]}
    differences = {label: made.differences.get(label, {}) for label in made.table}
    everyone = dict.fromkeys(made.table, True)
    return made, page_data.page_data(told(made.table, made.baselines, references, differences, everyone))


@pytest.fixture(scope="module")
def sweeps():
    """Sweeps as sweeps are, with what the page has of them."""
    return [swept(seed) for seed in range(4)]


def test_sweeps_fare_in_the_page_as_in_python(sweeps):
    for made, data in sweeps:
        columns = gather(made.table, wanted(made.profile), made.baselines, made.table, made.differences)
        agree(made.profile, columns, data)
        expected = recommend.recommend(made.profile, made.table, made.baselines, made.table, made.differences)
        best, nearest = SCRIPTS.get("[utility.best(weighed, data), utility.nearest(weighed, data)]")
        assert data["labels"][nearest if best is None else best] == expected.candidate
        assert (best is not None) == expected.feasible


def test_the_winner_changes_in_the_page_at_the_weights_where_it_does_in_python(sweeps):
    told_turns = 0
    for made, data in sweeps:
        profile = made.profile.model_copy(update={"constraints": ()})
        weighed = weigh(profile, gather(made.table, wanted(profile), made.baselines, made.table, made.differences))
        in_page(profile, data)
        found = SCRIPTS.get("turns.weights(weighed, utility.best(weighed, data), data)")
        expected = {one.metric: one for one in sensitivity.weight_turns(weighed, weighed.first(weighed.feasible))}
        assert list(found) == list(expected)
        for metric, one in expected.items():
            assert found[metric]["share"] == pytest.approx(one.share, abs=NEAR)
            for turn, shown in ((one.below, found[metric]["below"]), (one.above, found[metric]["above"])):
                assert (turn is None) == (shown is None)
                if turn:
                    assert (shown["at"], data["labels"][shown["row"]]) == (pytest.approx(turn.at, abs=NEAR), turn.candidate)
                    told_turns += 1
    assert told_turns
