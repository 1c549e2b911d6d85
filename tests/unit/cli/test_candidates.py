"""How one candidate, and two side by side, look in a terminal, from an answer about planted facts."""

from __future__ import annotations

import re

import pytest

from harness.cli import contrast as contrast_printing
from harness.cli import dossier as dossier_printing
from harness.compare.contrast import contrast
from harness.compare.dossier import dossier
from harness.store import Store
from tests.answered import BASELINE, BEST, FAILED, FASTER, SLOW_AND_WRONG, TIED, UNKNOWN, WRONG, planted

CUT = re.compile(r"\w…")


@pytest.fixture(scope="module")
def world(registry, tmp_path_factory):
    with Store("sqlite://") as store:
        yield planted(registry, store, tmp_path_factory.mktemp("planted"))


@pytest.fixture(params=[80, 120])
def width(request, monkeypatch):
    monkeypatch.setenv("COLUMNS", str(request.param))
    return request.param


@pytest.fixture
def shown(world, width, capsys):
    """Print a candidate; ``changes`` are made to what is known of it."""

    def made(label, **changes):
        one = world.known[label]
        told = dossier(world.answer, one, {number: world.evidence.store.run(number) for number in one.runs})
        dossier_printing.show(told | changes)
        return capsys.readouterr().out

    return made


@pytest.fixture
def compared(world, width, capsys):
    def made(one, other):
        contrast_printing.show(contrast(world.answer, world.known, one, other, world.evidence))
        return capsys.readouterr().out

    return made


def words(text):
    return " ".join(text.split())


@pytest.mark.parametrize("label", [BASELINE, BEST, TIED, WRONG, SLOW_AND_WRONG, FAILED, UNKNOWN])
def test_everything_fits_and_nothing_is_cut(shown, width, label):
    text = shown(label)
    assert text.splitlines()[0] == label
    assert max(map(len, text.splitlines())) <= width
    assert not CUT.search(text)


def test_the_facts_have_their_intervals_and_the_profiles_their_terms(shown):
    text = words(shown(BEST))
    assert "latency_p50 1 ms 900 µs – 1.10 ms 100" in text
    assert "fast: recommended utility 0.830" in text
    assert "✓ accuracy >= baseline - 10 pp: 8 pp inside of 85.0 %, guard band" in text
    assert "on the Pareto front over latency_p50, accuracy, size" in text


def test_why_it_lost_is_said(shown):
    text = words(shown(BASELINE))
    assert f"0.280 below {BEST} latency_p50 4 ms against 1 ms (−0.300)" in text
    assert "fast: tied with the recommended" in words(shown(TIED))
    assert "inside the noise" in words(shown(TIED))
    wrong = words(shown(SLOW_AND_WRONG))
    assert "fast: infeasible" in wrong
    assert "✗ accuracy >= baseline - 10 pp: 15 pp beyond 85.0 %" in wrong
    assert f"dominated by {WRONG}" in wrong


VERSUS = {"won": 61, "lost": 0, "even": 3, "chance": 1e-18, "beats": True}


def test_explanations_are_told_with_how_they_stand_against_a_random_order(shown):
    text = words(shown(BEST, explanation={"asked": 64, "samples": 64, "versus_random": VERSUS}))
    assert "explanations beat a random order of features" in text
    assert "in 61 of 64 samples, less in 0" in text
    lost = VERSUS | {"won": 5, "lost": 6, "even": 4, "beats": False}
    text = words(shown(BEST, explanation={"asked": 64, "samples": 15, "versus_random": lost}))
    assert "explanations do not beat a random order of features" in text
    assert "in 5 of 15 samples, 64 were asked for, less in 6" in text
    assert "explanations" not in words(shown(BEST))


def test_a_failure_has_its_message_and_a_log_that_steers_no_terminal(shown):
    text = shown(FAILED)
    assert "failed (crashed) at measure: planted" in text
    assert "one\n" in text
    assert "two" in text
    assert "\x1b" not in text


def test_what_is_not_known_says_how_to_know_it(shown):
    assert "not measured yet — harness run measures it" in words(shown(UNKNOWN))
    screened = {"why": "too slow, beyond doubt"}
    assert "ended by a quick look: too slow, beyond doubt" in words(shown(UNKNOWN, screened=screened))


def test_stages_runs_and_lineage_are_told(shown):
    text = words(shown(BEST))
    assert "quantize method static" in text
    assert "kept" not in text, "what is empty is left out"
    assert "made in 1.5 s" in text
    assert "process 1, single_stream 100 queries" in text
    assert f"parent {BASELINE} compression: faster than uncompressed" in text
    assert f"parent of {BEST}" in words(shown(BASELINE))


def test_what_is_withheld_says_why(shown):
    text = words(shown(BEST, withheld={"latency_p99": {"needs": 662, "has": 100}, "energy": {"why": "no counter"}}))
    assert "latency_p99: needs 662, has 100 energy: no counter" in text


@pytest.mark.parametrize("pair", [(BEST, BASELINE), (BASELINE, BEST), (BEST, TIED), (WRONG, FASTER), (BEST, BEST)])
def test_two_side_by_side_fit_and_nothing_is_cut(compared, width, pair):
    text = compared(*pair)
    assert text.splitlines()[:2] == [f"A  {pair[0]}", f"B  {pair[1]}"]
    assert max(map(len, text.splitlines())) <= width
    assert not CUT.search(text)


def test_differences_beyond_noise_are_marked_and_named(compared):
    text = words(compared(BEST, BASELINE))
    assert "▲ latency_p50 1 ms 4 ms 4.0× faster" in text
    assert "▲ size 10 kB 40 kB 4.0× smaller" in text
    assert " accuracy 93.0 % 95.0 % −2.0 pp" in text
    assert "beyond noise, A is better in latency_p50, size" in text
    assert "A is worse" not in text
    assert "gained 0, lost 2 of 100 samples" in text
    assert "from B to A, 2 % of 100 predictions changed" in text
    assert "▼ latency_p50 4 ms 1 ms 4.0× slower" in words(compared(BASELINE, BEST))


def test_what_is_inside_the_noise_is_marked_by_nothing(compared):
    text = compared(BEST, TIED)
    assert "▲" not in text
    assert "▼" not in text
    assert "no difference is beyond noise" in text
    assert "+0.005, tied" in text
    assert words(text).count("same") >= 2, "accuracy and size are those of one artifact"


def test_a_candidate_that_breaks_a_constraint_says_so_beside_its_utility(compared):
    assert "infeasible 0.6" in words(compared(WRONG, BASELINE))
