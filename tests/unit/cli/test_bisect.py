import pytest

from harness.cli import bisect

COMMITS = [
    {"revision": f"{at:040x}", "subject": subject, "committed": "2026-02-03T00:00:00+00:00", "authored": "2026-01-30T00:00:00Z"}
    for at, subject in enumerate(
        ["Begin", "Widen the stem", "Take \x1b[31mbicubic resizing in every place where a picture is read"]
    )
]
JUDGED = {
    "case": "resnet",
    "metric": "latency",
    "unit": "s",
    "higher": False,
    "kind": "timed",
    "verdict": "regressed",
    "gates": True,
    "tol": 0.02,
    "change": 0.08,
    "low": 0.06,
    "high": 0.1,
}


def told(suspects, answer="worse", why="regressed", wrong=0.03):
    judgement = JUDGED if answer != "unknown" else None
    step = {"commit": COMMITS[2], "answer": answer, "why": why, "judgement": judgement, "report": None}
    return {
        "metric": "latency",
        "candidate": "resnet10t+quantize:static@onnxruntime:threads=1/b1",
        "good": COMMITS[0],
        "bad": COMMITS[2],
        "commits": 2,
        "suspects": [COMMITS[at] for at in suspects],
        "wrong": wrong,
        "steps": [step],
    }


@pytest.fixture
def printed(capsys, monkeypatch):
    def show(*words, columns=80, **more):
        monkeypatch.setenv("COLUMNS", str(columns))
        bisect.show(told(*words, **more))
        return capsys.readouterr().out

    return show


def test_the_commit_is_told_first_whole_with_its_day_its_subject_and_how_sure_it_is(printed):
    lines = printed([1]).splitlines()
    assert lines[:2] == [COMMITS[1]["revision"], "  2026-01-30  Widen the stem"]
    assert "wrong at most 3 times in 100" in " ".join(line.strip() for line in lines[2:5])
    assert "+8.0 % (+6.0 to +10.0)" in lines[-1]


def test_several_suspects_are_all_told(printed):
    lines = printed([1, 2]).splitlines()
    assert lines[0] == "one of 2 commits, as not all of them could be measured"
    assert [line.split()[0] for line in lines[1:3]] == ["00000000", "00000000"]


def test_what_is_counted_is_certain(printed):
    assert "for certain" in " ".join(printed([1], wrong=0.0).split())


@pytest.mark.parametrize(
    ("answer", "why", "said"),
    [("fine", "pass", "is not worse"), ("unknown", "no \x1b[31msuite", "cannot be told: no �[31msuite")],
)
def test_where_nothing_is_found_it_says_why(printed, answer, why, said):
    out = " ".join(printed([], answer, why).split())
    assert out.startswith("not found: latency of resnet10t")
    assert said in out


@pytest.mark.parametrize("columns", [80, 120])
def test_it_fits_the_terminal_and_no_subject_steers_it(printed, columns):
    out = printed([2], columns=columns)
    assert max(map(len, out.splitlines())) <= columns
    assert "\x1b" not in out
