"""The metrics: what each is called, its unit, which way is better, and what it depends on.

The scope of a metric decides the key of its facts, so that nothing is measured twice (see ``keys``).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType
from typing import Final

from harness import units


class Scope(Enum):
    """What a metric depends on, from least to most."""

    ARTIFACT = "artifact"
    """The exported bytes alone."""
    NUMERICS = "numerics"
    """The bytes, the runtime with the options that change its arithmetic, and the dataset."""
    OWN = "own"
    """All of that, and the sources of the suite's own metric."""
    COSTED = "costed"
    """Numerics, and what the suite says that mistakes cost."""
    GROUPED = "grouped"
    """Numerics, and the groups that the suite tells apart."""
    RELATIVE = "relative"
    """Numerics, and those of the suite's baseline."""
    CORRUPTED = "corrupted"
    """Numerics, and how the suite corrupts samples."""
    EXPLAINED = "explained"
    """Numerics, and how the suite explains decisions."""
    AGREED = "agreed"
    """All of that, and the numerics of the suite's baseline."""
    PROCESS = "process"
    """The bytes, the runtime with all its options, and the machine."""
    QUERY = "query"
    """All of that, and the batch size, the scenario's sizing and the shape of a sample."""
    DERIVED = "derived"
    """Other facts and what the suite states, such as a price: never measured, never stored."""


ARITHMETIC: Final = frozenset(
    {
        Scope.NUMERICS,
        Scope.OWN,
        Scope.COSTED,
        Scope.GROUPED,
        Scope.RELATIVE,
        Scope.CORRUPTED,
        Scope.EXPLAINED,
        Scope.AGREED,
    }
)
"""Scopes of what an artifact answers in a runtime's arithmetic, however long it takes: each but ``NUMERICS`` depends on something
more (``keys.Setting.more``)."""


@dataclass(frozen=True, slots=True)
class Metric:
    """A measured quantity; ``higher`` says which direction is better."""

    name: str
    unit: str
    higher: bool
    scope: Scope
    summary: str
    scenario: str | None = None

    @property
    def replicated(self) -> bool:
        """Whether contenders are measured in several processes for it.

        The ``server`` scenario has its own repeats; compiling is done once, and what it made is kept.
        """
        return self.scope in (Scope.PROCESS, Scope.QUERY) and self.scenario != "server" and self.name != "compile_time"

    def better(self, a: float, b: float) -> bool:
        """Say whether value ``a`` is strictly better than ``b``."""
        return a > b if self.higher else a < b

    def loss(self, value: float) -> float:
        """Return ``value`` with its sign such that less is better."""
        return -value if self.higher else value


PERCENTILES: Final = MappingProxyType(
    {
        "latency_p50": 0.5,
        "latency_p90": 0.9,
        "latency_p95": 0.95,
        "latency_p99": 0.99,
        "latency_p999": 0.999,
        "multi_stream_p50": 0.5,
        "multi_stream_p90": 0.9,
        "multi_stream_p99": 0.99,
    }
)
"""Metrics that are percentiles of a scenario's queries, and which."""

PARTS: Final = MappingProxyType(
    {
        "decode": "reading the file's bytes as an image",
        "resize": "resizing, cropping and channels",
        "normalize": "from pixels to the model's numbers",
        "model": "the model itself",
        "postprocess": "from scores to a class",
    }
)
"""Parts of the whole path from a raw sample to its class (``workload.end_to_end``), in order."""


def _percentiles() -> Iterator[Metric]:
    for name, p in PERCENTILES.items():
        scenario = "single_stream" if name.startswith("latency") else "multi_stream"
        what = "a query" if scenario == "single_stream" else "a query of several samples"
        yield Metric(name, units.SECOND, False, Scope.QUERY, f"time of {what} that {100 * p:g} % of all do not exceed", scenario)


def _parts() -> Iterator[Metric]:
    for name, what in PARTS.items():
        summary = f"median time of this part of a query: {what}"
        yield Metric(f"time_{name}", units.SECOND, False, Scope.QUERY, summary, "single_stream")


_BEHAVIOUR: Final = (
    Metric("calibration_error", units.SHARE, False, Scope.NUMERICS, "mean distance of how sure a model is from how right it is"),
    Metric("brier", units.NUMBER, False, Scope.NUMERICS, "mean squared distance of probabilities from the truth, 0 to 2"),
    Metric("accuracy_worst_class", units.SHARE, True, Scope.NUMERICS, "accuracy on the class with the lowest"),
    Metric("flips", units.SHARE, False, Scope.RELATIVE, "share of predicted classes that are others than the baseline's"),
    Metric("expected_cost", units.NUMBER, False, Scope.COSTED, "what a sample costs, by mistake or by asking a person"),
    Metric("review_rate", units.SHARE, False, Scope.COSTED, "share of samples for which asking a person is cheaper"),
    Metric("robust_accuracy", units.SHARE, True, Scope.CORRUPTED, "mean accuracy on corrupted samples, all severities"),
    Metric("ood_gap", units.SHARE, True, Scope.CORRUPTED, "how much surer a model is of samples than of shuffled ones"),
    Metric("group_accuracy_gap", units.SHARE, False, Scope.GROUPED, "difference of the accuracies on the suite's two groups"),
    Metric("group_rate_gap", units.SHARE, False, Scope.GROUPED, "difference of how often the two groups get the positive class"),
)


def _explained() -> Iterator[Metric]:
    for name, what in {
        "interpretability": "how well explanations tell what decides: harmonic mean of the next two",
        "explanation_sufficiency": "share of a decision that its top tenth of features keeps alone",
        "explanation_comprehensiveness": "share of a decision that is lost without its top tenth of features",
        "explanation_stability": "rank correlation of explanations of a sample and of one that is nearly the same",
    }.items():
        yield Metric(name, units.SHARE, True, Scope.EXPLAINED, what)
    what = "rank correlation with the baseline's explanations, of samples that both decide alike"
    yield Metric("explanation_agreement", units.SHARE, True, Scope.AGREED, what)
    yield Metric("explanation_time", units.SECOND, False, Scope.EXPLAINED, "time of an explanation, on all cores")


_ALL: Final = (
    *_percentiles(),
    Metric("latency_mean", units.SECOND, False, Scope.QUERY, "mean time of a query", "single_stream"),
    Metric("throughput", units.RATE, True, Scope.QUERY, "samples per second, queries sent back to back", "offline"),
    Metric("server_rate", units.RATE, True, Scope.QUERY, "most samples per second that hold the latency asked for", "server"),
    Metric("cpu_time", units.SECOND, False, Scope.QUERY, "processor time of a query, all threads", "single_stream"),
    Metric("energy", units.JOULE, False, Scope.QUERY, "energy for one sample, queries sent back to back", "offline"),
    Metric(
        "cost", units.COST, False, Scope.DERIVED, "price of 1,000 samples: the target's price per hour by throughput", "offline"
    ),
    Metric(
        "memory_peak",
        units.BYTE,
        False,
        Scope.QUERY,
        "highest resident memory of the process while loading and answering, beyond the empty runtime",
    ),
    Metric("memory_load", units.BYTE, False, Scope.PROCESS, "highest resident memory while loading, beyond the empty runtime"),
    Metric("memory_model", units.BYTE, False, Scope.PROCESS, "resident memory after loading, beyond the empty runtime"),
    Metric("memory_device", units.BYTE, False, Scope.QUERY, "highest memory on the GPU, as its allocator or driver tells"),
    Metric("cold_start", units.SECOND, False, Scope.QUERY, "time from starting a fresh process to the first answer"),
    Metric("first_query", units.SECOND, False, Scope.QUERY, "time of the first query after loading"),
    Metric(
        "compile_time",
        units.SECOND,
        False,
        Scope.QUERY,
        "time of the first query where the runtime has compiled nothing yet (torch_compile)",
    ),
    Metric("load_time", units.SECOND, False, Scope.PROCESS, "time to load the artifact into its runtime"),
    *_parts(),
    Metric("accuracy", units.SHARE, True, Scope.NUMERICS, "share of the test split classified rightly"),
    Metric("rmse", units.NUMBER, False, Scope.NUMERICS, "root of the mean squared error on the test split, in the target's unit"),
    Metric("mae", units.NUMBER, False, Scope.NUMERICS, "mean absolute error on the test split, in the target's unit"),
    Metric("r2", units.NUMBER, True, Scope.NUMERICS, "share of the targets' variance that is explained, 1 at best"),
    Metric("spearman", units.NUMBER, True, Scope.NUMERICS, "rank correlation of the embeddings' cosines with the similarities"),
    Metric("own_score", units.NUMBER, True, Scope.OWN, "the suite's own metric, of which more is better"),
    Metric("own_loss", units.NUMBER, False, Scope.OWN, "the suite's own metric, of which less is better"),
    *_BEHAVIOUR,
    *_explained(),
    Metric("size", units.BYTE, False, Scope.ARTIFACT, "bytes of the artifact's files"),
    Metric("parameters", units.COUNT, False, Scope.ARTIFACT, "stored weights"),
    Metric("macs", units.COUNT, False, Scope.ARTIFACT, "multiply-accumulate operations for one sample"),
    Metric("activations", units.COUNT, False, Scope.ARTIFACT, "numbers that convolutions and matrix products give, one sample"),
    Metric("complexity", units.COUNT, False, Scope.ARTIFACT, "what a reader of the model must read: leaves, weights or terms"),
)

METRICS: Final = MappingProxyType({metric.name: metric for metric in _ALL})

BEHAVIOUR: Final = tuple(metric.name for metric in _BEHAVIOUR)
"""Metrics of how a classifier behaves beside how often it is right: all follow from outputs that are stored."""

EXPLAINED: Final = frozenset(metric.name for metric in _ALL if metric.scope in (Scope.EXPLAINED, Scope.AGREED))
"""Metrics of explanations, which a suite must ask for."""

TASKS: Final = MappingProxyType(
    {"classification": ("accuracy",), "regression": ("rmse", "mae", "r2"), "embedding": ("spearman",)}
)
"""Kinds of task, and the metrics that each is judged by."""

OWN: Final = MappingProxyType({"higher": "own_score", "lower": "own_loss"})
"""The suite's own metric, by which way is better."""

QUALITIES: Final = (*(name for names in TASKS.values() for name in names), *OWN.values())
"""Metrics of how right the scores are, which candidates are judged by: they need labels, and weights that were trained."""


def qualities(task: str, better: str | None) -> tuple[str, ...]:
    """Return the metrics of how right scores are in a task; ``better``: which way is, of the suite's own metric, if any."""
    return (*TASKS[task], *([OWN[better]] if better else []))
