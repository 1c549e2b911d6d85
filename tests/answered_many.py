"""An answer about as many made-up candidates as are asked for: the facts are drawn, all else is what the harness makes of them.

Models have a size, with skill and speed that go with it; passes and runtimes have effects of their own. Timings have intervals,
some were disturbed, most have too few queries for the 99th percentile, and one candidate in twelve fails. Accuracies are answers
to the same samples, shared by those that share an artifact.
"""

from __future__ import annotations

import io
import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from harness.answer import building
from harness.answer.evidence import Evidence
from harness.ledger import Known
from harness.metrics import METRICS
from harness.record import Artifact, Environment, Fact, Failure, Preprocess
from harness.replay.imported import suite_of
from harness.space import Space
from harness.spec import Candidate, Choice, Constraint, Profile, Suite
from harness.store import Run, Store

PRUNE: Final = "prune:channel,ratio=0.5"
CHAINS: Final = ((), ("quantize:static",), (PRUNE,), (PRUNE, "quantize:static"), ("factorize",))
RUNTIMES: Final = {
    "torch:threads=2": 1.4,
    "onnxruntime:threads=1": 1.1,
    "onnxruntime:threads=2": 0.7,
    "openvino:threads=1": 1.0,
    "openvino:threads=2": 0.62,
}
"""How long a query takes in each, beside the others."""
BATCHES: Final = (1, 4, 16, 64)
EFFECTS: Final = {"quantize:static": (0.55, 0.26, 0.04), PRUNE: (0.6, 0.5, 0.1), "factorize": (0.85, 0.6, 0.06)}
"""Of a pass: on time and size, as factors, and how much skill it costs."""
SAMPLES: Final = 400
FAILING: Final = 12
"""One candidate in so many fails."""
LOG: Final = "loading the session\n\x1b[31mCannot allocate memory\x1b[0m in Conv_17\n" * 5
HERE: Final = Environment(id="here", identity={"cpu": "made up"}, context={"load": [0.0]}, versions={"numpy": "2"})


def _bound(metric: str, op: str, factor: float, offset: float, text: str) -> Constraint:
    return Constraint.model_validate(
        {"metric": metric, "op": op, "factor": factor, "offset": offset, "text": f"{metric} {op} {text}"}
    )


PROFILES: Final = (
    Profile(
        name="realtime",
        weights={"latency_p90": 4, "accuracy": 5, "memory_peak": 1},
        ranges={"latency_p90": (0.05, 0.0005), "accuracy": (0.6, 0.95), "memory_peak": (4e8, 5e7)},
        scales={"latency_p90": "log"},
        constraints=(_bound("latency_p90", "<=", 0, 0.03, "30 ms"), _bound("accuracy", ">=", 1, -0.05, "baseline - 5 pp")),
    ),
    Profile(
        name="throughput",
        weights={"throughput": 3, "accuracy": 2},
        ranges={"throughput": (50, 20000), "accuracy": (0.6, 0.95)},
        scales={"throughput": "log"},
        constraints=(_bound("accuracy", ">=", 0, 0.75, "75 %"),),
    ),
    Profile(
        name="edge",
        weights={"size": 2, "accuracy": 2, "latency_p90": 1},
        ranges={"size": (1e8, 5e5), "accuracy": (0.6, 0.95), "latency_p90": (0.05, 0.0005)},
        scales={"size": "log", "latency_p90": "log"},
        constraints=(_bound("size", "<=", 0, 2e7, "20 MB"),),
    ),
)


@dataclass(frozen=True, slots=True)
class Many:
    """The answer, with what it was made of."""

    answer: dict[str, Any]
    suite: Suite
    space: Space
    known: Mapping[str, Known]
    evidence: Evidence

    def recommended(self, profile: Profile) -> dict[str, Any]:
        """Return what the harness recommends for another profile."""
        suite = self.suite.model_copy(update={"profiles": (profile,)})
        told: dict[str, Any] = building.build(suite, self.space, self.known, HERE, self.evidence)["profiles"][profile.name]
        return told


def many(number: int, store: Store) -> Many:
    """Return an answer about so many candidates, whose runs are in ``store``."""
    candidates = _candidates(number)
    known, evidence = _Machine(store).known(candidates), Evidence(store)
    baselines = tuple(candidates[: len(BATCHES)])
    suite = suite_of("many", candidates, {}).model_copy(update={"baseline": baselines[0], "profiles": PROFILES})
    space = Space(tuple(candidates), (), baselines)
    return Many(building.build(suite, space, known, HERE, evidence), suite, space, known, evidence)


def _candidates(number: int) -> list[Candidate]:
    """Return candidates model by model, the plain ones of each first."""
    models = (f"net{i:02}" for i in range(number))
    every = itertools.islice(((m, c, r, b) for m in models for c, r, b in itertools.product(CHAINS, RUNTIMES, BATCHES)), number)
    return [
        Candidate(model=_choice(model), passes=tuple(map(_choice, chain)), runtime=_choice(runtime), batch_size=batch)
        for model, chain, runtime, batch in every
    ]


def _choice(label: str) -> Choice:
    return Choice(part=label.partition(":")[0], label=label, options={"name": label})


class _Machine:
    """Draws what measuring would find, always the same."""

    def __init__(self, store: Store) -> None:
        self.store, self.rng = store, np.random.default_rng(0)
        self.hard = self.rng.normal(size=SAMPLES)
        self.models: dict[str, tuple[float, float, float]] = {}
        self.artifacts: dict[str, tuple[Artifact, Fact, Fact]] = {}
        self.timings = [self._run({"single_stream": self._queries(200)}) for _ in range(4)]

    def known(self, candidates: Sequence[Candidate]) -> dict[str, Known]:
        """Return what is known of each candidate."""
        return {
            one.label: self._failed(one) if i % FAILING == FAILING - 1 else self._measured(one)
            for i, one in enumerate(candidates)
        }

    def _failed(self, one: Candidate) -> Known:
        failure = Failure(key=one.label, kind="out_of_memory", stage="load", message="cannot allocate memory", log=LOG)
        return Known(one, None, self._artifact(one)[0], failure=failure)  # type: ignore[arg-type]

    def _measured(self, one: Candidate) -> Known:
        artifact, accuracy, size = self._artifact(one)
        facts = {**self._timed(one), "accuracy": accuracy, "size": size}
        run = self.timings[len(one.label) % len(self.timings)]
        return Known(one, None, artifact, facts, timed={"single_stream": (run,)}, runs=(run,))  # type: ignore[arg-type]

    def _model(self, name: str) -> tuple[float, float, float]:
        """Return how long a query of a model takes, how large it is, and its skill."""
        if name not in self.models:
            big = self.rng.normal()
            luck = self.rng.normal(0, (0.2, 0.2, 0.25))
            self.models[name] = (4e-3 * np.exp(0.9 * big + luck[0]), 1e7 * np.exp(big + luck[1]), 1.0 + 0.3 * big + luck[2])
        return self.models[name]

    def _artifact(self, one: Candidate) -> tuple[Artifact, Fact, Fact]:
        """Return the artifact of a candidate with its accuracy and size, made once."""
        name = "+".join((one.model.label, *(choice.label for choice in one.passes)))
        if name not in self.artifacts:
            _, size, skill = self._model(one.model.label)
            for choice in one.passes:
                size, skill = size * EFFECTS[choice.label][1], skill - EFFECTS[choice.label][2]
            answers = 1.5 * skill + self.hard + self.rng.normal(0, 0.5, SAMPLES) > 0
            share, run = float(answers.mean()), self._run(_scores(answers))
            doubt = 1.96 * float(np.sqrt(share * (1 - share) / SAMPLES))
            accuracy = _fact("accuracy", share, max(0.0, share - doubt), min(1.0, share + doubt), name, run=run, n=SAMPLES)
            self.artifacts[name] = _made(name, size), accuracy, _fact("size", size, size, size, name)
        return self.artifacts[name]

    def _timed(self, one: Candidate) -> dict[str, Fact]:
        """Return the timings of a candidate, and its memory."""
        seconds, size, _ = self._model(one.model.label)
        for choice in one.passes:
            seconds, size = seconds * EFFECTS[choice.label][0], size * EFFECTS[choice.label][1]
        seconds *= RUNTIMES[one.runtime.label] * one.batch_size**0.85 * float(np.exp(self.rng.normal(0, 0.06)))
        n, quality = (700, "clean") if self.rng.random() < 0.3 else (200, "contended" if self.rng.random() < 0.1 else "clean")
        values = {
            "latency_p50": seconds,
            "latency_p90": 1.15 * seconds,
            "latency_p99": 1.6 * seconds,
            "throughput": one.batch_size / seconds,
            "memory_peak": 3e7 + 2 * size + 2e5 * one.batch_size,
        }
        spread = float(self.rng.uniform(0.01, 0.08))
        return {
            name: _fact(name, value, value * (1 - spread), value * (1 + spread), one.label, quality=quality, n=n)
            for name, value in values.items()
            if name != "latency_p99" or n > 662
        }

    def _queries(self, number: int) -> NDArray[np.float64]:
        return 3e-3 * np.exp(self.rng.normal(0, 0.1, number))

    def _run(self, samples: Mapping[str, NDArray[Any]]) -> int:
        file = io.BytesIO()
        np.savez(file, **samples)  # type: ignore[arg-type]
        timing = {"queries": 200, "elapsed": 0.7, "stop": "precision"}
        body = {"candidate": {}, "process": 0, "found": {"single_stream": timing, "settings": {}}}
        return self.store.add_run(Run(HERE, body, file.getvalue()))


def _scores(right: NDArray[np.bool_]) -> dict[str, NDArray[Any]]:
    labels = np.arange(len(right)) % 2
    return {"predictions": np.eye(2)[np.where(right, labels, 1 - labels)], "labels": labels}


def _fact(metric: str, value: float, low: float, high: float, of: str, **more: Any) -> Fact:
    known = {"n": 100, "unit": METRICS[metric].unit, "subject": {"of": of}}
    return Fact.model_validate(
        {**known, "key": f"{metric} {of}", "metric": metric, "value": value, "low": low, "high": high, **more}
    )


def _made(name: str, size: float) -> Artifact:
    return Artifact(
        recipe=f"recipe of {name}",
        digest=f"digest of {name}",
        format="onnx",
        folder="artifacts/made-up",
        inputs="",
        sample_shape=(64,),
        classes=2,
        preprocess=Preprocess(),
        size=int(size),
        notes={"seconds": 1.5},
    )
