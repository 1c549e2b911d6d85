"""A study on a database of its own, and a fake evaluation with a planted truth."""

import pytest

from harness.evaluate import Evaluation
from harness.record import Failure
from harness.space import expand


@pytest.fixture
def space(suite, registry):
    return expand(suite, registry)


@pytest.fixture
def url(tmp_path):
    return f"sqlite:///{tmp_path / 'study.db'}"


@pytest.fixture
def evaluated(fact):
    """Return the evaluation of a candidate: more threads are faster, trees fail when asked to."""

    def made(candidate, trees_fail=False):
        failure = None
        if trees_fail and candidate.model.label == "decision_tree":
            failure = Failure(key="f", kind="crashed", stage="load", message="planted")
        latency = 0.01 / int(candidate.runtime.options.get("threads", 3))
        facts = {
            "latency_p90": fact("latency_p90", latency),
            "accuracy": fact("accuracy", 0.95),
            "throughput": fact("throughput", candidate.batch_size / latency),
        }
        return Evaluation(candidate, {} if failure else facts, failure, 0 if failure else 3, 0)

    return made
