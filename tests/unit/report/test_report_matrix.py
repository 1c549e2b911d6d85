"""The matrix as Markdown: a table per runtime, and every reason once."""

import pytest

from harness.report.matrix import render, times


def cell(model, chain, outcome, why="", **more):
    return {"model": model, "chain": chain, "runtime": "fast", "outcome": outcome, "why": why, **more}


@pytest.fixture
def told():
    return {
        "suite": "s",
        "environment": {"identity": {"cpu": "a processor", "cores": 2}},
        "models": ["a", "b"],
        "chains": ["none", "prune"],
        "runtimes": ["fast"],
        "batch_sizes": [1, 8],
        "cells": [
            cell("a", "none", "measured", speed=None),
            cell("b", "none", "failed", "crashed at load: <script>|"),
            cell("a", "prune", "measured", speed={"value": 2.64, "low": 2.5, "high": 2.8}),
            cell("b", "prune", "ruled_out", "no weights"),
        ],
    }


def test_it_shows_what_was_measured_and_how_much_faster_that_was(told):
    text = render(told)
    assert "| `none` | ✓ | ✗ 1 |" in text
    assert "| `prune` | ✓ 2.6× | – 2 |" in text
    assert (
        "# s: what works\n\nBy `harness matrix`, on a processor, 2 cores, batch 1 and 8: 2 measured, 1 ruled out and 1 failed."
        in text
    )


def test_a_reason_is_told_once_and_nothing_in_it_is_markup(told):
    told["cells"].append(cell("c", "none", "ruled_out", "no weights") | {"runtime": "slow"})
    text = render(told)
    assert text.count("no weights") == 1
    assert "1. crashed at load: &lt;script>\\|" in text


def test_a_matrix_without_reasons_has_no_list_of_them(told):
    told["cells"] = [cell(model, chain, "not_tried") for model in "ab" for chain in ("none", "prune")]
    assert "Reasons" not in render(told)
    assert "| `none` | · | · |" in render(told)


def test_a_speed_that_may_be_no_difference_is_told_as_such():
    assert times({"value": 1.3, "low": 0.9, "high": 1.8}) == "≈"
    assert times({"value": 0.5, "low": 0.4, "high": 0.6}) == "0.50×"
    assert times({"value": 1612.0, "low": 1500.0, "high": 1700.0}) == "1,612×"
