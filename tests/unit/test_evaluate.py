"""One candidate after another, with a fake maker and a fake runtime in real processes: each fact is measured once."""

import io
import shutil
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from harness import derive, jobs
from harness.answer.evidence import Evidence
from harness.errors import JobError, OutOfTimeError
from harness.evaluate import Evaluator
from harness.launch import Outcome
from harness.ledger import Ledger
from harness.metrics import BEHAVIOUR, METRICS
from harness.record import REFERENCE, Artifact, Preprocess
from harness.screen import screen
from harness.search import rounds
from harness.space import Space, expand
from harness.spec import Choice, Target
from harness.store import Store


class FakeMaker:
    """Makes artifacts of ten classes; a sample's first number is its class, and one label of twenty is wrong."""

    def __init__(self, root):
        self.root, self.made = root, []
        self.error, self.fixed_batch = None, None

    def make(self, plan, say, time_left):
        self.made.append(plan.recipe)
        if self.error:
            raise self.error
        inputs, originals, folder = (self.root / name for name in (f"inputs-{plan.dataset_digest}", "originals", plan.recipe))
        for path in (inputs, originals, folder):
            path.mkdir(exist_ok=True)
        labels = np.arange(20) % 10
        np.save(inputs / "samples.npy", labels.astype(np.float32).reshape(20, 1))
        np.save(inputs / "labels.npy", np.where(np.arange(20) == 7, 0, labels))
        np.save(folder / REFERENCE, np.empty((0, 0), np.float32))
        return Artifact(
            recipe=plan.recipe,
            digest=f"digest-{plan.recipe}",
            format="onnx",
            folder=str(folder),
            inputs=str(inputs),
            originals=str(originals),
            sample_shape=(1,),
            classes=10,
            preprocess=Preprocess(scale=1.0, layout="as_is"),
            fixed_batch=self.fixed_batch,
            size=1234,
            parameters=5,
        )


@pytest.fixture
def fakes(registry):
    """The registry, with fakes for runtimes."""
    told = ("name", "summary", "subject", "options", "packages", "version", "format", "lacks", "numeric")
    names = (*told, "optional", "per_shape", "code_variable", "idle_options")
    runtimes = {
        label: SimpleNamespace(
            door="harness.testing:load_fake",
            profile_door="harness.testing:profile_fake",
            **{name: getattr(part, name) for name in names},
        )
        for label, part in registry.runtimes.items()
    }
    return replace(registry, runtimes=runtimes)


@pytest.fixture
def opened(suite, fakes, environment, tmp_path):
    """Make evaluators whose runtimes are all fake, over one store; the suite may be changed."""
    with Store(f"sqlite:///{tmp_path / 'harness.db'}") as store:

        def made(again=0, **changes):
            quick = {"min_queries": 20, "min_time": 0.0, "max_time": 0.05, "max_queries": 64, "precision": 1.0, "again": again}
            asked = suite.model_copy(update={"measure": suite.measure.model_copy(update=quick)} | changes)
            ledger = Ledger(asked, fakes, store, environment)
            maker = FakeMaker(tmp_path)
            left = SimpleNamespace(seconds=1000.0)
            evaluator = Evaluator(ledger, store, environment, maker, tmp_path, lambda: left.seconds)
            by_label = {candidate.label: candidate for candidate in expand(asked, fakes).candidates}

            def pick(model="mlp", batch=1, options=None, part="onnxruntime"):
                candidate = by_label[f"{model}@onnxruntime:threads=1/b{batch}"]
                fast = {"classes": 10} | (options or {})
                runtime = Choice(part=part, label="fake" + "".join(map(str, options or {})), options=fast)
                return candidate.model_copy(update={"runtime": runtime})

            return SimpleNamespace(
                suite=asked,
                evaluator=evaluator,
                evaluate=lambda c: evaluator.evaluate(c, lambda text: None),
                again=lambda c, process: evaluator.evaluate_again(c, process, lambda text: None),
                known=lambda c: ledger.look_up([c])[c.label],
                store=store,
                ledger=ledger,
                maker=maker,
                left=left,
                pick=pick,
            )

        yield made


@pytest.fixture
def bench(opened):
    """An evaluator in real processes; what a busy machine disturbs is not taken again."""
    return opened()


QUERY_FACTS = {"latency_mean", "latency_p50", "latency_p90", "cpu_time", "throughput", "memory_peak", "first_query", "cold_start"}
BEHAVES = {"calibration_error", "brier", "accuracy_worst_class"}
"""Of a candidate whose baseline is not known yet."""
FACTS = QUERY_FACTS | BEHAVES | {"load_time", "memory_load", "memory_model", "accuracy", "size", "parameters"}


def but_energy(facts):
    """Return the metrics of ``facts`` but energy: not every machine has a counter."""
    return set(facts) - {"energy"}


def test_a_candidate_is_measured_once_and_then_known(bench):
    first = bench.evaluate(bench.pick())
    assert but_energy(first.facts) == FACTS
    assert (first.measured, first.reused, first.failure) == (len(first.facts), 0, None)
    again = bench.evaluate(bench.pick())
    assert (again.measured, again.reused) == (0, len(first.facts))
    assert again.facts == first.facts
    assert len(bench.maker.made) == 1
    assert len(bench.store.runs_in("")) == 1


def test_the_planted_accuracy_is_found(bench):
    accuracy = bench.evaluate(bench.pick()).facts["accuracy"]
    assert (accuracy.value, accuracy.n) == (0.95, 20)
    assert accuracy.low < 0.95 < accuracy.high


def test_another_batch_size_takes_no_second_accuracy_and_no_second_artifact(bench):
    one, eight = bench.evaluate(bench.pick()), bench.evaluate(bench.pick(batch=8))
    assert eight.facts["accuracy"] == one.facts["accuracy"]
    assert eight.facts["latency_p50"].key != one.facts["latency_p50"].key
    assert but_energy(name for name, fact in eight.facts.items() if fact.run == 2) == QUERY_FACTS
    assert eight.measured == len(eight.facts) - len(FACTS - QUERY_FACTS)
    assert eight.reused == len(FACTS - QUERY_FACTS)
    assert "predictions" not in bench.store.samples(2)
    assert len(bench.maker.made) == 1


def test_other_threads_take_no_second_accuracy(bench):
    one, two = bench.evaluate(bench.pick()), bench.evaluate(bench.pick(options={"threads": 2}))
    assert two.facts["accuracy"] == one.facts["accuracy"]
    assert two.facts["load_time"].run == 2
    assert "predictions" not in bench.store.samples(2)


def test_every_fact_can_be_derived_again_from_the_stored_samples(bench):
    candidate = bench.pick(batch=8)
    facts = bench.evaluate(candidate).facts
    subject = bench.ledger.subject(candidate, bench.known(candidate).artifact)
    again = derive.of_run(bench.store.run(1)["found"], bench.store.samples(1), 8, subject)
    stored = bench.store.facts(fact.key for name, fact in facts.items() if fact.run == 1 and name not in BEHAVIOUR)
    assert {fact.key: fact.model_copy(update={"run": 1}) for fact in again} == stored


def test_a_contender_is_measured_again_in_a_process_of_its_own(bench):
    candidate = bench.pick(batch=8)
    once = bench.evaluate(candidate)
    twice = bench.again(candidate, 1)
    assert twice.measured == sum(METRICS[name].replicated for name in once.facts)
    assert {n: f.processes for n, f in twice.facts.items()} == {n: 1 + METRICS[n].replicated for n in once.facts}
    assert "predictions" not in bench.store.samples(2), "accuracy does not differ between processes"
    assert bench.again(candidate, 1).measured == 0


COMPILES = Choice(part="torch_compile", label="torch_compile")
TELLING = {"options": {"tell": "TORCHINDUCTOR_CACHE_DIR", "first": 0.2}, "part": "torch_compile"}


@pytest.fixture
def compiling(opened, suite):
    """An evaluator of a suite with a runtime that compiles, and its only candidate."""
    bench = opened(runtimes=(*suite.runtimes, COMPILES))
    return bench, bench.pick(**TELLING)


def notes(root):
    """Return when the code in each folder of it was compiled."""
    return {note.parent: note.stat().st_mtime_ns for note in root.glob("cache/code/*/compiled.json")}


def test_what_a_runtime_compiles_is_compiled_once_and_found_by_every_process_that_times(compiling, tmp_path):
    bench, candidate = compiling
    first = bench.evaluate(candidate)
    (place,) = made = notes(tmp_path)
    assert first.failure is None
    assert first.facts["compile_time"].value > 0.2, "of the process that compiles: its first query is planted to take so long"
    assert len(bench.store.runs_in("")) == 1, "nothing else of that process is kept"
    twice = bench.again(candidate, 1)
    assert notes(tmp_path) == made
    assert [bench.store.run(number)["found"]["settings"]["told"] for number in (1, 2)] == [str(place)] * 2
    assert twice.facts["compile_time"] == first.facts["compile_time"]
    assert twice.facts["first_query"].processes == 2


def test_code_that_was_deleted_is_compiled_again_and_its_time_stays_that_of_the_first(compiling, tmp_path):
    bench, candidate = compiling
    first = bench.evaluate(candidate)
    made = notes(tmp_path)
    shutil.rmtree(tmp_path / "cache/code")
    again = bench.again(candidate, 1)
    assert notes(tmp_path).keys() == made.keys()
    assert notes(tmp_path) != made
    assert again.facts["compile_time"] == first.facts["compile_time"]


def test_another_batch_size_is_compiled_by_itself(compiling, tmp_path):
    bench, candidate = compiling
    one, eight = (bench.evaluate(c) for c in (candidate, candidate.model_copy(update={"batch_size": 8})))
    assert len(notes(tmp_path)) == 2
    assert one.facts["compile_time"].key != eight.facts["compile_time"].key
    assert one.facts["accuracy"] == eight.facts["accuracy"]


def test_what_cannot_be_compiled_is_a_failure_and_leaves_no_code(compiling, tmp_path):
    bench, candidate = compiling
    bad = candidate.model_copy(update={"runtime": COMPILES.model_copy(update={"options": {"classes": 10, "fault": "raise"}})})
    found = bench.evaluate(bad)
    assert (found.failure.kind, found.failure.stage) == ("failed", "warm_up")
    assert notes(tmp_path) == {}


def test_a_runtime_that_compiles_nothing_has_no_time_of_compiling(compiling, tmp_path):
    bench, _ = compiling
    found = bench.evaluate(bench.pick())
    assert found.failure is None
    assert "compile_time" not in found.facts
    assert notes(tmp_path) == {}


def test_an_artifact_that_was_deleted_is_made_again_before_it_is_measured_again(bench):
    candidate = bench.pick()
    bench.evaluate(candidate)
    artifact = bench.known(candidate).artifact
    shutil.rmtree(artifact.folder)
    assert bench.again(candidate, 1).failure is None
    assert Path(artifact.folder).is_dir()
    assert len(bench.maker.made) == 2
    assert bench.again(candidate, 1).facts["latency_p50"].processes == 2


def test_a_failure_to_measure_is_kept_and_not_tried_again_until_it_is_forgotten(bench):
    bad = bench.pick(options={"fault": "nan"})
    first = bench.evaluate(bad)
    assert (first.failure.kind, first.failure.stage) == ("nan_output", "warm_up")
    assert set(first.facts) == {"size", "parameters"}
    assert (first.measured, first.reused) == (2, 0)
    bench.store.add_failure(first.failure.model_copy(update={"message": "kept"}))
    assert bench.evaluate(bad).failure.message == "kept"
    assert bench.evaluate(bench.pick()).failure is None
    bench.store.forget_failures([first.failure.key])
    assert bench.evaluate(bad).failure.message != "kept"
    assert len(bench.store.runs_in("")) == 1


def test_a_failure_to_make_an_artifact_holds_for_all_that_share_it(bench):
    bench.maker.error = JobError("export_failed", "prepare", "planted", "the log")
    first = bench.evaluate(bench.pick())
    assert (first.failure.kind, first.failure.stage, first.failure.log) == ("export_failed", "prepare", "the log")
    assert bench.evaluate(bench.pick(batch=8)).failure == first.failure
    assert len(bench.maker.made) == 1
    bench.maker.error = None
    assert bench.evaluate(bench.pick("decision_tree")).failure is None


def test_a_graph_of_one_batch_size_is_unsupported_at_others(bench):
    bench.maker.fixed_batch = 8
    assert bench.evaluate(bench.pick(batch=8)).failure is None
    other = bench.evaluate(bench.pick(batch=1))
    assert (other.failure.kind, other.failure.stage) == ("unsupported", "load")
    assert "batches of 8 only, not of 1" in other.failure.message
    assert bench.evaluate(bench.pick(batch=8)).failure is None


def test_when_the_runs_time_is_over_the_candidate_is_left_for_the_next_run(bench):
    bench.maker.error = JobError("timed_out", "prepare", "planted")
    bench.left.seconds = 0.0
    with pytest.raises(OutOfTimeError, match="mlp"):
        bench.evaluate(bench.pick())
    assert bench.store.keys()["failures"] == set()
    bench.left.seconds = 100.0
    assert bench.evaluate(bench.pick()).failure.kind == "timed_out"


def test_an_artifact_whose_files_are_gone_is_made_again_and_nothing_known_is_lost(bench):
    first = bench.evaluate(bench.pick())
    artifact = bench.known(bench.pick()).artifact
    (Path(artifact.inputs) / "labels.npy").unlink()
    shutil.rmtree(artifact.folder)
    eight = bench.evaluate(bench.pick(batch=8))
    assert len(bench.maker.made) == 2
    assert eight.facts["accuracy"] == first.facts["accuracy"]


@pytest.mark.parametrize("lost", ["folder", "reference", "labels", "originals"])
def test_an_artifact_of_which_anything_is_gone_is_made_again(bench, lost):
    candidate = bench.pick()
    bench.maker.make(bench.ledger.plan(candidate), None, 0)
    artifact = bench.maker.make(bench.ledger.plan(candidate), None, 0)
    bench.store.add_artifact(artifact, [])
    path = {
        "folder": Path(artifact.folder),
        "reference": Path(artifact.folder, REFERENCE),
        "labels": Path(artifact.inputs, "labels.npy"),
        "originals": Path(artifact.originals),
    }[lost]
    shutil.rmtree(path) if path.is_dir() else path.unlink()
    assert bench.evaluate(candidate).failure is None
    assert path.exists()


def test_the_distinct_facts_of_a_space_are_counted_before_anything_is_made(bench, suite, registry):
    space = expand(suite, registry)
    counts = bench.ledger.distinct(space.candidates)
    assert len(space.candidates) == 10
    assert counts["latency_p90"] == counts["memory_peak"] == 10
    assert counts["load_time"] == 5
    assert counts["accuracy"] == 3
    assert counts["size"] == 2
    assert not {"cost", "server_rate", "multi_stream_p50", "time_model"} & set(counts)


QUIET = {"wall": 1.0, "cpu": 1.0, "involuntary": 0.0, "waited": 0.0}
BUSY = QUIET | {"waited": 0.5}
EVERYTHING = ("single_stream", "offline")


class Machine:
    """Stands in for measuring processes, and tells what is planted.

    ``busy`` and ``queries`` hold, for each of the next processes, the scenarios that something disturbs, and how many queries
    there are of each; ``latency`` is that of a query. It answers ``capacity`` samples per second in time, and sends ``ceiling``.
    """

    def __init__(self):
        self.jobs, self.busy, self.queries, self.latency = [], [], [], 0.01
        self.capacity, self.ceiling, self.error = 100.0, 1e6, None

    def measure(self, job, time_limit, folder):
        self.jobs.append(job)
        if self.error:
            raise self.error
        return self._probe(job["probe"]) if job["probe"] else self._run(job)

    @property
    def probes(self):
        return [job["probe"]["settings"] for job in self.jobs if job["probe"]]

    def _probe(self, probe):
        settings = probe["settings"]
        if settings is None:
            return _outcome({"probe": {"ceiling": self.ceiling}})
        count = settings["queries"]
        late = settings["rate"] > self.capacity
        samples = {
            "latencies": np.full(count, 1.0 if late else 0.001),
            "scheduled": np.arange(count) / settings["rate"],
            "lateness": np.zeros(count),
            "batches": np.ones(count, int),
        }
        return _outcome({"probe": {"elapsed": 1.0, "usage": QUIET}}, **samples)

    def _run(self, job):
        busy, count = self.busy.pop(0) if self.busy else (), self.queries.pop(0) if self.queries else 100
        found = {"load_time": 0.5, "first_query": 0.02, "cold_start": 0.6, "memory_peak": 3e7, "settings": {"threads": 1}}
        for name in job["scenarios"]:
            found[name] = {"queries": count, "elapsed": 1.0, "stop": "precision", "usage": BUSY if name in busy else QUIET}
        samples = {name: np.full(count, self.latency) for name in job["scenarios"]}
        if job["evaluate"]:
            samples |= {"predictions": np.eye(10)[np.arange(20) % 10], "labels": np.arange(20) % 10}
        return _outcome(found, **samples)


def _outcome(found, **samples):
    file = io.BytesIO()
    np.savez(file, **samples)
    return Outcome(found, file.getvalue(), [(0.0, 1e6)], "")


@pytest.fixture
def machine(monkeypatch):
    made = Machine()
    monkeypatch.setattr("harness.launch.measure", made.measure)
    return made


@pytest.fixture
def doubtful(opened, machine):
    """An evaluator that takes disturbed timings again, up to twice, on a made-up machine."""
    return opened(again=2)


def test_a_disturbed_timing_gives_way_to_a_clean_one_and_says_how_often_it_was_tried(doubtful, machine):
    candidate = doubtful.pick()
    machine.busy = [["single_stream"]]
    first = doubtful.evaluate(candidate).facts
    assert first["latency_p50"].quality == first["load_time"].quality == "contended"
    assert doubtful.known(candidate).disturbed == (0,)
    machine.latency = 0.02
    second = doubtful.again(candidate, 0)
    assert (second.facts["latency_p50"].value, second.facts["latency_p50"].quality) == (0.02, "clean")
    assert (second.facts["latency_p50"].tries, second.facts["latency_p50"].run) == (2, 2)
    assert doubtful.known(candidate).disturbed == ()
    assert second.measured == sum(fact.quality == "contended" for fact in first.values())
    assert not machine.jobs[1]["evaluate"], "accuracy is not disturbed by anything"


def test_a_clean_timing_beside_a_disturbed_one_stays_as_it_was_first_measured(doubtful, machine):
    candidate = doubtful.pick()
    machine.busy = [["single_stream"]]
    first = doubtful.evaluate(candidate).facts["throughput"]
    machine.latency = 0.02
    second = doubtful.again(candidate, 0).facts["throughput"]
    assert (second.value, second.run, second.quality) == (first.value, 1, "clean")


def test_one_disturbed_timing_does_not_take_the_place_of_another(doubtful, machine):
    candidate = doubtful.pick()
    machine.busy = [EVERYTHING] * 2
    first = doubtful.evaluate(candidate).facts["latency_p50"]
    machine.latency = 0.02
    second = doubtful.again(candidate, 0)
    assert (second.facts["latency_p50"].value, second.facts["latency_p50"].run) == (first.value, 1)
    assert (second.facts["latency_p50"].tries, second.measured) == (2, 0)
    assert doubtful.known(candidate).runs == (1,), "no figure rests on the second run"


def test_a_timing_that_is_always_disturbed_is_not_taken_more_often_than_again_says(doubtful, machine):
    candidate = doubtful.pick()
    machine.busy = [EVERYTHING] * 10
    doubtful.evaluate(candidate)
    tries = []
    while doubtful.known(candidate).disturbed:
        tries.append(doubtful.again(candidate, 0).facts["latency_p50"].tries)
    assert tries == [2, 3]
    launched = len(machine.jobs)
    assert doubtful.again(candidate, 0).measured == 0
    assert len(machine.jobs) == launched == 3


def test_a_disturbed_percentile_that_a_shorter_timing_does_not_have_is_not_tried_for_ever(doubtful, machine):
    candidate = doubtful.pick()
    machine.busy, machine.queries = [EVERYTHING] * 3, [100, 20, 20]
    doubtful.evaluate(candidate)
    for tries in (2, 3):
        facts = doubtful.again(candidate, 0).facts
        assert facts["latency_p90"].tries == facts["latency_p50"].tries == tries
    assert doubtful.known(candidate).disturbed == ()


def test_a_percentile_for_which_the_disturbed_timing_was_too_short_is_there_after_the_clean_one(doubtful, machine):
    candidate = doubtful.pick()
    machine.busy, machine.queries = [EVERYTHING], [20, 100]
    assert "latency_p90" not in doubtful.evaluate(candidate).facts
    p90 = doubtful.again(candidate, 0).facts["latency_p90"]
    assert (p90.quality, p90.tries, p90.run) == ("clean", 2, 2)


def test_each_process_is_tried_again_for_itself(doubtful, machine):
    candidate = doubtful.pick()
    machine.busy = [[], EVERYTHING]
    doubtful.evaluate(candidate)
    doubtful.again(candidate, 1)
    assert doubtful.known(candidate).disturbed == (1,)
    facts = doubtful.again(candidate, 1).facts
    assert (facts["latency_p50"].tries, facts["latency_p50"].processes, facts["latency_p50"].quality) == (2, 2, "clean")
    assert doubtful.known(candidate).runs == (1, 2, 3)


def test_what_is_clean_is_not_taken_again(doubtful, machine):
    doubtful.evaluate(doubtful.pick())
    assert doubtful.again(doubtful.pick(), 0).measured == 0
    assert len(machine.jobs) == 1


def test_a_process_a_candidate_was_never_measured_in_is_not_taken_again_for_it(doubtful, machine):
    one, eight = doubtful.pick(), doubtful.pick(batch=8)
    machine.busy = [[], [], EVERYTHING]
    for candidate in (one, eight):
        doubtful.evaluate(candidate)
    doubtful.again(one, 1)
    assert doubtful.known(one).disturbed == (1,)
    assert doubtful.known(eight).facts["load_time"].processes == 2, "loading is the same for both"
    assert doubtful.known(eight).disturbed == ()


def test_rounds_on_a_machine_that_is_never_quiet_end_and_the_next_ones_measure_nothing(doubtful, machine):
    candidate = doubtful.pick()
    machine.busy = [EVERYTHING] * 100
    doubtful.evaluate(candidate)

    def replicate():
        look = lambda: {candidate.label: doubtful.known(candidate)}  # noqa: E731
        return rounds.replicate(doubtful.suite, look, lambda known: [candidate.label], doubtful.again, lambda: 1.0)

    assert replicate() == "settled"
    processes = doubtful.suite.measure.processes
    assert len(machine.jobs) == processes * (1 + doubtful.suite.measure.again)
    assert replicate() == "settled"
    assert len(machine.jobs) == processes * (1 + doubtful.suite.measure.again)


def test_a_price_and_a_power_change_what_is_derived_without_any_measurement(opened, machine):
    candidate = opened().pick()
    plain = opened().evaluate(candidate)
    assert not {"cost", "energy"} & set(plain.facts)
    found = {price: opened(target=Target(price_per_hour=price, power=65)).evaluate(candidate) for price in (1, 2)}
    assert len(machine.jobs) == 1
    assert {one.measured for one in found.values()} == {0}
    assert found[2].facts["cost"].value == pytest.approx(2 * found[1].facts["cost"].value)
    rate = plain.facts["throughput"]
    assert found[1].facts["energy"].value == pytest.approx(65 / rate.value)
    assert found[1].facts["energy"].low == pytest.approx(65 / rate.high)
    stored = found[1].facts["cost"].key, found[1].facts["energy"].key
    assert opened().store.facts(stored) == {}, "what is derived is never stored"


@pytest.fixture
def looking(opened, suite, profile, constraint, machine):
    """An evaluator that looks quickly first: only a latency up to 5 ms is of use, and none but the baseline is there yet."""
    search = suite.search.model_copy(update={"screen": 10, "algorithm": "random"})
    wish = profile({"accuracy": 1}, {"accuracy": (0.5, 1.0)}, constraint("latency_p50", "<=", offset=0.005))
    bench = opened(search=search, profiles=(wish,))
    one, eight, baseline = bench.pick(), bench.pick(batch=8), bench.pick("decision_tree")
    space = Space((one, eight), (), (baseline, baseline.model_copy(update={"batch_size": 8})))
    bench.evaluator.look = screen(bench.ledger, space, dict, bench.evaluator).look
    return bench


def test_facts_of_a_look_that_ends_a_candidate_are_counted(looking, machine):
    machine.latency = 0.1
    told = looking.evaluate(looking.pick())
    assert "latency_p50 100 ms breaks" in told.ended
    assert told.measured == len(looking.store.keys()["facts"]) > 0
    assert len(machine.jobs) == 1
    again = looking.evaluate(looking.pick())
    assert (again.ended, again.measured, again.facts) == (told.ended, 0, told.facts)


def test_facts_of_a_look_that_ends_nothing_are_counted_beside_those_of_the_full_measurement(looking, machine):
    machine.latency = 0.001
    looking.evaluate(looking.pick())
    before = looking.store.keys()["facts"]
    told = looking.evaluate(looking.pick(batch=8))
    assert told.ended is None
    assert told.measured == len(looking.store.keys()["facts"] - before)
    assert told.reused == sum(fact.key in before for fact in told.facts.values()) > 0
    assert len(machine.jobs) == 4, "a look and a full measurement of each"


@pytest.fixture
def serving(opened, machine):
    """An evaluator of a suite that asks for the largest arrival rate within 50 ms."""
    server = Choice(part="server", label="server", options={"latency": 0.05, "percentile": 90})
    scenarios = (Choice(part="single_stream", label="s"), Choice(part="offline", label="o"), server)
    return opened(scenarios=scenarios)


def test_a_rate_is_searched_in_processes_of_its_own_and_then_known(serving, machine):
    candidate = serving.pick()
    first = serving.evaluate(candidate)
    rate = first.facts["server_rate"]
    assert rate.low <= machine.capacity < rate.high <= 1.06 * rate.low
    assert rate.run == 2, "its probes are one run, beside that of the other timings"
    assert [bool(job["probe"]) for job in machine.jobs[:2]] == [False, True]
    assert not any(job["scenarios"] or job["evaluate"] for job in machine.jobs if job["probe"])
    one_more = jobs.cores_for(machine.jobs[0]["threads"] + 1)
    assert all(job["cores"] == one_more for job in machine.jobs if job["probe"]), "the generator needs a core, too"
    launched = len(machine.jobs)
    assert serving.evaluate(candidate).facts == first.facts
    assert len(machine.jobs) == launched


def test_the_raw_samples_of_every_probe_are_kept(serving, machine):
    serving.evaluate(serving.pick())
    samples, found = serving.store.samples(2), serving.store.run(2)["found"]["server"]
    probes = [settings for settings in machine.probes if settings]
    assert len(found["trials"]) == len(found["probes"]) == len(probes)
    names = {f"server_{i}_{name}" for i in range(len(probes)) for name in ("latencies", "scheduled", "lateness", "batches")}
    assert set(samples) == names


def test_the_generators_ceiling_is_measured_once_for_all_candidates(serving, machine):
    for batch in (1, 8):
        serving.evaluate(serving.pick(batch=batch))
    assert machine.probes.count(None) == 1


def test_a_search_starts_at_what_calls_one_after_the_other_answer(serving, machine):
    machine.latency = 0.008
    serving.evaluate(serving.pick())
    assert machine.probes[1]["rate"] == pytest.approx(0.7 / 0.008)


def test_a_contender_is_not_searched_again(serving, machine):
    serving.evaluate(serving.pick())
    before = len(machine.probes)
    assert serving.again(serving.pick(), 1).facts["server_rate"].processes == 1
    assert len(machine.probes) == before


def test_a_rate_that_cannot_be_told_is_not_asked_for_again_and_says_why(serving, machine):
    machine.capacity = 0.0
    candidate = serving.pick()
    assert "server_rate" not in serving.evaluate(candidate).facts
    known, launched = serving.known(candidate), len(machine.jobs)
    assert known.complete
    assert "did not hold" in Evidence(serving.store).server(known)
    serving.evaluate(candidate)
    assert len(machine.jobs) == launched


def test_more_time_for_a_process_is_another_search(serving, opened, machine):
    candidate = serving.pick()
    serving.evaluate(candidate)
    longer = serving.suite.limits.model_copy(update={"measure_time": 500.0})
    other = opened(scenarios=serving.suite.scenarios, limits=longer)
    assert set(other.known(candidate).missing) == {"server"}


def test_a_search_that_the_runs_time_cuts_short_is_left_for_the_next_run(serving, machine):
    candidate = serving.pick()
    real = machine.measure

    def measure(job, time_limit, folder):
        if len(machine.probes) == 4:
            serving.left.seconds = 0.0
        return real(job, time_limit, folder)

    serving.evaluator.measuring.start = lambda job: measure(job, 1.0, None)
    with pytest.raises(OutOfTimeError):
        serving.evaluate(candidate)
    assert set(serving.known(candidate).missing) == {"server"}
    assert serving.known(candidate).failure is None


def test_a_probe_that_fails_leaves_its_rate_absent_and_loses_nothing_else(serving, machine):
    candidate = serving.pick()
    real = machine.measure

    def measure(job):
        if job["probe"] and job["probe"]["settings"]:
            raise JobError("failed", "measure", "planted")
        return real(job, 1.0, None)

    serving.evaluator.measuring.start = measure
    told = serving.evaluate(candidate)
    assert told.failure is None
    assert "latency_p50" in told.facts
    assert "server_rate" not in told.facts
    assert serving.known(candidate).complete


def test_what_was_measured_before_a_failure_is_counted_as_measured_and_what_was_known_as_reused(serving, machine):
    def measure(job):
        if job["probe"]:
            raise JobError("crashed", "measure", "planted")
        return machine.measure(job, 1.0, None)

    serving.evaluator.measuring.start = measure
    known = set()
    for batch in (1, 8):
        told = serving.evaluate(serving.pick(batch=batch))
        stored = serving.store.keys()["facts"]
        assert told.failure.message == "planted"
        assert told.measured == len(stored - known) > 0
        assert told.reused == sum(fact.key in known for fact in told.facts.values())
        known = stored
    assert told.reused > 0, "another batch size shares the artifact and the accuracy"


def profile(bench, candidate):
    said = []
    bench.evaluator.profile(candidate, said.append)
    return said


def test_operators_are_timed_once_in_a_run_of_their_own(bench):
    candidate = bench.pick()
    bench.evaluate(candidate)
    assert bench.known(candidate).profile is None
    assert profile(bench, candidate) == ["profiling"]
    known = bench.known(candidate)
    body = bench.store.run(known.profile)
    assert [one["kind"] for one in body["profile"]["operators"]] == ["MatMul", "Transpose"]
    assert known.profile not in known.runs
    assert profile(bench, candidate) == []
    assert len(bench.store.runs_in("")) == 2


def test_a_profile_makes_the_artifact_and_measures_nothing_else(bench):
    candidate = bench.pick()
    profile(bench, candidate)
    known = bench.known(candidate)
    assert known.profile is not None
    assert set(known.facts) == {"size", "parameters"}
    assert known.missing
    assert bench.evaluate(candidate).failure is None
    assert len(bench.maker.made) == 1


def test_each_batch_size_has_a_profile_of_its_own(bench):
    profile(bench, bench.pick())
    assert bench.known(bench.pick(batch=8)).profile is None


def test_a_profile_that_fails_leaves_the_candidate_as_it_was(bench):
    candidate = bench.pick(options={"fault": "raise", "at": 1000})
    bench.evaluate(candidate)
    broken = bench.pick(options={"fault": "raise"})
    with pytest.raises(JobError):
        profile(bench, broken)
    assert bench.known(broken).failure is None
    assert bench.known(broken).profile is None


def test_a_runtime_without_a_profiler_says_so(bench, monkeypatch):
    monkeypatch.setattr(bench.ledger.registry.runtimes["onnxruntime"], "profile_door", "")
    with pytest.raises(JobError, match="onnxruntime has no profiler"):
        profile(bench, bench.pick())


def test_a_profile_that_was_disturbed_is_taken_again_and_the_last_one_says_so(opened, monkeypatch):
    bench, grades = opened(again=2), iter(["contended", "contended", "clean", "contended", "contended", "throttled"])
    monkeypatch.setattr("harness.derive.grade", lambda told, threads: next(grades))
    profile(bench, bench.pick())
    assert bench.store.run(bench.known(bench.pick()).profile)["profile"]["quality"] == "clean"
    other = bench.pick(batch=8)
    profile(bench, other)
    assert bench.store.run(bench.known(other).profile)["profile"]["quality"] == "throttled"
    assert list(grades) == []
