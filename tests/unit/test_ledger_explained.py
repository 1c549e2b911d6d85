"""What a ledger asks for and finds in a suite that explains decisions."""

import pytest

from harness.ledger import EXPLAIN, Ledger
from harness.metrics import EXPLAINED, METRICS
from harness.space import expand
from harness.spec import Choice, Explain
from harness.store import Run, Store

SHAP = Explain(method=Choice(part="shap", label="shap"))
GRADIENTS = Explain(method=Choice(part="integrated_gradients", label="integrated_gradients"))
WEIGHS = {"weights": {"interpretability": 1.0}, "ranges": {"interpretability": (0.0, 1.0)}, "constraints": ()}


@pytest.fixture
def opened(suite, registry, environment):
    """Make ledgers over one store, of a suite that explains; ``judges``: its first profile judges by that."""
    with Store("sqlite://") as store:

        def made(explain=SHAP, judges=True):
            first = suite.profiles[0].model_copy(update=WEIGHS) if judges else suite.profiles[0]
            asked = suite.model_copy(update={"explain": explain, "profiles": (first, *suite.profiles[1:])})
            return Ledger(asked, registry, store, environment), expand(asked, registry).candidates

        yield made


def test_every_candidate_is_explained_where_a_profile_judges_by_that(opened, artifact):
    ledger, candidates = opened()
    assert all(EXPLAIN in ledger.tasks(one, artifact) for one in candidates)
    assert EXPLAIN not in ledger.tasks(candidates[0], artifact, process=1), "once is enough"


def test_where_none_does_nothing_waits_for_explanations(opened, artifact):
    ledger, candidates = opened(judges=False)
    assert all(EXPLAIN not in ledger.tasks(one, artifact) for one in candidates)
    assert set(ledger.metrics) >= EXPLAINED


def test_a_suite_that_explains_nothing_has_no_such_metrics(opened):
    ledger, candidates = opened(explain=None)
    assert not set(ledger.metrics) & EXPLAINED
    assert ledger.why_not_explained(candidates[0]) == "the suite does not ask for it"


def test_threads_and_batch_sizes_share_a_task_and_runtimes_do_not(opened, artifact):
    ledger, candidates = opened()
    tasks = {(one.runtime.part, ledger.tasks(one, artifact)[EXPLAIN]) for one in candidates}
    assert len(tasks) == len({part for part, _ in tasks}) == 2


def test_what_cannot_be_explained_says_why_and_waits_for_nothing(opened, artifact):
    ledger, candidates = opened(GRADIENTS)
    known = ledger.look_up(candidates)
    for one in candidates:
        assert f"which {one.runtime.part} does not give" in known[one.label].unexplained
        assert EXPLAIN not in ledger.tasks(one, artifact)


@pytest.mark.parametrize("judges", [True, False])
def test_the_run_that_explained_a_candidate_is_found(opened, artifact, environment, judges):
    ledger, (one, *others) = opened(judges=judges)
    mine = artifact.model_copy(update={"recipe": ledger.plan(one).recipe})
    ledger.store.add_artifact(mine, [])
    assert ledger.look_up([one])[one.label].explained is None
    number = ledger.store.add_run(Run(environment, {}, b"", done=(ledger.explanation(one, mine),)))
    known = ledger.look_up([one, *others])
    assert known[one.label].explained == number
    assert EXPLAIN not in known[one.label].missing


def test_agreement_is_known_by_a_key_of_its_own_once_the_baseline_is_made(opened, artifact):
    ledger, (one, *_) = opened()
    mine = artifact.model_copy(update={"recipe": ledger.plan(ledger.suite.baseline).recipe})
    before = ledger.subject(one, artifact)
    metric = METRICS["explanation_agreement"]
    ledger.store.add_artifact(mine, [])
    after = ledger.subject(one, artifact)
    assert "baseline" not in before(metric)
    assert after(metric)["baseline"]["artifact"] == mine.digest
    assert after(metric)["explain"]["samples"] == 64
