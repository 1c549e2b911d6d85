"""A suite with fifteen different mistakes gives fifteen messages, each with its place, its line and what to do."""

from pathlib import Path

import pytest

from harness.errors import SuiteError
from harness.registry import Registry
from harness.suitefile import load

FILE = Path(__file__).with_name("fifteen_mistakes.yaml")

EXPECTED = {
    ("workload.dataset", 2): ("unknown dataset 'mnist50k'", "did you mean 'mnist5k'?"),
    ("workload.batch_size[1]", 2): ("a batch holds 1 to 65,536 samples, got 0", None),
    ("models[0].timm", 4): ("unknown timm architecture 'resnet1O'; did you mean 'resnet18'?", None),
    ("models[1]", 5): (f"no file at {FILE.parent / 'gone.onnx'}", "the path starts at the suite file's folder"),
    ("models[2].torchvision", 6): ("unknown model 'torchvision'", "known are ebm, onnx, python, sklearn, timm"),
    ("passes[0][0].quantize.calibration_samples", 8): ("an empty list has no value to try", None),
    ("passes[1][0].prun", 9): ("unknown pass 'prun'", "did you mean 'prune'?"),
    ("runtimes[0]", 11): ("unknown runtime 'onnxruntme'", "did you mean 'onnxruntime'?"),
    ("runtimes[1].openvino.threads", 12): (
        "should be a valid integer, unable to parse string as an integer, got 'many'",
        None,
    ),
    ("profiles.realtime.weights.memory_pek", 16): ("unknown metric 'memory_pek'", "did you mean 'memory_peak'?"),
    ("profiles.realtime.weights.accuracy", 16): (
        "has a weight but no range, so its utility is not defined",
        "range: {accuracy: [90 %, 99 %]}",
    ),
    ("profiles.realtime.range.latency_p90[1]", 18): (
        "'MB' is no unit of this quantity; use one of ns, us, µs, ms, s, sec, seconds, min, minute, minutes, h, hour, hours",
        None,
    ),
    ("profiles.realtime.constraints[0]", 20): ("'=>' is not known here; use <= or >=", None),
    ("search.minuets", 22): ("unknown key", "did you mean 'minutes'?"),
    ("search.trials", 23): ("the key stands twice (again in line 24)", "keep one of them"),
}


@pytest.fixture(scope="module")
def mistakes():
    with pytest.raises(SuiteError) as caught:
        load(FILE, Registry.load())
    return caught.value.mistakes


def test_there_are_fifteen_messages_and_no_more(mistakes):
    assert len(EXPECTED) == len(mistakes) == 15
    assert {(one.place, one.line) for one in mistakes} == set(EXPECTED)


@pytest.mark.parametrize("where", EXPECTED, ids=lambda where: where[0])
def test_each_message_says_what_is_wrong_and_what_to_write(mistakes, where):
    told = next(one for one in mistakes if (one.place, one.line) == where)
    assert (told.message, told.hint) == EXPECTED[where]
    assert "\n" not in str(told)


def test_messages_come_in_the_order_of_the_file(mistakes):
    lines = [one.line for one in mistakes]
    assert lines == sorted(lines)
