"""How an answer looks in a terminal, from planted facts."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from harness.cli import answers, front
from harness.store import Store
from tests.answered import BEST, FASTER, TIED, WRONG, planted


@pytest.fixture(scope="module")
def answer(registry, tmp_path_factory):
    with Store("sqlite://") as store:
        yield planted(registry, store, tmp_path_factory.mktemp("planted")).answer


@pytest.fixture(params=[80, 120])
def width(request, monkeypatch):
    monkeypatch.setenv("COLUMNS", str(request.param))
    return request.param


@pytest.fixture
def shown(answer, width, capsys):
    def made(**changes):
        answers.show(answer | changes)
        return capsys.readouterr().out

    return made


def on_terminal(answer, width):
    console = Console(file=io.StringIO(), width=width, force_terminal=True, color_system=None)
    front.show(console, answer)
    return console.file.getvalue().splitlines()


def test_everything_fits_and_nothing_is_cut(shown, width):
    assert max(map(len, shown().splitlines())) <= width
    assert "…" not in shown()


def test_what_to_deploy_what_is_tied_and_what_comes_next_are_said_with_whole_labels(shown):
    lines = [line.strip() for line in shown().splitlines()]
    assert lines[0] == f"fast: deploy {BEST}  utility 0.830"
    assert lines[lines.index("tied with it:") + 1] == TIED
    assert "next: mlp@onnxruntime:threads=2/b1" in lines
    assert any(line.startswith("utility 0.650, loses by latency_p50 3 ms against 1 ms") for line in lines)
    assert "2 of 6 candidates break a constraint" in lines


def test_an_interval_has_the_form_that_it_has_in_show_and_on_the_page(shown):
    text = " ".join(shown().split())
    assert "latency_p50 1 ms 900 µs – 1.10 ms 4 ms 0.80 0.400" in text
    assert "accuracy 93.0 % 89.0–97.0 95.0 % 0.86 0.430" in text
    assert "size 4 kB exact 40 kB 0.96 0.960" in text


def test_where_nothing_is_feasible_the_nearest_and_its_miss_are_said(shown, answer):
    miss = {"constraint": "accuracy >= 99 %", "metric": "accuracy", "value": 0.93, "bound": 0.99, "miss": 0.06}
    changed = answer["profiles"]["fast"] | {"feasible": False, "violations": [miss], "tied": [], "runner_up": None}
    text = " ".join(shown(profiles={"fast": changed}).split())
    assert f"fast: nothing feasible; the nearest is {BEST}" in text
    assert "misses accuracy >= 99 %: 93.0 % against 99.0 %, off by 6.0%" in text


def test_without_measurements_it_says_how_to_get_some(shown, answer):
    nothing = answer["profiles"]["fast"] | {"candidate": None}
    assert "fast: nothing measured yet — harness run measures it" in shown(profiles={"fast": nothing}, front=[])


def test_the_front_has_a_mark_a_label_and_figures_below_their_metrics(answer):
    console = Console(file=io.StringIO(), width=80)
    front.show(console, answer)
    lines = console.file.getvalue().splitlines()
    assert lines[0] == "Pareto front over latency_p50, accuracy, size"
    assert lines[1].split() == ["latency_p50", "accuracy", "size"]
    at = lines.index(f"  ★ {BEST}")
    assert lines[at + 1].split() == ["1", "ms", "93.0", "%", "10", "kB"]
    assert [line.rstrip()[-1] for line in (lines[1], lines[at + 1])] == ["e", "B"]
    assert len(lines[1]) == len(lines[at + 1]), "figures end where their metrics end"
    assert f"  ★ {WRONG}" in lines, "recommended for another profile"
    assert f"  ● {FASTER}" in lines


def test_the_picture_is_for_terminals_that_are_wide_enough(answer):
    assert any("latency_p50" in line and "over" in line for line in on_terminal(answer, 80)[:1])
    assert on_terminal(answer, 59)[0].startswith("Pareto front")
    assert max(map(len, on_terminal(answer, 80))) <= 80


def test_a_front_of_more_metrics_than_fit_shows_those_that_do(answer):
    wide = answer | {"objectives": [*answer["objectives"], *("latency_p99_of_a_long_name",) * 4]}
    lines = on_terminal(wide, 80)
    assert max(map(len, lines)) <= 80
    assert any(line.split()[:3] == ["latency_p50", "accuracy", "size"] for line in lines)
