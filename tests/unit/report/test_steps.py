"""What each pass of a chain gained and lost, from the candidates that have a part of it."""

import pytest

from harness.report.steps import Chains

PRUNE = {"part": "prune", "label": "prune:ratio=0.5", "options": {}}
QUANTIZE = {"part": "quantize", "label": "quantize:static", "options": {}}


def fact(value, unit):
    return {"value": value, "low": value, "high": value, "unit": unit, "n": 1, "quality": "clean"}


def candidate(passes, seconds=None, size=None, accuracy=None, threads=1, batch=1):
    told = {"latency_p50": (seconds, "s"), "size": (size, "B"), "accuracy": (accuracy, "share")}
    return {
        "candidate": f"{len(passes)} {threads} {batch}",
        "model": {"part": "toy", "label": "toy"},
        "passes": passes,
        "runtime": {"part": "onnxruntime", "label": f"onnxruntime:threads={threads}"},
        "device": "cpu",
        "batch_size": batch,
        "facts": {name: fact(value, unit) for name, (value, unit) in told.items() if value is not None},
    }


def steps(*candidates, of=-1):
    metrics = {"latency_p50": {"higher": False}, "size": {"higher": False}, "accuracy": {"higher": True}}
    return Chains({"metrics": metrics, "candidates": list(candidates)}).steps(candidates[of])


def test_each_pass_is_told_with_what_it_changed():
    parent, pruned, both = (
        candidate([], 0.012, 8e6, 0.97),
        candidate([PRUNE], 0.004, 4e6, 0.95),
        candidate([PRUNE, QUANTIZE], 0.012, 1e6, 0.96),
    )
    told = steps(parent, pruned, both)
    assert [step.done for step in told] == ["toy", "pruned (ratio=0.5)", "quantized (static)"]
    assert [[cell.change for cell in step.cells] for step in told[1:]] == [
        ["3.0× faster", "2.0× smaller", "−2.0 pp accuracy"],
        ["3.0× slower", "4.0× smaller", "+1.0 pp accuracy"],
    ]
    assert [step.cells[1].value for step in told] == ["8 MB", "4 MB", "1 MB"]


def test_a_step_is_drawn_from_where_the_one_before_it_ended():
    told = steps(candidate([], 0.008, 8e6), candidate([PRUNE], 0.004, 4e6), candidate([PRUNE, QUANTIZE], 0.016, 1e6))
    size = [(step.cells[1].begin, step.cells[1].width) for step in told]
    assert size == [pytest.approx((0, 0)), pytest.approx((0, 1 / 3)), pytest.approx((1 / 3, 2 / 3))]
    speed = [(step.cells[0].begin, step.cells[0].width) for step in told]
    assert speed == [pytest.approx((0.5, 0)), pytest.approx((0.5, 0.5)), pytest.approx((0, 1))]


def test_passes_after_which_nothing_was_measured_are_told_with_the_next():
    told = steps(candidate([], size=8e6), candidate([PRUNE, QUANTIZE], size=1e6))
    assert [step.done for step in told] == ["toy", "pruned (ratio=0.5), then quantized (static)"]
    assert told[1].cells[1].change == "8.0× smaller"


def test_a_figure_that_is_missing_between_two_does_not_end_the_chain():
    told = steps(candidate([], 0.008, 8e6), candidate([PRUNE], size=4e6), candidate([PRUNE, QUANTIZE], 0.002, 1e6))
    assert told[1].cells[0] is None
    assert told[2].cells[0].change == "4.0× faster"


def test_files_are_those_of_any_batch_and_threads_but_speed_is_its_own():
    told = steps(candidate([], 0.008, 8e6, 0.97, threads=2, batch=32), candidate([QUANTIZE], 0.004, 1e6, 0.96))
    speed, size, accuracy = told[1].cells
    assert (size.change, speed.change, accuracy.change) == ("8.0× smaller", "", "")


def test_with_nothing_to_compare_there_are_no_steps():
    assert steps(candidate([QUANTIZE], 0.004, 1e6, 0.96)) == ()
    assert steps(candidate([]), candidate([QUANTIZE])) == ()
