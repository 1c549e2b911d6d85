"""The preparing process seen from its parent, played by a script: what it says, how it fails, what is left of it."""

import subprocess
import sys

import psutil
import pytest

from harness import dialogue, faults
from harness.errors import JobError
from harness.prepare.plan import Planner
from harness.space import expand
from harness.workshop import Workshop

POPEN = subprocess.Popen
PRELUDE = """
import json, os, signal, sys, time
def tell(**message): print(json.dumps(message), flush=True)
print("a library speaks", file=sys.stderr, flush=True)
"""


@pytest.fixture
def plan(suite, registry):
    return Planner(suite, registry).plan(expand(suite, registry).candidates[0])


@pytest.fixture
def play(monkeypatch, tmp_path):
    """Open a workshop whose process runs a script; ``started`` are the processes it started."""
    started, opened = [], []

    def made(script, time_limit=60.0):
        def popen(command, **settings):
            assert command[-1] == "harness.prepare.child"
            started.append(POPEN([sys.executable, "-c", PRELUDE + script], **settings))
            return started[-1]

        monkeypatch.setattr(dialogue.subprocess, "Popen", popen)
        opened.append(Workshop(tmp_path, time_limit, None))
        return opened[-1], started

    yield made
    for one in opened:
        one.close()


def serving(artifact, before=""):
    body = artifact.model_dump(mode="json")
    return f"for line in sys.stdin:\n    {before}\n    tell(say='building')\n    tell(done={body!r})\n"


def failure(bench, plan, time_left=60.0):
    with pytest.raises(JobError) as caught:
        bench.make(plan, lambda text: None, time_left)
    return caught.value


def test_an_artifact_comes_back_and_what_is_done_meanwhile_is_told(play, plan, artifact):
    bench, started = play(serving(artifact))
    told = []
    assert bench.make(plan, told.append, 60.0) == artifact
    assert bench.make(plan, told.append, 60.0) == artifact
    assert told == ["building", "building"]
    assert len(started) == 1


def test_what_went_wrong_is_passed_on_with_its_hint_and_the_log(play, plan):
    bench, _ = play(
        "sys.stdin.readline(); tell(failed={'kind': 'bad_input', 'message': 'no file', 'hint': 'give one'}); sys.stdin.read()"
    )
    told = failure(bench, plan)
    assert (told.kind, told.stage, told.message) == ("bad_input", "prepare", "no file — give one")
    assert "a library speaks" in told.log


@pytest.mark.parametrize(
    ("end", "kind", "words"),
    [
        ("os.kill(os.getpid(), signal.SIGSEGV)", "crashed", "SIGSEGV"),
        ("os.kill(os.getpid(), signal.SIGKILL)", "killed", "SIGKILL"),
        ("os._exit(3)", "crashed", "exit status 3"),
    ],
)
def test_a_process_that_dies_is_a_classified_failure_and_the_next_one_starts_anew(
    play, plan, artifact, end, kind, words, monkeypatch
):
    for module in (dialogue, faults):
        monkeypatch.setattr(module, "kills_for_memory", lambda: 5)
    bench, started = play(f"sys.stdin.readline(); {end}")
    told = failure(bench, plan)
    assert told.kind == kind
    assert words in told.message
    play(serving(artifact))
    assert bench.make(plan, lambda text: None, 60.0) == artifact
    assert len(started) == 2


@pytest.mark.parametrize(
    ("kills", "kind"),
    [((5, 5, 6, 6), "killed"), ((5, 5, 5, 6), "out_of_memory"), ((5, None, None, 6), "out_of_memory")],
)
def test_a_killed_process_ran_out_of_memory_if_the_kernel_killed_one_for_it_since_it_was_asked(
    play, plan, artifact, monkeypatch, kills, kind
):
    """The counts are those at the start, when the first and the second artifact are asked for, and when the process is dead."""
    counts = list(kills)
    monkeypatch.setattr(dialogue, "kills_for_memory", lambda: counts.pop(0))
    monkeypatch.setattr(faults, "kills_for_memory", lambda: counts.pop(0))
    bench, started = play(
        f"sys.stdin.readline(); tell(done={artifact.model_dump(mode='json')!r})\n"
        "sys.stdin.readline(); os.kill(os.getpid(), signal.SIGKILL)"
    )
    assert bench.make(plan, lambda text: None, 60.0) == artifact
    assert failure(bench, plan).kind == kind
    assert len(started) == 1


def test_a_stage_that_hangs_is_ended_at_its_limit(play, plan):
    bench, started = play("sys.stdin.readline(); tell(say='training'); tell(stage='k'); time.sleep(600)", time_limit=0.5)
    told = failure(bench, plan)
    assert told.kind == "timed_out"
    assert "training" in told.message
    assert started[0].poll() is not None


def test_the_runs_own_time_ends_it_as_well(play, plan):
    bench, started = play("sys.stdin.readline(); time.sleep(600)")
    assert failure(bench, plan, time_left=0.5).kind == "timed_out"
    assert started[0].poll() is not None


def test_a_stage_that_failed_is_not_tried_again(play, plan):
    key = plan.stages[0].key
    told = "{'kind': 'failed', 'message': 'planted', 'hint': None}"
    bench, started = play(f"for line in sys.stdin:\n    tell(stage={key!r})\n    tell(failed={told})\n")
    assert failure(bench, plan).message == "planted"
    started[0].kill()
    started[0].wait()
    assert failure(bench, plan).message == "planted"
    assert len(started) == 1


def test_nothing_is_left_running_when_the_workshop_closes(play, plan, artifact):
    bench, started = play(serving(artifact))
    with bench:
        bench.make(plan, lambda text: None, 60.0)
        assert psutil.pid_exists(started[0].pid)
    assert started[0].poll() is not None
