"""Doing the stages of a plan: each is looked up by its key before it is done, so that chains share their beginnings."""

from __future__ import annotations

import io
import json
import shutil
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
import torch.ao.quantization.fx._decomposed  # registers the operators that torch.export.load finds in int8 programs

from harness import glass
from harness.bench import Bench, Fit, Samples, Teacher, Work
from harness.errors import InputError
from harness.interfaces import Array
from harness.keys import artifact_digest, digest
from harness.models import untrained
from harness.models.importable import importable
from harness.prepare import activations, census, corrupting, counting, reference, training
from harness.prepare.data import Store, write_whole
from harness.prepare.plan import Plan, Stage, corrupted
from harness.prepare.saved import EVERY, Saved
from harness.preprocess import each
from harness.record import MODEL_FILES, REFERENCE, Artifact, Preprocess
from harness.registry import open_door


class Maker:
    """Makes artifacts under ``root``: stages in ``cache/stages``, inputs in ``cache/inputs``, results in ``artifacts``."""

    def __init__(self, root: Path, say: Callable[[str], None], began: Callable[[str], None], save_every: float = EVERY) -> None:
        self.root = root
        self.say = say
        self.began = began
        self.save_every = save_every
        self._opened: dict[str, Samples] = {}
        self._latest: tuple[str, Work] | None = None
        self._before = ""
        self._current = ""
        self._fits = 0

    def make(self, plan: Plan) -> Artifact:
        """Return the artifact of ``plan``; raises HarnessError or JobError with why it cannot be made."""
        samples = self._samples(plan)
        store = Store(samples, plan.dataset_digest, self.root / "cache/inputs")
        bench = Bench(
            data=samples,
            seed=plan.seed,
            folder=Path(plan.folder),
            say=self.say,
            inputs=store.inputs,
            fit=_skipping(plan.untrainable, store) if plan.untrainable else self._fitting(store, plan.seed),
            keep=self._kept,
        )
        work = self._work(plan, bench)
        return self._keep(plan, work, store)

    def outline(self, plan: Plan, door: str) -> dict[str, float]:
        """Return what the model at the start of ``plan`` is known to be without making it, by its source's ``door``."""
        first = plan.stages[0]
        place = self.root / "cache/outlines" / f"{first.key}.json"
        if not place.exists():
            self.say("counting operations")
            model, shape = open_door(door)(first.options, self._samples(plan))
            parameters, macs = counting.of_module(model, shape)
            found = {"parameters": parameters, "macs": macs, "activations": activations.of_module(model, shape)}
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(json.dumps({name: float(value) for name, value in found.items() if value}))
        known: dict[str, float] = json.loads(place.read_text())
        return known

    def _samples(self, plan: Plan) -> Samples:
        if plan.dataset_digest not in self._opened:
            self.say("reading the dataset")
            self._opened = {plan.dataset_digest: open_door(plan.dataset_door)(plan.dataset.options, Path(plan.folder))}
        return self._opened[plan.dataset_digest]

    def _work(self, plan: Plan, bench: Bench) -> Work:
        """Return the work after the last stage, starting behind the last stage that is known."""
        done, work = self._recalled(plan)
        for number, stage in enumerate(plan.stages[done:], done):
            self._before = plan.stages[number - 1].key if number else ""
            self._current, self._fits = stage.key, 0
            self.began(stage.key)
            try:
                work = self._do(stage, work, bench)
                self._write(stage, work)
            except Exception:  # a failure is a result: who asks again wants it from the start
                self._forget_trainings()
                raise
            self._forget_trainings()
        if work is None:
            raise InputError("a plan without stages")
        return work

    def _do(self, stage: Stage, work: Work | None, bench: Bench) -> Work:
        door = open_door(stage.door)
        if work is None:
            made: Work = door(stage.options, bench)
            return _counted(made)
        made = door(work, stage.options, bench)
        return _counted(made) if stage.kind == "pass" and (made.form == "torch" or work.form == "torch") else made

    def _fitting(self, store: Store, seed: int) -> Fit:
        """Return what trains a module on the dataset's training split; a training that was killed goes on where it was."""

        def fit(
            model: Any, preprocess: Preprocess, settings: Mapping[str, Any], teacher: Teacher | None = None
        ) -> Mapping[str, Any]:
            self._fits += 1
            saved = Saved(self._trainings() / f"{self._fits}.pt", self.save_every)
            return training.fit(model, *store.inputs(preprocess, "train"), settings, seed, self.say, teacher, saved)

        return fit

    def _trainings(self) -> Path:
        """Return the folder with the states of what the stage in work has trained so far."""
        return self.root / "cache/trainings" / self._current

    def _forget_trainings(self) -> None:
        shutil.rmtree(self._trainings(), ignore_errors=True)

    def _kept(self, name: str, make: Callable[[], Array]) -> Array:
        """Return an array that follows from the work before the stage in work, made unless it is on disk."""
        place = self.root / "cache/kept" / digest([self._before, name])
        if not place.exists():
            write_whole(place, lambda part: np.save(part / "array.npy", make()))
        kept: Array = np.load(place / "array.npy")
        return kept

    def _place(self, stage: Stage) -> Path:
        return self.root / "cache/stages" / stage.key

    def _recalled(self, plan: Plan) -> tuple[int, Work | None]:
        """Return how many stages of the plan are known, and the work after them."""
        for i in reversed(range(len(plan.stages))):
            stage = plan.stages[i]
            if self._latest and self._latest[0] == stage.key:
                return i + 1, self._latest[1]
            if (self._place(stage) / "work.json").exists():
                try:
                    with importable(Path(plan.folder)):
                        return i + 1, self._read(stage)
                except Exception:  # an old file, or a module that is not there any more: it is made again
                    shutil.rmtree(self._place(stage))
        return 0, None

    def _read(self, stage: Stage) -> Work:
        """Return a stage from the cache. The pickle in it is this process's own: it never comes from elsewhere."""
        place = self._place(stage)
        about = json.loads((place / "work.json").read_text())
        if about["form"] == "onnx":
            model: Any = onnx.load(place / "model.onnx")
        elif about["form"] == "program":
            model = torch.export.load(place / "model.pt2")
        else:
            model = torch.load(place / "module.pt", weights_only=False)
        return Work(
            form=about["form"],
            model=model,
            preprocess=Preprocess.model_validate(about["preprocess"]),
            sample_shape=tuple(about["sample_shape"]),
            notes=about["notes"],
            parameters=about["parameters"],
            macs=about["macs"],
        )

    def _write(self, stage: Stage, work: Work) -> None:
        self._latest = (stage.key, work)
        if not self._place(stage).exists() and (work.form != "torch" or _can_be_kept(work.model)):
            write_whole(self._place(stage), lambda part: _save(part, work))

    def _keep(self, plan: Plan, work: Work, store: Store) -> Artifact:
        """Return the artifact, in the folder that its content names: the model's file, how it takes samples, and which.

        The same file with another pre-processing, or on another dataset, is another artifact: its reference scores are others.
        """
        name = MODEL_FILES[plan.format]
        source = self._place(plan.stages[-1]) / name
        readable = glass.of(work.model) if plan.format == "onnx" else None
        preprocess = store.settled(work.preprocess)
        inputs = store.place(work.preprocess, "test")
        if plan.corruptions:
            self.say("corrupting samples")
            corrupting.make(corrupted(inputs, plan.corruptions, plan.seed), inputs, plan.corruptions, plan.seed)
        content = artifact_digest(source, preprocess, inputs)
        place = self.root / "artifacts" / content
        fixed = fixed_batch(work) if plan.format == "onnx" else None
        if not (place / REFERENCE).exists():
            shutil.rmtree(place, ignore_errors=True)
            answers = reference.answers(source, plan.format, inputs, preprocess, fixed)
            write_whole(place, lambda part: _fill(part, source, answers))
        artifact = Artifact(
            recipe=plan.recipe,
            digest=content,
            format="onnx" if plan.format == "onnx" else "torch",
            folder=str(place),
            inputs=str(inputs),
            originals=str(store.originals()),
            background=str(store.background(work.preprocess)) if plan.explained else "",
            samples=len(store.samples.test),
            sample_shape=work.sample_shape,
            classes=store.samples.width,
            preprocess=preprocess,
            fixed_batch=fixed,
            size=source.stat().st_size,
            parameters=work.parameters,
            macs=work.macs,
            activations=activations.of(work),
            complexity=readable["complexity"] if readable else None,
            notes={**work.notes, "census": census.of(work), **({"glass": glass.counts(readable)} if readable else {})},
        )
        (place / "artifact.json").write_text(artifact.model_dump_json(indent=1))
        return artifact


def _fill(folder: Path, source: Path, answers: Array) -> None:
    (folder / source.name).hardlink_to(source)
    np.save(folder / REFERENCE, answers)


def _skipping(why: str, store: Store) -> Fit:
    """Return what trains nothing, says why, and lets a network settle after what was changed in it."""

    def skip(
        model: Any, preprocess: Preprocess, settings: Mapping[str, Any], teacher: Teacher | None = None
    ) -> Mapping[str, Any]:
        inputs, _ = store.inputs(preprocess, "train", untrained.SAMPLES)
        return {"skipped": why, **untrained.settle(model, torch.from_numpy(each(inputs)[0]))}

    return skip


def _can_be_kept(model: Any) -> bool:
    """Whether a module can be pickled: one of a class made inside a function cannot, and is built again when needed."""
    try:
        torch.save(model, io.BytesIO())
    except Exception:  # pickle passes on whatever the objects in it raise
        return False
    return True


def fixed_batch(work: Work) -> int | None:
    """Return the only batch size an ONNX graph takes, or None when any will do."""
    sides = work.model.graph.input[0].type.tensor_type.shape.dim
    return int(sides[0].dim_value) or None if sides else None


def _counted(work: Work) -> Work:
    if work.form == "onnx":
        parameters, macs = counting.of_graph(work.model)
    else:
        parameters, macs = counting.of_module(work.model, work.sample_shape)
    return replace(work, parameters=parameters, macs=macs)


def _save(folder: Path, work: Work) -> None:
    if work.form == "onnx":
        onnx.save(work.model, folder / "model.onnx")
    elif work.form == "program":
        torch.export.save(work.model, folder / "model.pt2")
    else:
        torch.save(work.model, folder / "module.pt")
    about = {
        "form": work.form,
        "preprocess": work.preprocess.model_dump(mode="json"),
        "sample_shape": list(work.sample_shape),
        "notes": dict(work.notes),
        "parameters": work.parameters,
        "macs": work.macs,
    }
    (folder / "work.json").write_text(json.dumps(about, indent=1))
