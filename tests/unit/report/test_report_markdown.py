"""The report for a pull request: short, complete, and inert."""

import copy
import re

from harness.report import markdown


def many(answer, number):
    """Return ``answer`` with every list made long."""
    profile, one, failure = answer["profiles"]["toys"], answer["candidates"][0], answer["failures"][0]
    labels = [f"toy{n}@torch/b1" for n in range(number)]
    return answer | {
        "profiles": {f"profile{n}": copy.deepcopy(profile) for n in range(number)},
        "candidates": [*answer["candidates"], *(one | {"candidate": label} for label in labels)],
        "front": labels,
        "failures": [failure | {"candidate": label, "message": f"no room for {label}"} for label in labels],
    }


def test_it_has_the_answer_and_the_front(answer):
    text = markdown.render(answer)
    assert "| `toys` | `toy+quantize:static@onnxruntime:threads=1/b1` | 0.800 ± 0.050 | −1.0 pp accuracy" in text
    assert "## Pareto front" in text
    assert "| `toy@torch/b1` | 10 ms (9–11) | 96.0 % (95.0–97.0) |" in text


def test_an_estimate_is_told_as_one(kinds):
    text = markdown.render(kinds["with estimates"]())
    assert "≈ 5.0× less energy (estimate, 3.7–6.7×)" in text
    assert "≈ 1 mJ (estimate, 800 µJ – 1.20 mJ)" in text
    assert "−0.7 pp accuracy (−2.0 to +0.4 pp)" in text


def test_it_is_sixty_lines_at_most(any_answer, answer):
    assert len(markdown.render(any_answer).splitlines()) <= 60
    assert len(markdown.render(many(answer, 40)).splitlines()) <= 60


def test_what_is_left_out_is_counted(answer):
    text = markdown.render(many(answer, 40))
    assert "And 32 more profiles." in text
    assert "And 25 more candidates." in text
    assert "And 35 more causes." in text


def test_nothing_feasible_is_said_with_what_is_missed(kinds):
    text = markdown.render(kinds["infeasible"]())
    assert "**nothing is feasible**" in text
    assert "`accuracy >= 90 %` missed by 30 pp; `latency_p99 <= 1 ms` not known" in text


def test_no_figures_at_all_is_said(kinds):
    text = markdown.render(kinds["without anything"]())
    assert "nothing was measured" in text
    assert "Empty: no candidate has every objective." in text


def test_a_recommendation_that_is_compressed_says_whether_that_paid(kinds):
    text = markdown.render(kinds["compressed"]())
    assert "compression: slower than uncompressed (4.0× smaller, −1.0 pp accuracy)" in text
    assert "compression: parent not measured" in markdown.render(kinds["without parent"]())
    assert "compression:" not in markdown.render(kinds["made up"]())


def test_names_are_code_that_nothing_closes_and_that_mentions_nobody(kinds):
    for line in markdown.render(kinds["hostile"]()).replace("\\`", "").splitlines():
        parts = line.split("`")
        assert len(parts) % 2 == 1, line
        assert not re.search("[<@]", "".join(parts[::2])), line
