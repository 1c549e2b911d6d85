"""What a folder says of the artifact in it: ``facts.json``, ``preprocess.json`` and ``README.md``. Plain data and text."""

from __future__ import annotations

import hashlib
import shlex
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from harness import __version__
from harness.handover.choosing import Chosen
from harness.handover.example import Example, batch
from harness.handover.loading import OWN, template
from harness.pipeline import Setting
from harness.preprocess import arithmetic, each
from harness.registry import open_door
from harness.report import surroundings, wording
from harness.report.cautions import cautions
from harness.report.markdown import code, plain

SCHEMA_VERSION: Final = 1
TIED: Final = 3
"""Candidates that are tied and told by name; the others are counted."""


def facts(setting: Setting, chosen: Chosen, shown: Example, needed: Mapping[str, str]) -> dict[str, Any]:
    """Return what is known of the candidate, and why it is the one, in SI units."""
    answer = chosen.answer
    baseline = answer["baselines"].get(chosen.label)
    return {
        "schema_version": SCHEMA_VERSION,
        "harness": __version__,
        "suite": answer["suite"],
        "profile": {**answer["priorities"][chosen.profile]} if chosen.profile else None,
        "recommendation": answer["profiles"][chosen.profile] if chosen.profile else None,
        "candidate": chosen.told,
        "baseline": next((one for one in answer["candidates"] if one["candidate"] == baseline), None),
        "artifact": {
            "digest": chosen.artifact.digest,
            "file": chosen.model.name,
            "sha256": hashlib.sha256(chosen.model.read_bytes()).hexdigest(),
        },
        "settings": dict(shown.settings),
        "requirements": dict(needed),
        "environment": answer["environment"],
        "metrics": answer["metrics"],
    }


def preprocess(setting: Setting, chosen: Chosen, shown: Example) -> dict[str, Any]:
    """Return how a raw sample becomes the model's input, what the inputs are, and what the scores stand for."""
    return {
        "schema_version": SCHEMA_VERSION,
        "preprocess": chosen.artifact.preprocess.model_dump(mode="json"),
        "sample": {"kind": shown.kind, "shape": list(shown.samples.shape[1:]), "dtype": _dtype(shown)},
        "inputs": _inputs(chosen, shown),
        "batch_size": chosen.known.candidate.batch_size,
        "fixed_batch": batch(setting, chosen),
        "task": setting.suite.task,
        "scores": int(shown.scores.shape[1]),
        "classes": _classes(setting),
    }


def _dtype(shown: Example) -> Any:
    types = shown.samples.dtype
    return {name: types[name].base.name for name in types.names} if types.names else types.name


def _inputs(chosen: Chosen, shown: Example) -> list[dict[str, Any]]:
    """Return the model's inputs: of an ONNX file as it says, of a program as it is called."""
    if chosen.artifact.format == "onnx":
        from harness.handover.graph import inputs  # late: brings onnx

        return inputs(chosen.model)
    how = chosen.artifact.preprocess
    given = each(arithmetic(shown.samples[:1], how.model_dump()))
    return [
        {"name": name, "dtype": one.dtype.name, "shape": ["batch", *one.shape[1:]]}
        for name, one in zip(how.inputs or ("input",), given, strict=True)
    ]


def _classes(setting: Setting) -> list[str] | None:
    """Return the names of the classes in the order of the scores, where there are any."""
    suite = setting.suite
    dataset = setting.ledger.registry.datasets[suite.dataset.part]
    if suite.task != "classification" or not dataset.labelled:
        return None
    return [str(name) for name in open_door(dataset.door)(suite.dataset.options, Path(suite.folder)).classes]


def readme(setting: Setting, chosen: Chosen, shown: Example, needed: Mapping[str, str], suite: Path, place: Path) -> str:
    """Return ``README.md``."""
    candidate, told = chosen.known.candidate, chosen.told
    git = chosen.answer["environment"]["context"].get("git")
    baseline = _facts_of(chosen.answer, chosen.answer["baselines"].get(chosen.label))
    return template("README.md.jinja").render(
        title=code(chosen.label),
        what=plain(wording.deploy(told)),
        about=list(_about(chosen, shown)),
        machine=plain(surroundings.machine(chosen.answer)),
        environment=code(chosen.answer["environment"]["id"]),
        figures=[(wording.metric(name), _figure(told["facts"], name), _figure(baseline, name)) for name in told["facts"]],
        why=list(_why(chosen)),
        sample=shown.original[0] if shown.original else f"{shown.kind}.npy",
        own=candidate.runtime.part in OWN,
        runtime=plain(candidate.runtime.part),
        needs_compiler=candidate.runtime.part == "torch_compile",
        needed=dict(needed),
        commands=list(_commands(chosen, suite, place)),
        revision=plain(str(git["revision"])) if git else "",
        dirty=bool(git and git["dirty"]),
        model=code(candidate.model.label),
    )


def _facts_of(answer: Mapping[str, Any], label: str | None) -> Mapping[str, Any]:
    return next((one["facts"] for one in answer["candidates"] if one["candidate"] == label), {})


def _figure(known: Mapping[str, Any], name: str) -> str:
    return wording.with_interval(known[name]) if name in known else "–"


def _about(chosen: Chosen, shown: Example) -> Iterator[tuple[str, str]]:
    """Give the rows of the first table."""
    yield "suite", code(chosen.answer["suite"])
    yield "for the profile", code(chosen.profile) if chosen.profile else "none: this candidate was asked for"
    yield "artifact", f"{code(chosen.model.name)}, digest {code(chosen.artifact.digest)}"
    settings = ", ".join(f"{name} {value}" for name, value in shown.settings.items() if value is not None)
    yield "in effect", plain(settings)
    yield "query", wording.count(chosen.known.candidate.batch_size, "sample")


def _why(chosen: Chosen) -> Iterator[str]:
    """Give why it is recommended, a line each, and what to know of that."""
    if not chosen.profile:
        return
    one = chosen.answer["profiles"][chosen.profile]
    if one["candidate"] != chosen.label or not one["feasible"]:
        other = code(one["candidate"]) if one["candidate"] and one["feasible"] else "nothing"
        yield f"It was asked for: what is recommended for {code(chosen.profile)} is {other}."
        return
    yield f"Recommended for {code(chosen.profile)}: utility {wording.plus_minus(one['utility'], one['half_width'])}."
    if one["win_probability"] is not None:
        yield f"First in {one['win_probability']:.0%} of the cases when every fact is drawn anew from its interval."
    if one["tied"]:
        more = f" and {wording.count(len(one['tied']) - TIED, 'other')}" if len(one["tied"]) > TIED else ""
        yield f"Tied with it, inside the noise: {', '.join(map(code, one['tied'][:TIED]))}{more}."
    if one["runner_up"]:
        yield f"Next is {code(one['runner_up']['candidate'])}, which loses by {plain(one['runner_up']['why'])}."
    yield from map(plain, cautions(one, chosen.told, chosen.answer["priorities"][chosen.profile]))


def _commands(chosen: Chosen, suite: Path, place: Path) -> Iterator[str]:
    """Give the commands that measure it again and that export it."""
    named = ["--profile", chosen.profile] if chosen.profile else []
    if not chosen.profile or chosen.answer["profiles"][chosen.profile]["candidate"] != chosen.label:
        named += ["--candidate", chosen.label]
    yield shlex.join(["harness", "run", str(suite)])
    yield shlex.join(["harness", "export", str(suite), *named, str(place)])
