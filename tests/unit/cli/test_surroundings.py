"""How the space of a suite, what there is to name, and a machine look in a terminal."""

from __future__ import annotations

import re

import pytest

from harness import catalogue
from harness.cli import machine, outlook, parts

CUT = re.compile(r"\w…")
MACHINE = {
    "id": "0123456789ab",
    "identity": {
        "cpu": "Toy CPU",
        "cores": 2,
        "memory": 8,
        "cpu_flags": {"telling": ["avx2"]},
        "system": "Linux",
        "machine": "x86_64",
    },
    "context": {"kernel": "6.1", "python": "3.12", "load": [0.1, 0.2, 0.3], "gpus": []},
    "versions": {f"package-{i}": f"{i}.0" for i in range(20)},
    "doubts": [{"message": "this is a virtual machine: " + "neighbours are not seen " * 4, "advice": "compare within one run"}],
}
OUTLOOK = {
    "suite": "toy",
    "axes": {"model": ["resnet", "forest"], "passes": ["none", "quantize:static"] * 20, "batch_size": ["1"]},
    "combinations": 12,
    "candidates": 10,
    "excluded": [{"rule": "forests have no layers, " * 8, "count": 2, "example": "x"}],
    "artifacts": 1,
    "distinct_facts": {"latency_p50": 10, "throughput": 10, "accuracy": 4},
    "known": {"candidates": 3, "failed": 1, "facts": 7},
    "search": {"algorithm": "guided", "trials": 10, "minutes": 30},
    "estimate": {"seconds": 90, "prepare": 30, "measure": 60, "limited": False, "rests_on": "a guess"},
}


@pytest.fixture(params=[80, 120])
def width(request, monkeypatch):
    monkeypatch.setenv("COLUMNS", str(request.param))
    return request.param


@pytest.fixture
def fits(width, capsys):
    """Return what was printed, with all its lines inside the terminal."""

    def checked():
        text = capsys.readouterr().out
        assert max(map(len, text.splitlines())) <= width
        assert not CUT.search(text)
        return text

    return checked


def words(text):
    return " ".join(text.split())


@pytest.mark.parametrize("kind", catalogue.LISTED)
def test_every_part_of_a_kind_is_listed_with_its_options(registry, fits, kind):
    found = catalogue.listing(registry, kind)[kind]
    parts.one_kind(kind, found)
    text = words(fits())
    for part in found:
        assert part["name"] in text
        assert words(part["summary"]) in text
        assert all(option["name"] in text for option in part.get("options", ()))


def test_a_default_is_told_as_a_suite_has_it(registry, fits):
    parts.one_kind("passes", catalogue.listing(registry, "passes")["passes"])
    text = words(fits())
    assert "default true" in text
    assert "True" not in text


def test_all_kinds_at_a_glance_are_a_line_or_two_for_each_part(registry, fits):
    found = catalogue.listing(registry)
    parts.overview(found)
    text = fits()
    assert all(
        any(line.strip().startswith(part["name"]) for line in text.splitlines()) for kind in found.values() for part in kind
    )
    assert "calibration_samples" not in text, "options are told of one kind"


def test_what_is_not_installed_says_how_to_install_it(fits):
    part = {"name": "toy", "summary": "a toy", "installed": False, "packages": ["toy-one", "toy-two"], "options": []}
    parts.overview({"runtimes": [part]})
    assert "not installed: pip install toy-one toy-two" in words(fits())


def test_a_machine_is_told_with_its_doubts_and_what_to_do(fits):
    machine.show(MACHINE)
    text = words(fits())
    assert "machine Toy CPU, 2 cores, 8 GiB" in text
    assert "GPUs none" in text
    assert "! this is a virtual machine" in text
    assert "→ compare within one run" in text


def test_a_machine_without_doubts_is_told_to_be_quiet(fits):
    machine.show(MACHINE | {"doubts": []})
    assert "nothing seen that would make timings here untrustworthy" in fits()


def test_a_space_is_told_with_its_rules_facts_and_time(fits):
    outlook.show(OUTLOOK)
    text = words(fits())
    assert "12 combinations, 2 of them left out: 10 candidates" in text
    assert "24 distinct facts on 1 artifact 10 × latency_p50, throughput 4 × accuracy" in text
    assert "7 facts known, 3 candidates are complete (1 failed)" in text
    assert "about 1 min 30 s 30 s to prepare, 1 min 00 s to measure; rests on a guess" in text


def test_a_space_of_which_all_is_known_says_so(fits):
    outlook.show(OUTLOOK | {"excluded": [], "estimate": OUTLOOK["estimate"] | {"seconds": 0}})
    text = words(fits())
    assert "12 combinations: 10 candidates" in text
    assert "nothing is left to measure" in text
    assert "rests on" not in text
