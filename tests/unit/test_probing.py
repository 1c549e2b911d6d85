"""The search for an arrival rate, with a stand-in for the processes: what is asked, and what is made of the answers."""

import io
import json

import numpy as np
import pytest

from harness import probing
from harness.errors import JobError
from harness.launch import Outcome
from harness.probing import Probes
from harness.stats import NEEDED_QUERIES

JOB = {"threads": 2, "batch_size": 4, "probe": None, "scenarios": {}}
FAR = 1e6
"""A ceiling that is in nobody's way."""


class Processes:
    """Answers samples in time up to ``limit`` per second; notes the jobs; raises ``errors`` in their turn."""

    def __init__(self, limit, lateness=0.0, errors=()):
        self.limit, self.lateness, self.errors, self.jobs = limit, lateness, list(errors), []

    def __call__(self, job):
        self.jobs.append(job)
        error = self.errors.pop(0) if self.errors else None
        if error:
            raise error
        settings = job["probe"]["settings"]
        count = settings["queries"]
        samples = {
            "latencies": np.full(count, 1.0 if settings["rate"] > self.limit else 0.01),
            "scheduled": np.arange(count) / settings["rate"],
            "lateness": np.full(count, self.lateness),
            "batches": np.full(count, 1),
        }
        file = io.BytesIO()
        np.savez(file, **samples)
        return Outcome({"probe": {"elapsed": 1.0, "usage": {}}}, file.getvalue(), [], "")

    @property
    def settings(self):
        return [job["probe"]["settings"] for job in self.jobs]


def probes(launch, limit=120.0, **options):
    return Probes(JOB, "some:door", {"latency": 0.02, "percentile": 90, "precision": 0.05} | options, limit, launch)


def search(made, start=50.0, ceiling=FAR, out_of_time=lambda: False):
    found = made.search(start, ceiling, out_of_time)
    assert json.loads(json.dumps(found, allow_nan=False)) == found
    return found


@pytest.mark.parametrize("start", [20.0, 90.0, 100.0, 400.0])
@pytest.mark.parametrize("precision", [0.02, 0.2])
def test_a_planted_limit_is_found_from_any_start(start, precision):
    launch = Processes(100.0)
    found = search(probes(launch, precision=precision), start)
    assert found["low"] <= 100 < found["high"] <= found["low"] * (1 + precision)
    assert (found["stop"], found["why"]) == ("precision", None)
    assert (found["latency"], found["percentile"], found["ceiling"], found["threads"]) == (0.02, 0.9, FAR, 2)
    assert len(found["trials"]) == len(found["probes"]) == len(launch.jobs)
    assert found["queries"] == sum(settings["queries"] for settings in launch.settings)


def test_every_probe_is_the_job_with_other_settings_and_arrivals_of_its_own():
    launch = Processes(100.0)
    search(probes(launch))
    for job in launch.jobs:
        assert {**job, "probe": None} == JOB
        assert job["probe"]["door"] == "some:door"
        assert job["probe"]["settings"]["batch"] == 4
    seeds = [settings["seed"] for settings in launch.settings]
    assert len(seeds) == len(set(seeds))


@pytest.mark.parametrize("percentile", [90, 95, 99])
def test_a_probe_is_long_enough_for_its_percentile_and_for_a_queue_to_build_up(percentile):
    launch = Processes(100.0)
    made = probes(launch, percentile=percentile, latency=0.02, seconds=0.5)
    search(made)
    assert made.seconds == 1.0
    for settings in launch.settings:
        assert settings["queries"] >= NEEDED_QUERIES[percentile / 100]
        assert settings["seconds"] == 1.0
        planned = max(settings["seconds"], settings["queries"] / settings["rate"])
        assert planned <= 60.0, "half the time of its process"
        assert settings["hard_time"] >= planned


def test_options_that_are_left_out_have_the_defaults_of_the_scenario(registry):
    made = Probes(JOB, "some:door", {"latency": 0.02}, 120.0, Processes(1.0))
    declared = registry.scenarios["server"].options(latency=0.02)
    assert (made.percentile, made.precision, made.seconds) == (declared.percentile / 100, declared.precision, declared.seconds)


@pytest.mark.parametrize(
    ("options", "start", "words"),
    [
        ({"percentile": 99}, 10.0, "p99 needs 662 queries and 2 s: at 10 per second too long for measure_time"),
        ({"percentile": 90}, 1.0, "p90 needs 64 queries and 2 s: at 1 per second"),
        ({"seconds": 90.0}, 1000.0, "needs 64 queries and 90 s"),
        ({"latency": 2.0}, 1000.0, "needs 64 queries and 100 s"),
    ],
)
def test_what_is_too_slow_for_its_percentile_says_so_without_a_probe(options, start, words):
    launch = Processes(FAR)
    found = search(probes(launch, **options), start)
    assert (found["stop"], found["low"], found["high"], found["trials"]) == ("too_slow", 0.0, None, [])
    assert words in found["why"]
    assert launch.jobs == []


def test_a_limit_beyond_what_the_generator_can_be_trusted_with_is_refused_in_words():
    launch = Processes(FAR)
    found = search(probes(launch), 50.0, ceiling=200.0)
    assert (found["stop"], found["high"]) == ("ceiling", None)
    assert found["why"] == "160 per second held, and the load generator's own limit here is 200"
    assert max(settings["rate"] for settings in launch.settings) <= 160


def test_a_generator_that_keeps_up_with_nothing_is_no_system_without_a_limit():
    found = search(probes(Processes(FAR)), 50.0, ceiling=0.0)
    assert (found["stop"], found["low"], found["high"], found["trials"]) == ("ceiling", 0.0, None, [])
    assert "limit here is 0" in found["why"]


def test_a_latency_that_never_holds_says_at_which_rate():
    launch = Processes(0.0)
    found = search(probes(launch), 320.0)
    assert (found["stop"], found["low"]) == ("never_holds", 0.0)
    assert found["why"] == "20 ms did not hold at 20 per second, the lowest rate tried"


def test_rates_that_are_too_low_for_a_probe_are_not_taken_for_too_high():
    launch = Processes(0.0)
    found = search(probes(launch, percentile=99), 20.0)
    assert "too long for measure_time" in found["why"]
    assert all(settings["queries"] / settings["rate"] <= 60 for settings in launch.settings)


def test_a_probe_that_was_stopped_by_its_time_limit_has_not_held():
    made = probes(Processes(100.0, errors=[None, JobError("timed_out", "measure", "planted")]))
    found = search(made, 90.0)
    assert found["trials"][1][1:] == [False, None, 0]
    assert found["probes"][1] == {"rate": found["trials"][1][0], "timed_out": True}
    assert found["low"] <= 100 < found["high"]
    assert {name.split("_")[1] for name in made.samples} == {str(i) for i in range(len(found["trials"])) if i != 1}


def test_a_probe_that_the_end_of_the_run_stopped_says_nothing_about_its_rate():
    launch = Processes(100.0, errors=[None, JobError("timed_out", "measure", "planted")])
    with pytest.raises(JobError, match="planted"):
        search(probes(launch), 90.0, out_of_time=lambda: len(launch.jobs) == 2)


@pytest.mark.parametrize("kind", ["crashed", "out_of_memory", "failed", "killed"])
def test_a_probe_that_fails_voids_the_search_and_says_why(kind):
    found = search(probes(Processes(100.0, errors=[None, JobError(kind, "measure", "planted")])))
    assert (found["stop"], found["low"], found["high"], found["trials"]) == ("failed", 0.0, None, [])
    assert kind in found["why"]
    assert "planted" in found["why"]


def test_a_second_probe_without_an_end_voids_the_search():
    late = JobError("timed_out", "measure", "planted")
    assert search(probes(Processes(100.0, errors=[late, late])))["stop"] == "failed"


def test_a_search_that_runs_out_of_time_says_so():
    launch = Processes(100.0)
    found = search(probes(launch), out_of_time=lambda: len(launch.jobs) == 3)
    assert found["stop"] == "time"
    assert len(found["trials"]) == 3


def test_a_generator_that_was_late_itself_is_noted():
    assert {told["late"] for told in search(probes(Processes(100.0)))["probes"]} == {False}
    assert {told["late"] for told in search(probes(Processes(100.0, lateness=0.004)))["probes"]} == {True}


def test_raw_samples_are_packed_by_the_number_of_their_probe():
    launch = Processes(100.0)
    made = probes(launch)
    found = search(made)
    with np.load(io.BytesIO(made.packed())) as samples:
        assert len(samples.files) == 4 * len(found["trials"])
        for i, (_, holds, latency, count) in enumerate(found["trials"]):
            assert len(samples[f"server_{i}_latencies"]) == count
            assert (samples[f"server_{i}_latencies"].max() <= 0.02) == holds
            assert samples[f"server_{i}_latencies"].max() == latency


def test_a_search_begins_with_some_of_what_calls_one_after_the_other_answer(fact):
    facts = {name: fact(name, value) for name, value in (("throughput", 100.0), ("latency_p50", 0.02), ("first_query", 0.1))}
    assert probing.guess(facts, 4) == pytest.approx(70)
    del facts["throughput"]
    assert probing.guess(facts, 4) == pytest.approx(0.7 * 4 / 0.02)
    del facts["latency_p50"]
    assert probing.guess(facts, 4) == pytest.approx(0.7 * 4 / 0.1)
    assert np.isfinite(probing.guess({"first_query": fact("first_query", 0.0)}, 4))


def test_the_ceiling_is_asked_for_in_a_process_like_those_that_probe():
    asked = []

    def launch(job):
        asked.append(job)
        return Outcome({"probe": {"ceiling": 1234}}, b"", [], "")

    assert probing.ceiling(JOB, "some:ceiling", launch) == 1234.0
    assert asked == [{**JOB, "probe": {"door": "some:ceiling", "settings": None}}]
