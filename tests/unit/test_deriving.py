"""Facts of behaviour follow from outputs that are stored, at any time, and no process starts for them."""

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from harness import deriving, launch
from harness.answer.evidence import Evidence
from harness.facts.behaviour import Behaviour
from harness.ledger import ACCURACY, ROBUSTNESS, Ledger
from harness.metrics import BEHAVIOUR
from harness.space import expand
from harness.spec import Corruptions, Costs, Groups
from harness.store import Run, Store
from harness.suitefile import loads

TEXT = """
name: planted
workload: {dataset: breast_cancer}
models: [{sklearn: [logistic_regression, decision_tree]}]
runtimes: [onnxruntime]
profiles: {p: {weights: {accuracy: 1}, range: {accuracy: [50 %, 100 %]}}}
"""
LABELS = np.arange(40) % 2
ALWAYS = {"calibration_error", "brier", "accuracy_worst_class"}


def scores(wrong=(), sure=0.9):
    """Return probabilities, as sure of every answer, with these samples wrong."""
    right = np.where(np.isin(np.arange(40), wrong), 1 - sure, sure)
    return np.where(LABELS[:, None] == np.arange(2), right[:, None], 1 - right[:, None]).astype(np.float32)


@pytest.fixture
def planted(registry, environment, artifact, tmp_path, monkeypatch):
    """Return a ledger over one store, by what its suite asks; the store gets what is kept, and no process may start."""

    def none(*about, **more):
        raise AssertionError("a process was started")

    monkeypatch.setattr(launch, "measure", none)
    suite = loads(TEXT, registry, tmp_path)
    inputs = tmp_path / "inputs"
    inputs.mkdir()
    np.save(inputs / "samples.npy", np.stack([np.arange(40) < 20, np.zeros(40)], axis=1).astype(np.float32))

    with Store("sqlite://") as store:

        def ledger(**asked):
            return Ledger(suite.model_copy(update=asked), registry, store, environment)

        def keep(candidate, predictions, asked=None, task=ACCURACY, **more):
            here = asked or ledger()
            changes = {
                "recipe": here.plan(candidate).recipe,
                "digest": candidate.model.label,
                "inputs": str(inputs),
                "classes": 2,
            }
            made = artifact.model_copy(update=changes)
            store.add_artifact(made, [])
            samples = more or {"predictions": predictions, "labels": LABELS}
            done = here.tasks(candidate, made)[task]
            store.add_run(
                Run(environment, {"candidate": candidate.model_dump(mode="json")}, launch.packed(samples), done=(done,))
            )

        def derived(here):
            known = here.look_up(expand(here.suite, registry).candidates)
            added = deriving.complete(here, list(known.values()))
            return added, here.look_up(expand(here.suite, registry).candidates)

        first, other = expand(suite, registry).candidates
        yield SimpleNamespace(ledger=ledger, keep=keep, derived=derived, first=first, other=other, store=store, inputs=inputs)


def behaviour(one):
    return {name: fact for name, fact in one.facts.items() if name in BEHAVIOUR}


def test_what_is_stored_gives_facts_once(planted):
    planted.keep(planted.first, scores(wrong=(0, 1)))
    added, known = planted.derived(planted.ledger())
    found = behaviour(known[planted.first.label])
    assert set(found) == ALWAYS | {"flips"}, "it is the baseline"
    assert added == 4
    assert found["calibration_error"].value == pytest.approx(0.05, abs=1e-6)
    assert found["accuracy_worst_class"].value == pytest.approx(0.95)
    assert {fact.run for fact in found.values()} == {1}
    assert planted.derived(planted.ledger())[0] == 0


def test_flips_wait_for_the_baseline(planted):
    planted.keep(planted.other, scores(wrong=(0, 1)))
    assert set(behaviour(planted.derived(planted.ledger())[1][planted.other.label])) == ALWAYS
    planted.keep(planted.first, scores(wrong=(1, 2, 3)))
    _, known = planted.derived(planted.ledger())
    flips = known[planted.other.label].facts["flips"]
    assert (flips.value, flips.n) == (3 / 40, 40)
    own = known[planted.first.label].facts["flips"]
    assert (own.value, own.low, own.high) == (0, 0, 0)


def test_an_identical_copy_has_no_flips(planted):
    planted.keep(planted.first, scores(wrong=(1,)))
    planted.keep(planted.other, scores(wrong=(1,)))
    _, known = planted.derived(planted.ledger())
    assert known[planted.other.label].facts["flips"].value == 0


def test_other_costs_are_judged_by_what_is_stored(planted):
    planted.keep(planted.first, scores(wrong=(0, 2, 4)))
    dear, cheap = (Costs(mistakes=((0, 100), (cost, 0)), person=10) for cost in (400, 100))
    found = [planted.derived(planted.ledger(costs=costs))[1][planted.first.label].facts for costs in (dear, cheap)]
    assert found[0]["expected_cost"].key != found[1]["expected_cost"].key
    assert found[0]["review_rate"].value > found[1]["review_rate"].value
    assert found[0]["accuracy_worst_class"] == found[1]["accuracy_worst_class"]


def test_costs_of_other_classes_than_the_models_say_nothing(planted):
    planted.keep(planted.first, scores())
    asked = planted.ledger(costs=Costs(mistakes=((0, 1, 1), (1, 0, 1), (1, 1, 0)), person=10))
    assert "expected_cost" not in planted.derived(asked)[1][planted.first.label].facts


def test_groups_are_told_apart_as_long_as_the_rows_are_there(planted):
    planted.keep(planted.first, scores(wrong=(0, 2, 4, 6)))  # of the first twenty, which are above
    asked = planted.ledger(groups=Groups(column=0, above=0.5, positive=1))
    facts = planted.derived(asked)[1][planted.first.label].facts
    assert facts["group_accuracy_gap"].value == pytest.approx(0.2)
    assert facts["group_rate_gap"].value == pytest.approx(0.2)
    Path(planted.inputs / "samples.npy").unlink()
    other = planted.ledger(groups=Groups(column=0, above=0.7, positive=1))
    assert "group_rate_gap" not in planted.derived(other)[1][planted.first.label].facts
    assert planted.derived(asked)[1][planted.first.label].facts["group_rate_gap"] == facts["group_rate_gap"], (
        "what is known stays"
    )


def test_all_that_is_told_of_behaviour_has_the_form_that_is_promised(planted):
    asked = planted.ledger(
        costs=Costs(mistakes=((0, 100), (400, 0)), person=10),
        groups=Groups(column=0, above=0.5, positive=1),
        corruptions=Corruptions(kinds=("noise",), samples=8),
    )
    planted.keep(planted.first, scores(wrong=(0, 2)))
    corrupted = np.tile(LABELS[:8], (1, 5, 1))
    corrupted[0, 4, :4] = 1 - corrupted[0, 4, :4]
    planted.keep(
        planted.first,
        None,
        asked,
        ROBUSTNESS,
        corrupted=corrupted,
        corrupted_confidence=np.ones((1, 5, 8)),
        corrupted_labels=LABELS[:8],
        clean=LABELS[:8],
        clean_confidence=np.full(8, 0.9),
        shuffled_confidence=np.full(8, 0.6),
    )
    _, known = planted.derived(asked)
    one = known[planted.first.label]
    assert set(behaviour(one)) == set(BEHAVIOUR)
    assert one.facts["robust_accuracy"].value == pytest.approx(0.9)
    assert one.facts["ood_gap"].value == pytest.approx(0.3)
    told = Evidence(planted.store).behaviour(one, one, asked.suite)
    found = Behaviour.model_validate(told)
    assert [each.value for each in found.corruptions.kinds["noise"]] == [1, 1, 1, 1, 0.5]
    assert [(each.name, each.n) for each in found.classes] == [("malignant", 20), ("benign", 20)]
    assert found.groups.accuracy.above.value == pytest.approx(0.9)
    assert found.costs.curve[0].review_rate == 1
    assert found.flips.value == 0
