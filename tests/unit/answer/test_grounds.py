"""A run and its answer decide on the same grounds; who is feasible only by what was taken on the same samples is planted."""

import io

import numpy as np
import pytest

from harness.answer.evidence import Evidence
from harness.answer.grounds import Decider
from harness.answer.judged import judge
from harness.answer.lineage import lineage
from harness.ledger import Known, finished
from harness.record import Failure
from harness.running.tally import Tally
from harness.space import Space, expand
from harness.spec import End
from harness.store import Run, Store
from harness.suitefile import loads

TEXT = """
name: paired
workload: {dataset: digits}
models: [{sklearn: mlp}]
passes: [[], [quantize]]
runtimes: [onnxruntime]
profiles:
  fast:
    weights: {latency_p50: 1}
    range: {latency_p50: [20 ms, 0]}
    constraints: ["accuracy >= baseline - 2 pp"]
"""
SAMPLES = 360
BASE, FAST = "mlp@onnxruntime/b1", "mlp+quantize:static@onnxruntime/b1"
RIGHT, SECONDS = {BASE: 342, FAST: 341}, {BASE: 0.010, FAST: 0.001}
"""By their intervals, 19 in 20 of two independent shares like these are 3 pp apart; on the same samples one answer is."""


@pytest.fixture
def store():
    with Store("sqlite://") as opened:
        yield opened


@pytest.fixture
def asked(registry, tmp_path):
    suite = loads(TEXT, registry, tmp_path)
    return suite, expand(suite, registry)


@pytest.fixture
def known(store, asked, environment, fact):
    def one(candidate):
        label = candidate.label
        labels = np.arange(SAMPLES) % 2
        said = np.where(np.arange(SAMPLES) < RIGHT[label], labels, 1 - labels)
        file = io.BytesIO()
        np.savez(file, predictions=np.eye(2)[said], labels=labels)
        number = store.add_run(Run(environment, {"candidate": candidate.model_dump(mode="json")}, file.getvalue()))
        accuracy = fact("accuracy", RIGHT[label] / SAMPLES, 0.025).model_copy(update={"run": number})
        return Known(
            candidate, None, artifact=object(), facts={"accuracy": accuracy, "latency_p50": fact("latency_p50", SECONDS[label])}
        )

    return {candidate.label: one(candidate) for candidate in asked[1].everything}


def test_what_only_the_same_samples_make_feasible_is_what_a_run_and_its_answer_choose(asked, known, store):
    evidence = Evidence(store)
    decider = Decider(*asked, evidence)
    (answered,) = judge(*asked, known, evidence).told
    (decided,) = decider.of(known).decided()
    so_far = Tally(decider, known, None).status(2, 2, []).best["fast"]
    assert answered.candidate == decided.candidate == so_far.candidate == FAST
    assert answered.feasible and decided.feasible and so_far.feasible


def test_those_measured_in_full_that_did_not_fail_and_are_in_the_space_are_decided_among(asked, known, store):
    suite, space = asked
    narrow = Space(tuple(one for one in space.candidates if one.label == FAST), (), space.baselines)
    failed = Failure(key="f", kind="crashed", stage="measure", message="planted")

    def eligible(space, **instead):
        changed = {**known, **instead}
        on = Decider(suite, space, Evidence(store)).of(changed)
        assert set(on.eligible) <= set(finished(changed))
        return set(on.eligible), set(on.references), set(on.full)

    begun = Known(known[FAST].candidate, None, artifact=object(), facts=known[FAST].facts, missing={"query": "q"})
    broken = Known(known[FAST].candidate, None, facts=known[FAST].facts, failure=failed)
    assert eligible(space) == ({BASE, FAST}, {BASE, FAST}, {BASE, FAST})
    assert eligible(narrow) == ({FAST}, {BASE, FAST}, {BASE, FAST})
    assert eligible(space, **{FAST: begun}) == ({BASE}, {BASE, FAST}, {BASE})
    assert eligible(space, **{FAST: broken}) == ({BASE}, {BASE}, {BASE, FAST})


def test_ranges_that_move_with_the_baseline_are_settled_by_what_is_known_of_it(asked, known, store):
    suite, space = asked
    (profile,) = suite.profiles
    moving = profile.model_copy(update={"ranges": {}, "relative": {"latency_p50": (End(factor=2), End(factor=0.1))}})
    decider = Decider(suite.model_copy(update={"profiles": (moving,)}), space, Evidence(store))
    assert decider.of(known).profiles[0].ranges == {"latency_p50": (0.02, 0.001)}
    assert decider.of({}).profiles[0].ranges == {}


def test_to_decide_again_reads_no_run_again_and_without_ties_compares_no_samples(asked, known, store, monkeypatch):
    decider = Decider(*asked, Evidence(store))
    first = decider.of(known)
    monkeypatch.setattr(store, "samples", None)
    assert decider.of(known).decided() == first.decided()
    monkeypatch.setattr(decider.evidence, "right", None)
    assert decider.among(finished(known), finished(known), ties=False).decided()[0].candidate == FAST


def test_what_is_told_of_a_parent_is_the_same_however_often_it_is_asked(known, store, environment):
    evidence = Evidence(store)
    first, again = (lineage(known[FAST], known, environment, evidence) for _ in range(2))
    assert first == again
    assert first["changes"]["accuracy"]["difference"] == pytest.approx(-1 / SAMPLES)
