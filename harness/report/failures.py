"""What failed, ready to be shown: failures that are alike told as one, with what each means and what to do about it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from harness.report import wording

_STAGES: Final = {
    "prepare": "while it was made",
    "load": "while loading",
    "warm_up": "while warming up",
    "measure": "while it was measured",
    "evaluate": "while its answers were judged",
}

_KINDS: Final = {
    "out_of_memory": (
        "It needed more memory than it was given, or than there was.",
        "Give it more (limits: memory), free some, or leave the candidate out.",
    ),
    "out_of_device_memory": ("The GPU's memory did not suffice.", "Try fewer samples per query, or a smaller model."),
    "killed": (
        "Something outside ended its process, and the system tells of no lack of memory.",
        "Find out what did: a scheduler, a container's limit, a person. Then try it again.",
    ),
    "crashed": (
        "Its process ended by itself and gave no result, mostly by a fault in the runtime or in native code.",
        "The log has its last words; another version of the runtime may do.",
    ),
    "timed_out": (
        "It was not done within the suite's time limit.",
        "Allow more (limits: prepare_time or measure_time), or less to do: fewer epochs, smaller models.",
    ),
    "nan_output": (
        "It gave scores that are no finite numbers.",
        "Mostly the precision or the pre-processing: try another range for quantization, or look at the model's inputs.",
    ),
    "wrong_output": (
        "It answers, but not what the model answers in the plainest runtime, so its speed means nothing.",
        "The runtime or the pass does not compute what it should: keep sensitive layers in float, or leave the combination out.",
    ),
    "unsupported": (
        "The runtime or the pass cannot do something that the model needs.",
        "Another runtime, or a newer version of this one; the message says what is missing.",
    ),
    "export_failed": (
        "The model could not be written in the format that the runtime reads.",
        "The log says which part of it; another runtime may take the model as it is.",
    ),
    "missing_package": ("A package that it needs is not installed.", "Install what the message names."),
    "bad_input": (
        "The suite, a model file or the data asks for something that does not fit.",
        "The message says what to change.",
    ),
}
_UNFORESEEN: Final = ("Something went wrong that has no name of its own.", "The message and the log say what.")


@dataclass(frozen=True, slots=True)
class Failure:
    """Candidates that failed alike: the same kind, stage and message."""

    kind: str
    stage: str
    message: str
    candidates: tuple[str, ...]
    logs: tuple[tuple[str, str], ...]
    """Each log that differs, with the first candidate it is of."""

    @property
    def headline(self) -> str:
        """What happened and when: ``timed out while it was timed``."""
        stage = _STAGES.get(self.stage, f"in {wording.metric(self.stage)}" if self.stage else "")
        return f"{wording.metric(self.kind)} {stage}".rstrip()

    @property
    def meaning(self) -> str:
        """What that means."""
        return _KINDS.get(self.kind, _UNFORESEEN)[0]

    @property
    def advice(self) -> str:
        """What to do about it."""
        return _KINDS.get(self.kind, _UNFORESEEN)[1]


def failures(facts: Mapping[str, Any]) -> tuple[Failure, ...]:
    """Return the failures, those that are alike told as one, the most frequent first."""
    alike: dict[tuple[str, str, str], list[Mapping[str, Any]]] = {}
    for one in facts["failures"]:
        alike.setdefault((one.get("kind", "failed"), one.get("stage", ""), one.get("message", "")), []).append(one)
    found = [Failure(*key, tuple(one["candidate"] for one in members), _logs(members)) for key, members in alike.items()]
    return tuple(sorted(found, key=lambda failure: -len(failure.candidates)))


def _logs(members: Sequence[Mapping[str, Any]]) -> tuple[tuple[str, str], ...]:
    first: dict[str, str] = {}
    for one in members:
        if one.get("log"):
            first.setdefault(one["log"], one["candidate"])
    return tuple((label, log) for log, label in first.items())


def kinds(facts: Mapping[str, Any]) -> str:
    """Return how many candidates failed in which way: ``16 failed, 2 timed out``."""
    counted = Counter(one.get("kind", "failed") for one in facts["failures"])
    return ", ".join(f"{number} {kind.replace('_', ' ')}" for kind, number in counted.most_common())
