"""Whose operators are timed when a run ends, and what stops that: nothing but the time."""

import pytest

from harness.decide.decision import Recommendation
from harness.errors import JobError
from harness.ledger import Known
from harness.running.profiling import each, worth_profiling
from harness.space import expand
from harness.suitefile import loads

TEXT = """
name: pruned
workload: {dataset: digits}
models: [{timm: test_resnet}, {timm: resnet10t}]
passes: [[], [{prune: {ratio: 0.5}}]]
runtimes: [onnxruntime]
profiles: {p: {weights: {accuracy: 1}, range: {accuracy: [0, 1]}}}
"""


@pytest.fixture
def space(registry, tmp_path):
    return expand(loads(TEXT, registry, tmp_path), registry)


@pytest.fixture
def known(fact):
    """Make candidates known, with the accuracy of each by label; one of None is not measured in full."""

    def made(accuracies, space):
        return {
            one.label: Known(
                one,
                None,
                artifact=object(),
                facts={"accuracy": fact("accuracy", accuracies[one.label] or 0.0)},
                missing={} if accuracies[one.label] else {"query": "key"},
            )
            for one in space.candidates
        }

    return made


@pytest.fixture
def worth(space, known):
    """Return what is worth profiling where ``best`` is recommended, and all but ``missing`` are measured."""

    def told(best, missing=()):
        accuracies = {c.label: None if c.label in missing else 0.5 for c in space.candidates}
        decided = [Recommendation(profile="p", feasible=best is not None, candidate=best)]
        return worth_profiling(decided, known(accuracies, space))

    return told


PARENT, PRUNED = "resnet10t@onnxruntime/b1", "resnet10t+prune:channel,ratio=0.5@onnxruntime/b1"


def test_what_is_recommended_is_followed_by_its_parent(worth, space):
    assert {PARENT, PRUNED} < {candidate.label for candidate in space.candidates}
    assert worth(PRUNED) == [PRUNED, PARENT]
    assert worth(PARENT) == [PARENT], "it has no parent"
    assert worth(PRUNED, [PARENT]) == [PRUNED], "its parent is not measured"
    assert worth(None) == [], "nothing is measured"


def test_what_cannot_be_profiled_is_told_and_the_next_one_is_tried(space, known):
    labels = [candidate.label for candidate in space.candidates]
    taken, told = [], []

    def take(candidate, say):
        say("profiling")
        if candidate.label == labels[0]:
            raise JobError("unsupported", "measure", "no profiler")
        taken.append(candidate.label)

    about = known(dict.fromkeys(labels, 0.5), space)
    each(take, "profiled", labels[:2], about, lambda *words: told.append(words), lambda: 1.0)
    assert taken == [labels[1]]
    assert told == [(labels[0], "profiling"), (labels[0], "not profiled: no profiler"), (labels[1], "profiling")]


def test_nothing_is_profiled_when_the_time_is_over(space, known):
    labels = [candidate.label for candidate in space.candidates]
    left = [1.0, 0.0]
    taken = []

    def take(candidate, say):
        taken.append(candidate.label)

    each(take, "profiled", labels[:2], known(dict.fromkeys(labels, 0.5), space), lambda *words: None, lambda: left.pop(0))
    assert taken == labels[:1]
