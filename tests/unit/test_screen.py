"""What a quick look ends, told from a store alone: facts of candidates are put into it by hand, and nothing is on disk."""

from types import SimpleNamespace

import pytest

from harness.keys import fact_key
from harness.ledger import Ledger, finished
from harness.metrics import METRICS
from harness.record import Fact
from harness.screen import SAMPLES, WORTH, quick, screen
from harness.space import expand
from harness.store import Run, Store

ENOUGH = WORTH * SAMPLES


@pytest.fixture
def opened(suite, registry, environment, artifact):
    """Make screens over a store in which every artifact is made, of a test split of so many ``samples``."""
    with Store("sqlite://") as store:

        def made(samples=ENOUGH, wish=None, algorithm="random"):
            search = suite.search.model_copy(update={"screen": wish, "algorithm": algorithm})
            asked = suite.model_copy(update={"search": search, "profiles": suite.profiles[:1]})
            ledger, space = Ledger(asked, registry, store, environment), expand(asked, registry)
            for candidate in space.everything:
                recipe = ledger.plan(candidate).recipe
                told = {"recipe": recipe, "digest": f"digest-{recipe}", "samples": samples}
                store.add_artifact(artifact.model_copy(update=told), [])

            def known():
                return ledger.look_up(space.everything)

            def looked(candidate, accuracy):
                """Keep what a quick look at a candidate gave."""
                of = ledger.of(quick(asked, frozenset()))
                made = known()[candidate.label].artifact
                about = of.subject(candidate, made)(METRICS["accuracy"])
                ends = {"value": accuracy, "low": accuracy - 0.05, "high": accuracy + 0.05, "n": 512, "unit": "share"}
                fact = Fact(key=fact_key(about), metric="accuracy", subject=about, **ends)
                store.add_run(Run(environment, {}, b"", tuple(of.tasks(candidate, made).values()), (fact,)))

            looks = screen(ledger, space, lambda: finished(known()))
            one = next(c for c in space.candidates if c.label not in space.baseline_of().values())
            return SimpleNamespace(
                screen=looks, ended=lambda: looks.ended(known()), known=known, looked=looked, one=one, baseline=space.baselines[0]
            )

        yield made


def test_what_a_look_ended_is_told_with_its_facts(opened):
    bench = opened()
    assert bench.ended() == {}
    bench.looked(bench.one, 0.5)
    told = bench.ended()
    assert {told[label].facts["accuracy"].value for label in told} == {0.5}
    assert told[bench.one.label].why == "accuracy 50.0 % breaks accuracy >= 0.9, beyond doubt"
    assert told[bench.one.label].added == 0


def test_what_a_look_would_not_end_is_not_told(opened):
    bench = opened()
    bench.looked(bench.one, 0.95)
    assert bench.ended() == {}


@pytest.mark.parametrize(("samples", "wish", "told"), [(ENOUGH - 1, None, False), (ENOUGH - 1, 100, True), (None, None, False)])
def test_nothing_is_told_of_what_is_not_looked_at_since_a_look_would_not_pay(opened, samples, wish, told):
    bench = opened(samples, wish)
    bench.looked(bench.one, 0.5)
    assert (bench.one.label in bench.ended()) is told


def test_a_baseline_is_never_ended(opened):
    bench = opened()
    bench.looked(bench.baseline, 0.5)
    assert bench.baseline.label not in bench.ended()


def test_a_look_says_what_is_told_of_it(opened):
    bench = opened()
    bench.looked(bench.one, 0.5)
    told = bench.ended()
    for label, known in bench.known().items():
        look = bench.screen.look(known.candidate, known.artifact, lambda text: None)
        assert (look.why is not None) is (label in told)
        assert label not in told or look == told[label]


@pytest.mark.parametrize("changes", [{"screen": 0}, {"algorithm": "exhaustive"}])
def test_a_suite_that_wants_none_and_a_search_of_everything_look_at_nothing_quickly(suite, changes):
    asked = suite.model_copy(update={"search": suite.search.model_copy(update=changes)})
    assert quick(suite, frozenset()) is not None
    assert quick(asked, frozenset()) is None
