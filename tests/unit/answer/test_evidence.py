"""What raw runs add to an answer, from a store that is filled by hand."""

import io
from dataclasses import asdict

import numpy as np
import pytest

from harness.answer.evidence import POINTS_AT_MOST, Evidence
from harness.launch import packed
from harness.ledger import Known
from harness.operators import OperatorTime, Profile
from harness.space import expand
from harness.store import Run, Store

LABELS = np.array([0, 1, 2, 3, 0, 1, 2, 3])


@pytest.fixture
def store():
    with Store("sqlite://") as opened:
        yield opened


@pytest.fixture
def candidates(suite, registry):
    return expand(suite, registry).candidates


@pytest.fixture
def kept(store, environment, candidates):
    """Keep a run of a candidate in the store, and return its number."""

    def made(candidate=0, memory=None, found=None, **samples):
        file = io.BytesIO()
        np.savez(file, **samples)
        body = {"candidate": candidates[candidate].model_dump(mode="json"), "found": found or {}}
        body |= {} if memory is None else {"memory": memory}
        return store.add_run(Run(environment, body, file.getvalue()))

    return made


@pytest.fixture
def accuracy(kept, fact):
    """Return the fact of an accuracy whose run answered the samples with these classes."""

    def made(answers, labels=LABELS):
        number = kept(predictions=np.eye(4)[np.array(answers)], labels=labels)
        return fact("accuracy", float((np.array(answers) == labels).mean())).model_copy(update={"run": number})

    return made


def test_a_difference_counts_the_samples_that_only_one_has_right(store, accuracy):
    baseline = accuracy([0, 1, 2, 3, 0, 1, 0, 0])
    candidate = accuracy([0, 1, 2, 0, 0, 0, 2, 0])
    found = Evidence(store).accuracy(candidate, baseline)
    assert (found["gained"], found["lost"], found["n"]) == (1, 2, 8)
    assert found["value"] == pytest.approx(-1 / 8)
    assert found["low"] < found["value"] < found["high"]
    assert 0 < found["p"] <= 1


def test_a_difference_to_itself_is_none_at_all(store, accuracy):
    same = accuracy([0, 1, 2, 3, 0, 1, 0, 0])
    found = Evidence(store).accuracy(same, same)
    assert (found["value"], found["gained"], found["lost"], found["p"]) == (0, 0, 0, 1)


@pytest.mark.parametrize("labels", [LABELS[::-1].copy(), LABELS[:4], np.concatenate([LABELS, LABELS])])
def test_accuracies_on_other_samples_have_no_difference(store, accuracy, labels):
    candidate, baseline = accuracy(LABELS), accuracy(labels, labels)
    assert Evidence(store).accuracy(candidate, baseline) is None
    assert Evidence(store).accuracy(baseline, candidate) is None


def test_without_both_accuracies_and_their_runs_there_is_no_difference(store, accuracy, kept, fact):
    known = accuracy(LABELS)
    evidence = Evidence(store)
    assert evidence.accuracy(known, None) is evidence.accuracy(None, known) is evidence.accuracy(None, None) is None
    assert evidence.accuracy(known, fact("accuracy", 0.9)) is None, "its run is not known"
    timed = fact("accuracy", 0.9).model_copy(update={"run": kept(single_stream=np.ones(3))})
    unlabelled = fact("accuracy", 0.9).model_copy(update={"run": kept(predictions=np.eye(4))})
    assert evidence.accuracy(known, timed) is evidence.accuracy(known, unlabelled) is None


def test_who_is_right_where_is_told_by_key_of_those_that_were_asked_the_same_samples(store, accuracy, fact):
    one, two, other = accuracy([0, 1, 2, 0, 0, 0, 2, 0]), accuracy(LABELS), accuracy([0, 0], np.array([0, 1]))
    found = Evidence(store).right([None, one, fact("accuracy", 0.9), two, other])
    assert {key: right.tolist() for key, right in found.items()} == {one.key: [1, 1, 1, 0, 1, 0, 1, 0], two.key: [1] * 8}
    assert Evidence(store).right([]) == {}


def test_each_run_is_read_once(store, accuracy, monkeypatch):
    one, two = accuracy(LABELS), accuracy(LABELS)
    asked, real = [], store.samples
    monkeypatch.setattr(store, "samples", lambda run: asked.append(run) or real(run))
    evidence = Evidence(store)
    for _ in range(3):
        evidence.accuracy(one, two)
    assert sorted(asked) == sorted([one.run, two.run])


def known(candidate, *runs, done=None):
    return Known(candidate, None, runs=runs, done=done or {})


def test_memory_over_time_is_that_of_the_candidates_own_process(store, kept, candidates):
    others, mine = [[0.0, 1e6], [0.1, 2e6]], [[0.0, 3e6], [0.12345, 4e6]]
    numbers = kept(1, others), kept(0, mine), kept(0, others)
    assert Evidence(store).memory(known(candidates[0], *numbers)) == [[0.0, 3e6], [0.123, 4e6]]
    assert Evidence(store).memory(known(candidates[2], *numbers)) == []


def test_a_run_without_memory_over_time_is_passed_by(store, kept, candidates):
    curve = [[0.0, 1e6], [1.0, 2e6]]
    numbers = kept(0), kept(0, []), kept(0, curve)
    assert Evidence(store).memory(known(candidates[0], *numbers)) == curve
    assert Evidence(store).memory(known(candidates[0])) == []


@pytest.mark.parametrize("points", [1, 2, POINTS_AT_MOST, POINTS_AT_MOST + 1, 10_000])
def test_a_long_curve_is_thinned_from_its_first_to_its_last_point(store, kept, candidates, points):
    curve = [[i / 10, float(i)] for i in range(points)]
    found = Evidence(store).memory(known(candidates[0], kept(0, curve)))
    assert len(found) == min(points, POINTS_AT_MOST)
    assert (found[0], found[-1]) == (curve[0], curve[-1])
    assert all(point in curve for point in found)


def test_why_a_rate_is_absent_is_what_its_search_said(store, kept, candidates):
    number = kept(0, found={"server": {"why": "planted"}})
    assert Evidence(store).server(known(candidates[0], done={"server": number})) == "planted"
    found = kept(0, found={"server": {"why": None}})
    assert Evidence(store).server(known(candidates[0], done={"server": found})) is None
    assert Evidence(store).server(known(candidates[0])) is None, "it was not searched"


def test_flips_count_the_predictions_that_changed_by_what_became_of_them(store, accuracy):
    parent = accuracy([0, 1, 2, 0, 0, 0, 2, 0])
    candidate = accuracy([0, 2, 2, 3, 1, 2, 2, 0])
    found = Evidence(store).flips(candidate, parent)
    assert (found["right"], found["wrong"], found["other"], found["n"]) == (1, 2, 1, 8)
    assert found["value"] == 4 / 8
    assert found["low"] < 0.5 < found["high"]


def test_predictions_of_other_samples_have_no_flips(store, accuracy):
    assert Evidence(store).flips(accuracy(LABELS), accuracy(LABELS[::-1], LABELS[::-1])) is None
    assert Evidence(store).flips(None, accuracy(LABELS)) is None


def test_a_profile_is_read_as_it_was_written(store, environment, candidates):
    profile = Profile(
        "openvino", 8, 5, 0.002, (OperatorTime("conv 1", "Convolution", "brgconv_avx512_amx_I8", 0.001, 1.0, "int8"),)
    )
    number = store.add_run(Run(environment, {"profile": asdict(profile)}, packed({})))
    assert Evidence(store).profile(Known(candidates[0], None, profile=number)) == profile
    assert Evidence(store).profile(Known(candidates[0], None)) is None


def timed(candidate, **runs):
    done = {"server": runs.pop("server")} if "server" in runs else {}
    return Known(candidate, None, timed={name: tuple(each) for name, each in runs.items()}, done=done)


def test_latencies_are_those_of_all_the_processes_that_the_figures_rest_on(store, kept, candidates):
    first = kept(single_stream=np.array([0.3, 0.1]), multi_stream=np.array([0.7]), single_stream_warm_up=np.array([9.0]))
    kept(single_stream=np.array([8.0]))  # a disturbed one, which no figure rests on
    third = kept(single_stream=np.array([0.2]))
    found = Evidence(store).latencies(timed(candidates[0], single_stream=[first, third], multi_stream=[first]))
    assert found["single_stream"] == {"n": 3, "seconds": [0.1, 0.2, 0.3], "shares": [0.333333, 0.666667, 1.0]}
    assert found["multi_stream"]["seconds"] == [0.7]
    assert Evidence(store).latencies(timed(candidates[0])) == {}
    assert Evidence(store).latencies(timed(candidates[0], single_stream=[])) == {}


SERVED = {"latency": 0.02, "percentile": 0.9, "low": 50.0, "why": None, "probes": [{"rate": 50.0}]}


def test_a_search_for_a_rate_tells_its_probes_and_the_latencies_at_the_rate_it_found(store, kept, candidates):
    number = kept(
        found={"server": SERVED | {"trials": [[50.0, True, 0.01, 2]]}},
        server_0_scheduled=np.array([0.0, 0.02]),
        server_0_latencies=np.array([0.01, 0.02]),
    )
    one, evidence = timed(candidates[0], server=number), Evidence(store)
    assert evidence.latencies(one)["server"]["seconds"] == [0.01, 0.02]
    (probe,) = evidence.rates(one)["probes"]
    assert (probe["rate"], probe["achieved"], probe["held"]) == (50.0, 50.0, True)
    assert evidence.rates(timed(candidates[0])) is None


def test_a_search_that_never_probed_has_no_latencies(store, kept, candidates):
    number = kept(found={"server": SERVED | {"trials": [], "probes": [], "low": 0.0, "why": "too slow"}})
    one = timed(candidates[0], server=number)
    assert Evidence(store).latencies(one) == {}
    assert Evidence(store).rates(one)["probes"] == []


def test_what_disturbed_the_timings_is_told_by_process(store, kept, candidates):
    usage = {"wall": 1.0, "cpu": 0.8, "waited": 0.2, "others": 0.5, "machine": 2.0}
    first = kept(found={"single_stream": {"queries": 3, "usage": usage, "throttled": ["hot"]}})
    second = kept(found={"single_stream": {"queries": 3}})
    found = Evidence(store).contention(timed(candidates[0], single_stream=[first, second]))
    assert found == {"single_stream": [{"waited": 0.25, "others": 0.25, "throttled": ["hot"]}, {"throttled": []}]}
    assert Evidence(store).contention(timed(candidates[0])) == {}
