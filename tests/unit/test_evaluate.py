"""One candidate after another, with a fake maker and a fake runtime in real processes: each fact is measured once."""

import shutil
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from harness import derive
from harness.errors import JobError, OutOfTimeError
from harness.evaluate import Evaluator
from harness.ledger import Ledger
from harness.metrics import METRICS
from harness.record import Artifact, Preprocess
from harness.space import expand
from harness.spec import Choice
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
        inputs, folder = self.root / f"inputs-{plan.dataset_digest}", self.root / plan.recipe
        for path in (inputs, folder):
            path.mkdir(exist_ok=True)
        labels = np.arange(20) % 10
        np.save(inputs / "samples.npy", labels.astype(np.float32).reshape(20, 1))
        np.save(inputs / "labels.npy", np.where(np.arange(20) == 7, 0, labels))
        return Artifact(
            recipe=plan.recipe,
            digest=f"digest-{plan.recipe}",
            format="onnx",
            folder=str(folder),
            inputs=str(inputs),
            sample_shape=(1,),
            classes=10,
            preprocess=Preprocess(scale=1.0, layout="as_is"),
            fixed_batch=self.fixed_batch,
            size=1234,
            parameters=5,
        )


@pytest.fixture
def bench(suite, registry, environment, tmp_path):
    """An evaluator whose runtimes are all fake."""
    names = ("name", "summary", "subject", "options", "packages", "version", "format", "lacks", "numeric")
    fakes = {
        label: SimpleNamespace(door="harness.testing:load_fake", **{name: getattr(part, name) for name in names})
        for label, part in registry.runtimes.items()
    }
    sizing = suite.measure.model_copy(update={"min_queries": 20, "min_time": 0.0, "max_time": 0.05, "max_queries": 20})
    asked = suite.model_copy(update={"measure": sizing})
    known = replace(registry, runtimes=fakes)
    with Store(f"sqlite:///{tmp_path / 'harness.db'}") as store:
        ledger = Ledger(asked, known, store, environment)
        maker = FakeMaker(tmp_path)
        left = SimpleNamespace(seconds=1000.0)
        evaluator = Evaluator(ledger, store, environment, maker, tmp_path, lambda: left.seconds)
        by_label = {candidate.label: candidate for candidate in expand(asked, known).candidates}

        def pick(model="mlp", batch=1, options=None):
            candidate = by_label[f"{model}@onnxruntime:threads=1/b{batch}"]
            fast = {"classes": 10} | (options or {})
            runtime = Choice(part="onnxruntime", label="fake" + "".join(map(str, options or {})), options=fast)
            return candidate.model_copy(update={"runtime": runtime})

        yield SimpleNamespace(
            evaluator=evaluator,
            evaluate=lambda c: evaluator.evaluate(c, lambda text: None),
            store=store,
            ledger=ledger,
            maker=maker,
            left=left,
            pick=pick,
        )


FACTS = {"latency_p50", "throughput", "memory_peak", "first_query", "load_time", "accuracy", "size", "parameters"}


def test_a_candidate_is_measured_once_and_then_known(bench):
    first = bench.evaluate(bench.pick())
    assert set(first.facts) == FACTS
    assert (first.measured, first.reused, first.failure) == (len(FACTS), 0, None)
    again = bench.evaluate(bench.pick())
    assert (again.measured, again.reused) == (0, len(FACTS))
    assert again.facts == first.facts
    assert len(bench.maker.made) == 1
    assert bench.store.contents().runs == 1


def test_the_planted_accuracy_is_found(bench):
    accuracy = bench.evaluate(bench.pick()).facts["accuracy"]
    assert (accuracy.value, accuracy.n) == (0.95, 20)
    assert accuracy.low < 0.95 < accuracy.high


def test_another_batch_size_takes_no_second_accuracy_and_no_second_artifact(bench):
    one, eight = bench.evaluate(bench.pick()), bench.evaluate(bench.pick(batch=8))
    assert eight.facts["accuracy"] == one.facts["accuracy"]
    assert eight.facts["latency_p50"].key != one.facts["latency_p50"].key
    assert {name for name, fact in eight.facts.items() if fact.run == 2} == {
        "latency_p50",
        "throughput",
        "memory_peak",
        "first_query",
    }
    assert (eight.measured, eight.reused) == (4, 4)
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
    known = bench.ledger.look_up([candidate])[candidate.label]
    labels = np.load(Path(known.artifact.inputs) / "labels.npy")
    subject = bench.ledger.subject(candidate, known.artifact)
    again = derive.of_run(bench.store.run(1)["found"], bench.store.samples(1), labels, 8, subject)
    stored = bench.store.facts(fact.key for fact in facts.values() if fact.run == 1)
    assert {fact.key: fact.model_copy(update={"run": 1}) for fact in again} == stored


def test_a_contender_is_measured_again_in_a_process_of_its_own(bench):
    candidate = bench.pick(batch=8)
    once = bench.evaluate(candidate)
    twice = bench.evaluator.evaluate_again(candidate, 1, lambda text: None)
    assert twice.measured == sum(METRICS[name].replicated for name in once.facts)
    assert {n: f.processes for n, f in twice.facts.items()} == {n: 1 + METRICS[n].replicated for n in once.facts}
    assert "predictions" not in bench.store.samples(2), "accuracy does not differ between processes"
    assert bench.evaluator.evaluate_again(candidate, 1, lambda text: None).measured == 0


def test_an_artifact_that_was_deleted_is_made_again_before_it_is_measured_again(bench):
    candidate = bench.pick()
    bench.evaluate(candidate)
    artifact = bench.ledger.look_up([candidate])[candidate.label].artifact
    shutil.rmtree(artifact.folder)
    assert bench.evaluator.evaluate_again(candidate, 1, lambda text: None).failure is None
    assert Path(artifact.folder).is_dir()
    assert len(bench.maker.made) == 2
    assert bench.evaluator.evaluate_again(candidate, 1, lambda text: None).facts["latency_p50"].processes == 2


def test_a_failure_to_measure_is_kept_and_not_tried_again_until_it_is_forgotten(bench):
    bad = bench.pick(options={"fault": "nan"})
    first = bench.evaluate(bad)
    assert (first.failure.kind, first.failure.stage) == ("nan_output", "warm_up")
    assert set(first.facts) == {"size", "parameters"}
    bench.store.add_failure(first.failure.model_copy(update={"message": "kept"}))
    assert bench.evaluate(bad).failure.message == "kept"
    assert bench.evaluate(bench.pick()).failure is None
    bench.store.forget_failures([first.failure.key])
    assert bench.evaluate(bad).failure.message != "kept"
    assert bench.store.contents().runs == 1


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
    assert bench.store.contents().failures == 0
    bench.left.seconds = 100.0
    assert bench.evaluate(bench.pick()).failure.kind == "timed_out"


def test_an_artifact_whose_files_are_gone_is_made_again_and_nothing_known_is_lost(bench):
    first = bench.evaluate(bench.pick())
    artifact = bench.ledger.look_up([bench.pick()])[bench.pick().label].artifact
    (Path(artifact.inputs) / "labels.npy").unlink()
    Path(artifact.folder).rmdir()
    eight = bench.evaluate(bench.pick(batch=8))
    assert len(bench.maker.made) == 2
    assert eight.facts["accuracy"] == first.facts["accuracy"]


def test_the_distinct_facts_of_a_space_are_counted_before_anything_is_made(bench, suite, registry):
    space = expand(suite, registry)
    counts = bench.ledger.distinct(space.candidates)
    assert len(space.candidates) == 10
    assert counts["latency_p90"] == counts["memory_peak"] == 10
    assert counts["load_time"] == 5
    assert counts["accuracy"] == 3
    assert counts["size"] == 2
