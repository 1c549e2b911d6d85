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


def moved(candidate, metric="latency_p90"):
    figures = [{"value": value, "low": value * 0.99, "high": value * 1.01} for value in (0.002, 0.003)]
    return {"candidate": candidate, "metric": metric, "unit": "s", "before": figures[0], "after": figures[1], "better": False}


def changed(answer, number=1):
    """Return what changed in so many profiles and figures of an answer."""
    why = [{"kind": "violates", "words": "old@torch/b1 does not keep accuracy >= 90 %"}, {"kind": "new", "words": "it is new"}]
    return answer | {
        "changed": {
            "since": "2026-01-02T03:04:05+00:00",
            "evaluated": [3, 4],
            "versions": {f"package{n}": ["1.0", "1.1"] for n in range(number)} | {"gone": ["2.0", None]},
            "recommendations": [
                {
                    "profile": f"profile{n}",
                    "before": "old@torch/b1",
                    "after": None if n else "new@torch/b1",
                    "why": why if n else [],
                }
                for n in range(number)
            ],
            "figures": [moved(f"toy{n}@torch/b1") for n in range(number)],
        }
    }


def test_it_is_sixty_lines_at_most(any_answer, answer):
    assert len(markdown.render(any_answer).splitlines()) <= 60
    assert len(markdown.render(changed(any_answer, 3)).splitlines()) <= 60
    for number in (4, 8, 9, 40, 500):
        assert len(markdown.render(many(answer, number)).splitlines()) <= 60
        assert len(markdown.render(changed(many(answer, number), number)).splitlines()) <= 60


def test_however_much_there_is_to_tell_the_front_keeps_some_lines(answer):
    front = markdown.render(changed(many(answer, 500), 500)).partition("## Pareto front")[2].partition("##")[0]
    shown = len(re.findall("^. `toy", front, re.MULTILINE))
    assert shown >= 5
    assert f"And {500 - shown} more candidates." in front


def test_what_changed_is_told_with_its_reasons(answer):
    text = markdown.render(changed(answer, 2)).partition("## Changed since 2026-01-02 03:04 UTC\n")[2].partition("##")[0]
    assert [line for line in text.splitlines() if line] == [
        "- `profile0`: `new@torch/b1` instead of `old@torch/b1`",
        "- `profile1`: `nothing feasible` instead of `old@torch/b1`: old&#64;torch/b1 does not keep accuracy >= 90 %; it is new",
        "- moved beyond noise: latency p90 of `toy0@torch/b1` 2 ms (1.98–2.02) → 3 ms (2.97–3.03) (worse); "
        "latency p90 of `toy1@torch/b1` 2 ms (1.98–2.02) → 3 ms (2.97–3.03) (worse)",
        "- versions: package0 1.0 → 1.1; package1 1.0 → 1.1; gone 2.0 → none",
        "- 3 candidates evaluated then, 4 now",
    ]


def test_of_many_changes_some_are_told_and_the_others_counted(answer):
    text = markdown.render(changed(answer, 10))
    assert "- and 6 more profiles" in text
    assert "; and 6 more\n" in text, "figures"
    assert "; and 7 more\n" in text, "versions"


def test_without_an_answer_before_nothing_is_said_of_changes(answer):
    assert "Changed since" not in markdown.render(answer)
    assert "Changed since" not in markdown.render(answer | {"changed": None})


def test_a_change_that_no_profile_looks_at_is_said_to_be_none(answer):
    told = changed(answer, 0)["changed"] | {"versions": {}, "evaluated": [4, 4]}
    assert "Nothing that a profile looks at." in markdown.render(answer | {"changed": told})


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
