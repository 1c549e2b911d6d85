"""What a store knows of candidates, from facts that are put into it by hand."""

from types import SimpleNamespace

import pytest

from harness import keys
from harness.keys import fact_key
from harness.ledger import ACCURACY, QUERY, Ledger
from harness.metrics import BEHAVIOUR, METRICS, PARTS
from harness.record import Fact, Failure
from harness.space import expand
from harness.spec import Choice, Target
from harness.store import Run, Store
from harness.suitefile import loads

SERVER = Choice(part="server", label="server:0.02", options={"latency": 0.02})


@pytest.fixture
def opened(suite, registry, environment, artifact):
    """Make ledgers over one store; the suite may be changed. ``keep`` puts facts of a candidate into it."""
    with Store("sqlite://") as store:

        def made(processes=3, again=2, **changes):
            measure = suite.measure.model_copy(update={"processes": processes, "again": again})
            asked = suite.model_copy(update={"measure": measure} | changes)
            ledger = Ledger(asked, registry, store, environment)
            candidates = expand(asked, registry).candidates

            def artifact_of(candidate):
                recipe = ledger.plan(candidate).recipe
                return artifact.model_copy(update={"recipe": recipe, "digest": f"digest-{recipe}"})

            def keep(candidate, process=0, values=(), done=None, **fields):
                """Keep facts (1.0, or as ``values`` say) of a candidate's nth process, and note its tasks as done."""
                about = ledger.subject(candidate, artifact_of(candidate), process)
                tasks = ledger.tasks(candidate, artifact_of(candidate), process)
                facts = [_fact(METRICS[name], value, about, fields) for name, value in dict(values).items()]
                completed = tuple(tasks.values() if done is None else (tasks[name] for name in done))
                return store.add_run(Run(environment, {}, b"", completed, tuple(facts)))

            def make(*some):
                for candidate in some:
                    store.add_artifact(artifact_of(candidate), [])

            return SimpleNamespace(
                ledger=ledger,
                store=store,
                candidates=candidates,
                make=make,
                keep=keep,
                known=lambda candidate: ledger.look_up([candidate])[candidate.label],
            )

        yield made


def _fact(metric, value, about, fields):
    subject = about(metric)
    told = {"value": value, "low": value, "high": value, "n": 100, "unit": metric.unit, "subject": subject}
    return Fact(key=fact_key(subject), metric=metric.name, **told | fields)


@pytest.fixture
def bench(opened):
    return opened()


@pytest.fixture
def one(bench):
    """The first candidate, its artifact made."""
    bench.make(bench.candidates[0])
    return bench.candidates[0]


TASKS = {QUERY, "single_stream", "offline", ACCURACY}


def test_what_was_never_made_is_not_complete_and_lacks_nothing_yet(bench):
    known = bench.known(bench.candidates[0])
    assert (known.artifact, known.complete, known.missing, known.facts, known.runs) == (None, False, {}, {}, ())


def test_what_was_never_measured_lacks_every_task_and_accuracy_only_once(bench, one):
    known = bench.known(one)
    assert set(known.missing) == TASKS
    assert [set(missing) for missing in known.later] == [TASKS - {ACCURACY}] * 2
    assert not known.complete


def test_a_rate_is_searched_once(opened, suite):
    bench = opened(scenarios=(*suite.scenarios, SERVER))
    bench.make(bench.candidates[0])
    known = bench.known(bench.candidates[0])
    assert set(known.missing) == TASKS | {"server"}
    assert all("server" not in missing for missing in known.later)
    assert [name for name in known.missing if bench.ledger.is_probed(name)] == ["server"]


def test_what_is_done_is_complete_and_tells_its_runs(bench, one):
    first = bench.keep(one, done=[QUERY, "offline"])
    assert set(bench.known(one).missing) == {"single_stream", ACCURACY}
    second = bench.keep(one, done=["single_stream", ACCURACY])
    known = bench.known(one)
    assert known.complete
    assert known.done == {QUERY: first, "offline": first, "single_stream": second, ACCURACY: second}
    assert known.runs == (first, second)
    third = bench.keep(one, process=2)
    assert bench.known(one).runs == (first, second, third)
    assert [set(missing) for missing in bench.known(one).later] == [TASKS - {ACCURACY}, set()]


def test_a_run_that_only_took_a_figures_place_is_told_too(bench, one, environment):
    number = bench.keep(one, values={"latency_p50": 1.0})
    (key,) = bench.store.facts([bench.known(one).facts["latency_p50"].key])
    better = bench.store.facts([key])[key].model_copy(update={"run": None, "value": 2.0})
    other = bench.store.add_run(Run(environment, {}, b"", instead=(better,)))
    assert bench.known(one).runs == (number, other)


def test_timings_rest_on_the_runs_of_their_medians_one_a_process(bench, one, environment):
    first = bench.keep(one, values={"latency_p50": 1.0, "throughput": 3.0})
    bench.keep(one, 1, values={"latency_p50": 4.0}, quality="contended")
    (key,) = [key for key in bench.ledger.timings(one, bench.known(one).artifact, 1) if key in bench.store.facts([key])]
    calm = bench.store.facts([key])[key].model_copy(update={"run": None, "quality": "clean"})
    other = bench.store.add_run(Run(environment, {}, b"", instead=(calm,)))
    assert bench.known(one).timed == {"single_stream": (first, other)}


def test_facts_of_several_processes_are_one(bench, one):
    bench.keep(one, values={"latency_p50": 1.0, "accuracy": 0.9, "load_time": 3.0})
    bench.keep(one, 1, values={"latency_p50": 4.0})
    facts = bench.known(one).facts
    assert (facts["latency_p50"].value, facts["latency_p50"].processes) == (pytest.approx(2.0), 2)
    assert (facts["accuracy"].value, facts["accuracy"].processes) == (0.9, 1)
    assert facts["load_time"].processes == 1


def test_a_process_that_was_left_out_leaves_no_gap(bench, one):
    bench.keep(one, values={"latency_p50": 1.0})
    bench.keep(one, 2, values={"latency_p50": 4.0}, quality="contended")
    known = bench.known(one)
    assert known.facts["latency_p50"].processes == 2
    assert known.disturbed == (2,)
    assert [bool(missing) for missing in known.later] == [True, False]


def test_what_a_candidate_of_another_batch_size_shares_is_known_in_all_its_processes(bench, one):
    other = next(c for c in bench.candidates if c.model == one.model and c.runtime == one.runtime and c != one)
    bench.keep(one, values={"load_time": 1.0})
    bench.keep(one, 1, values={"load_time": 4.0, "latency_p50": 1.0})
    facts = bench.known(other).facts
    assert (facts["load_time"].value, facts["load_time"].processes) == (pytest.approx(2.0), 2)
    assert "latency_p50" not in facts


@pytest.mark.parametrize(
    ("quality", "tries", "again", "disturbed"),
    [
        ("clean", 1, 2, ()),
        ("contended", 1, 2, (0,)),
        ("throttled", 2, 2, (0,)),
        ("contended", 3, 2, ()),
        ("contended", 1, 0, ()),
        ("clean", 9, 2, ()),
    ],
)
def test_a_timing_is_disturbed_until_it_was_tried_often_enough(opened, quality, tries, again, disturbed):
    bench = opened(again=again)
    candidate = bench.candidates[0]
    bench.make(candidate)
    bench.keep(candidate, values={"latency_p50": 1.0}, quality=quality, tries=tries)
    assert bench.known(candidate).disturbed == disturbed


def test_only_what_differs_between_processes_is_taken_again(opened, suite):
    bench = opened(scenarios=(*suite.scenarios, SERVER))
    candidate = bench.candidates[0]
    bench.make(candidate)
    bench.keep(candidate, values={"server_rate": 1.0, "accuracy": 1.0, "size": 1.0}, quality="contended")
    assert bench.known(candidate).disturbed == ()


def test_a_process_is_not_taken_again_before_it_is_complete(bench, one):
    bench.keep(one, values={"latency_p50": 1.0}, done=[QUERY, "single_stream"], quality="contended")
    assert bench.known(one).disturbed == ()
    bench.keep(one, done=["offline", ACCURACY])
    assert bench.known(one).disturbed == (0,)


def test_the_timings_of_a_process_are_the_facts_it_has_of_its_own(bench, one):
    values = dict.fromkeys(bench.ledger.metrics, 1.0)
    bench.keep(one, 1, values=values)
    found = bench.store.facts(bench.ledger.timings(one, bench.known(one).artifact, 1))
    assert {fact.metric for fact in found.values()} == {name for name in values if METRICS[name].replicated}


def test_a_suite_has_measured_what_its_scenarios_give(opened, suite):
    measured = set(opened().ledger.metrics)
    parts = {f"time_{part}" for part in PARTS}
    assert measured.isdisjoint({"multi_stream_p50", "server_rate", "cost", "memory_device", "compile_time"} | parts)
    assert {"latency_p999", "energy", "throughput", "cpu_time"} < measured
    assert set(opened(target=Target(device="cuda:0")).ledger.metrics) == measured | {"memory_device"}
    assert set(opened(end_to_end=True).ledger.metrics) == measured | parts
    compiles = Choice(part="torch_compile", label="torch_compile")
    assert set(opened(runtimes=(compiles,)).ledger.metrics) == measured | {"compile_time"}
    several = (*suite.scenarios, SERVER, Choice(part="multi_stream", label="multi_stream"))
    more = {"server_rate", "multi_stream_p50", "multi_stream_p90", "multi_stream_p99"}
    assert set(opened(scenarios=several).ledger.metrics) == measured | more


def test_what_is_derived_follows_the_facts_and_the_target(opened):
    bench = opened(target=Target(price_per_hour=3.6, power="65 W"))
    candidate = bench.candidates[0]
    bench.make(candidate)
    bench.keep(candidate, values={"throughput": 100.0})
    known = bench.known(candidate)
    assert known.facts["cost"].value == pytest.approx(0.01)
    assert known.facts["cost"].low < 0.01 < known.facts["cost"].high, "with the spread between processes"
    assert known.facts["energy"].provenance == "estimate"
    assert not {"cost", "energy"} & set(opened().known(candidate).facts)
    assert set(known.missing) == set(opened().known(candidate).missing), "a price asks for no measurement"


def test_what_a_counter_read_is_never_replaced_by_an_estimate(opened):
    bench = opened(target=Target(power="65 W"))
    candidate = bench.candidates[0]
    bench.make(candidate)
    bench.keep(candidate, values={"throughput": 100.0, "energy": 0.3}, provenance="counter")
    energy = bench.known(candidate).facts["energy"]
    assert (energy.value, energy.provenance) == (0.3, "counter")


def test_a_failure_to_make_or_to_measure_is_found(bench, one):
    bench.store.add_failure(Failure(key=bench.known(one).attempt, kind="crashed", stage="load", message="measuring"))
    assert bench.known(one).failure.message == "measuring"
    assert bench.known(one).complete
    bench.store.add_failure(Failure(key=bench.ledger.plan(one).recipe, kind="crashed", stage="prepare", message="making"))
    assert bench.known(one).failure.message == "making"


def test_candidates_are_looked_up_in_their_order_and_each_for_itself(bench):
    bench.make(*bench.candidates)
    for i, candidate in enumerate(bench.candidates):
        bench.keep(candidate, values={"latency_p50": float(i + 1)})
    several = list(reversed(bench.candidates))
    found = bench.ledger.look_up(several)
    assert list(found) == [candidate.label for candidate in several]
    assert [one.facts["latency_p50"].value for one in found.values()] == [float(len(several) - i) for i in range(len(several))]


def test_a_look_digests_what_many_keys_depend_on_once_however_many_the_processes(opened, monkeypatch):
    bench, digested = opened(processes=50), []
    bench.make(*bench.candidates)
    real = keys.dependencies
    monkeypatch.setattr(keys, "dependencies", lambda *about: digested.append(about) or real(*about))
    bench.ledger.look_up(bench.candidates)
    scopes = ["artifact", "numerics", "relative", "process", "query", "single_stream", "offline"]
    assert len(digested) == len(scopes) * len(bench.candidates) + 1, "and the baseline's numerics, to which others are relative"


def test_a_look_asks_for_no_fact_of_a_process_that_nobody_was_measured_in(opened, monkeypatch):
    bench, asked = opened(processes=50), []
    candidate = bench.candidates[0]
    bench.make(candidate)
    bench.keep(candidate, 7, values={"latency_p50": 1.0})
    real = bench.store.facts
    monkeypatch.setattr(bench.store, "facts", lambda wanted: real(asked.append(list(wanted)) or asked[-1]))
    bench.known(candidate)
    metrics = [METRICS[name] for name in bench.ledger.metrics]
    shared = sum(metric.scope.value == "process" for metric in metrics)
    own = sum(metric.scope.value == "query" for metric in metrics)
    assert len(asked[0]) == len(metrics) + 49 * shared + own


def test_the_tool_of_a_pass_is_that_of_the_runtime(registry, environment, tmp_path):
    """Two runtimes of one format, one tool each: two recipes, and one where no pass asks for a tool."""
    text = """
name: tools
workload: {dataset: digits}
models: [{timm: test_resnet}]
passes: [[], [quantize]]
runtimes: [onnxruntime, openvino]
profiles: {p: {weights: {size: 1}, range: {size: [1 kB, 1 MB]}}}
"""
    suite = loads(text, registry, tmp_path)
    with Store("sqlite://") as store:
        ledger = Ledger(suite, registry, store, environment)
        recipes = {c.label: ledger.plan(c).recipe for c in expand(suite, registry).candidates}
    plain = {recipes[label] for label in recipes if "quantize" not in label}
    quantized = {recipes[label] for label in recipes if "quantize" in label}
    assert (len(plain), len(quantized)) == (1, 2)


def test_facts_that_candidates_share_have_one_text_before_anything_is_made(opened):
    here = opened()
    sharing = here.ledger.sharing(here.candidates, ["accuracy", "size", "latency_p90", "cost"])
    assert set(sharing) == {"accuracy", "size", "latency_p90"}, "what is derived is not measured"
    assert len(set(sharing["latency_p90"])) == len(here.candidates)
    assert len(set(sharing["size"])) <= len(set(sharing["accuracy"])) < len(here.candidates)


def test_a_part_of_the_test_split_has_accuracies_of_its_own_and_the_same_timings(opened):
    whole, part = opened(), opened(subset=100)
    one = whole.candidates[0]
    of_all, of_some = (bench.ledger.sharing([one], METRICS) for bench in (whole, part))
    assert {name for name, keys_ in of_some.items() if of_all[name] != keys_} == {"accuracy"}
    assert of_all.keys() - of_some.keys() <= set(BEHAVIOUR), "behaviour is told of the whole test split"
