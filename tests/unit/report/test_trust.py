"""How far the answer may be believed: what is counted is right, and facts that tell less make a page, too."""

import pytest

from harness.report.trust import trust

IDENTITY = {"cpu": "Toy CPU", "cores": 2}
QUIET = {"load": [0.1, 0.1, 0.1], "virtual_machine": False}


def figures(answer):
    return dict(trust(answer).figures)


def test_disturbed_figures_are_counted_with_what_disturbed_them(answer):
    answer["candidates"][0]["facts"]["size"]["quality"] = "contended"
    answer["candidates"][1]["facts"]["size"]["quality"] = "throttled"
    told = figures(answer)
    assert told["Undisturbed"] == "7 of 9 facts"
    assert told["Contended"] == "1: something else used the machine"
    assert told["Throttled"] == "1: the processor changed its speed"


def test_the_answer_s_own_count_is_told_where_it_has_one(answer):
    answer["trust"] = {"qualities": {"clean": 5, "odd": 1}, "taken_again": 4}
    told = figures(answer)
    assert (told["Undisturbed"], told["Odd"]) == ("5 of 6 facts", "1")
    assert told["Taken again"] == "4 facts, since something disturbed the first try"


def test_repeats_are_counted_by_candidate(answer):
    assert figures(answer)["Repeated"] == "no candidate, each had one process"
    answer["candidates"][0]["facts"]["size"]["processes"] = 3
    answer["candidates"][0]["facts"]["accuracy"]["processes"] = 2
    assert figures(answer)["Repeated"] == "1 candidate in up to 3 fresh processes each"


def test_figures_that_are_not_measured_are_counted(kinds):
    assert figures(kinds["with estimates"]())["Outside"] == "3 from hardware counters, 3 worked out and 3 estimates"
    assert figures(kinds["made up"]())["Outside"] == "nothing: every figure is measured here"


def test_without_figures_nothing_is_counted(kinds):
    assert figures(kinds["without anything"]()) == {}


@pytest.mark.parametrize(
    ("context", "doubts"),
    [
        (QUIET, []),
        (QUIET | {"load": [1.8, 1, 1]}, ["load average 1.8 on 2 cores"]),
        (QUIET | {"governor": "powersave"}, ["the CPU governor is 'powersave'"]),
        ({}, []),
    ],
)
def test_what_makes_the_machine_doubtful_is_told_with_advice(answer, context, doubts):
    answer["environment"] |= {"identity": IDENTITY, "context": context}
    told = trust(answer).doubts
    assert [one.message for one in told] == doubts
    assert all(one.advice for one in told)


def test_an_environment_that_tells_nothing_raises_no_doubt(answer):
    answer["environment"] = {}
    told = trust(answer)
    assert told.doubts == ()
    assert dict(told.made_by) == {"Git revision": "none: no repository"}


def test_of_what_disturbed_a_candidate_its_worst_process_is_told_and_the_worst_candidate_first(answer):
    quiet = {"waited": 0.01, "others": 0.02, "stolen": 0.0, "throttled": []}
    busy = {"waited": 0.001, "others": 0.6, "throttled": ["heat"]}
    answer["contention"] = {"a": {"single_stream": [quiet]}, "b": {"offline": [quiet, busy], "server": []}}
    first, second = trust(answer).disturbances
    assert (first.candidate, first.scenario, first.processes) == ("b", "offline", 2)
    assert (first.waited, first.others, first.stolen, first.throttled) == ("1.0 %", "60.0 %", "0.0 %", "heat")
    assert (second.candidate, second.others, second.throttled) == ("a", "2.0 %", "no")
    del answer["contention"]["a"]["single_stream"][0]["stolen"]
    assert trust(answer).disturbances[1].stolen == "not told"


def test_the_stages_of_a_run_are_told_from_the_longest(answer):
    answer["run"]["seconds_by_stage"] = {"prepare": 30.0, "measure": 60.0, "propose": 0.0}
    assert [(one.name, one.seconds, one.share) for one in trust(answer).stages] == [
        ("measuring", "1 min 00 s", 1.0),
        ("making artifacts", "30 s", 0.5),
    ]


def test_the_commands_that_repeat_it_name_the_suite_and_the_packages(answer):
    answer["trust"] = {"suite_file": "my suites/a.yaml", "harness": "0.1.0", "seed": 3}
    answer["environment"]["versions"] = {"torch": "2.9.0+cpu", "numpy": "2.1.0"}
    told = trust(answer)
    commands = [command for command, _ in told.commands]
    assert "python -m pip install torch==2.9.0 numpy==2.1.0" in commands
    assert "harness run 'my suites/a.yaml'" in commands
    assert "harness run 'my suites/a.yaml' --retry-failed" in commands
    answer["failures"] = []
    assert not [command for command, _ in trust(answer).commands if "--retry-failed" in command]
    assert dict(told.made_by)["Seed"].startswith("3,")


def test_the_revision_of_the_suite_is_told_and_whether_it_was_changed(answer):
    answer["trust"] = {"git": {"revision": "abc", "dirty": True}}
    assert dict(trust(answer).made_by)["Git revision"] == "abc, with changes"


def test_what_changed_since_the_last_run_is_told(answer):
    ends = {"value": 0.002, "low": 0.0019, "high": 0.0021}
    answer["changed"] = {
        "since": "2026-01-01T10:00:00+00:00",
        "evaluated": [3, 4],
        "versions": {"torch": ["1", "2"], "new": [None, "1"]},
        "recommendations": [
            {"profile": "toys", "before": "a", "after": None, "why": [{"kind": "violates", "words": "a does not keep it"}]}
        ],
        "figures": [
            {"candidate": "a", "metric": "latency_p90", "unit": "s", "before": ends, "after": ends, "better": False}
        ],
    }  # fmt: skip
    since = trust(answer).since
    assert since.at == "2026-01-01 10:00 UTC"
    assert since.evaluated == "3 candidates evaluated then, 4 now"
    assert since.versions == ("torch 1 → 2", "new none → 1")
    (change,) = since.recommendations
    assert (change.before, change.after, change.why) == ("a", "nothing feasible", ("a does not keep it",))
    (moved,) = since.figures
    assert (moved.label, moved.before, moved.tone) == ("latency p90", "2 ms (1.90–2.10)", "worse")
    answer["changed"] = None
    assert trust(answer).since is None
