"""A child that is a small module of ours: what it answers, that it is late, how it dies."""

import time

import pytest

from harness.dialogue import Child
from harness.errors import JobError

ECHO = """
import json, os, sys, time
print("a library speaks", file=sys.stderr, flush=True)
for line in sys.stdin:
    told = json.loads(line)
    time.sleep(told.get("sleep", 0))
    if "exit" in told:
        os._exit(told["exit"])
    print(json.dumps({"words": sys.argv[1:], "variable": os.environ["PLANTED"], **told}), flush=True)
"""


@pytest.fixture
def child(tmp_path):
    (tmp_path / "echo_child.py").write_text(ECHO)
    one = Child("echo_child", ["a b"], tmp_path / "log", {"PYTHONPATH": str(tmp_path), "PLANTED": "yes"})
    yield one
    one.close()


def received(child, seconds=60.0):
    return child.receive(time.monotonic() + seconds, "too late")


def test_it_answers_each_message_in_order_and_has_its_words_and_variables(child):
    long = "x" * 300_000  # more than a pipe holds
    for told in ({"text": long}, {"text": "second"}):
        child.send(told)
        assert received(child) == {"words": ["a b"], "variable": "yes", **told}


def test_one_that_is_late_is_told_in_the_words_of_who_waits_and_still_answers(child):
    child.send({})
    received(child)
    child.send({"sleep": 0.3})
    with pytest.raises(JobError, match=r"^too late$") as told:
        received(child, 0.01)
    assert told.value.kind == "timed_out"
    assert received(child)["sleep"] == 0.3


def test_one_that_dies_is_classified_with_the_end_of_its_log_and_takes_no_more(child):
    child.send({"exit": 3})
    with pytest.raises(JobError, match="exit status 3") as told:
        received(child)
    assert (told.value.kind, told.value.stage) == ("crashed", "")
    assert "a library speaks" in told.value.log
    assert not child.is_alive
    child.send({})
    with pytest.raises(JobError, match="exit status 3"):
        received(child)


def test_closing_ends_it(child):
    assert child.is_alive
    child.close()
    assert not child.is_alive
