"""Which candidate is handed over: the one recommended for a profile, or the one asked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness import pipeline
from harness.errors import InputError
from harness.evaluate import is_there
from harness.keys import artifact_digest
from harness.ledger import Known
from harness.pipeline import Setting
from harness.record import MODEL_FILES, Artifact


@dataclass(frozen=True, slots=True)
class Chosen:
    """A candidate to hand over, with the answer it is a part of."""

    known: Known
    artifact: Artifact
    answer: Mapping[str, Any]
    profile: str | None
    """The deployment it is for; None where a candidate was asked for and no profile."""

    @property
    def label(self) -> str:
        """The candidate's name."""
        return self.known.candidate.label

    @property
    def told(self) -> Mapping[str, Any]:
        """What the answer tells of the candidate."""
        told: Mapping[str, Any] = next(one for one in self.answer["candidates"] if one["candidate"] == self.label)
        return told

    @property
    def model(self) -> Path:
        """The artifact's file."""
        return Path(self.artifact.folder, MODEL_FILES[self.artifact.format])


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why nothing is handed over, and what to do. ``known``: it is known that there is nothing, else it is not known yet."""

    message: str
    hint: str
    known: bool = False


def choose(setting: Setting, profile: str | None, label: str | None) -> Chosen | Refusal:
    """Return what to hand over; raises InputError for a profile or label that is not in the suite."""
    if label is None and profile is None:
        profile = _only_profile(setting)
    answer = pipeline.recommend_now(setting, profile)
    if label is None:
        one = answer["profiles"][profile]
        if one["candidate"] is None:
            return Refusal(f"nothing is measured yet for the profile {profile}", "harness run measures it")
        if not one["feasible"]:
            message = f"nothing is feasible for the profile {profile}; the nearest is {one['candidate']}"
            return Refusal(message, f"--candidate '{one['candidate']}' exports it all the same", known=True)
        label = str(one["candidate"])
    candidate = setting.space.find(label)
    label = candidate.label
    known = setting.ledger.look_up([candidate])[label]
    if known.failure:
        message = f"{label} failed: {known.failure.message}"
        return Refusal(message, "harness run --retry-failed tries it again", known=True)
    if known.artifact is None or not known.complete:
        return Refusal(f"{label} is not measured yet", "harness run measures it")
    return _intact(Chosen(known, known.artifact, answer, profile))


def _only_profile(setting: Setting) -> str:
    names = [one.name for one in setting.suite.profiles]
    if len(names) != 1:
        raise InputError("the suite has several profiles", f"--profile {' or --profile '.join(names)}")
    return names[0]


def _intact(chosen: Chosen) -> Chosen | Refusal:
    """Return what was chosen if its files are there and are those that were measured."""
    artifact = chosen.artifact
    if not is_there(artifact) or not chosen.model.exists():
        hint = "harness run makes the artifacts of what it recommends again"
        return Refusal(f"the artifact of {chosen.label} is not in {artifact.folder} any more", hint)
    if artifact_digest(chosen.model, artifact.preprocess, Path(artifact.inputs)) != artifact.digest:
        message = f"{chosen.model} is not the file that was measured: its digest is another"
        return Refusal(message, f"remove {artifact.folder}, and harness run makes it again")
    return chosen
