"""The seams, on one page: what a part promises, so that the floors above need not know which part it is.

A part is a light declaration (name, options, what it can do) plus a *door*, ``"module:function"``: the code that
imports the heavy package, loaded only in the process that needs it. Built-in parts and other people's are declared
through the same entry-point groups (``harness.datasets``, ``.models``, ``.passes``, ``.runtimes``, ``.scenarios``,
``.explainers``).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, runtime_checkable

import numpy.typing as npt

if TYPE_CHECKING:  # the process that measures imports this page, and pays for nothing it does not use
    from pydantic import BaseModel


Array = npt.NDArray[Any]
Batch = Any
"""What a model takes: an array, or of a model with several inputs a tuple of arrays, in the order of the model's inputs."""


class Part(Protocol):
    """What every declaration has.

    ``subject`` names the option that the short form sets (``{timm: NAME}``); ``packages`` are the distributions whose
    versions its results depend on; ``version`` is raised when the part's own results change.
    """

    name: str
    summary: str
    subject: str | None
    options: type[BaseModel]
    packages: tuple[str, ...]
    version: int
    door: str


class Dataset(Part, Protocol):
    """Samples, mostly labelled ones. Its door is ``load(options, folder) -> Samples``."""

    labelled: bool
    """Whether labels mean something; of noise they do not, so that nothing is trained on it and no accuracy measured."""

    def task(self, options: Mapping[str, Any], folder: Path) -> str:
        """Return what the labels are for, one of ``metrics.TASKS``, without reading the samples."""

    def digest(self, options: Mapping[str, Any], folder: Path) -> str:
        """Return the digest of the samples' content; raises InputError when they are not there."""


class ModelSource(Part, Protocol):
    """Where models come from. Its door is ``build(options, bench) -> Work``."""

    outline_door: str
    """Door ``outline(options, samples) -> (module, shape)``: a PyTorch network without weights, on the meta device, and the shape
    of a sample it takes, so that it can be counted before it is made; empty where there is none."""

    def traits(self, options: Mapping[str, Any]) -> frozenset[str]:
        """Return what passes and runtimes must know.

        ``torch`` (PyTorch weights) and ``layers``, or what it has instead: ``trees``, ``samples`` (stored, to compare with),
        ``tables`` (of scores, to add up); ``ml_operators``, where its graph takes operators of ai.onnx.ml; ``untrained``.
        """

    def files(self, options: Mapping[str, Any], folder: Path) -> tuple[Path, ...]:
        """Return the files the model is read from; raises InputError when one is not there."""


class Pass(Part, Protocol):
    """One compression step. Its door is ``apply(work, options, bench) -> Work``; see ``ByRuntime`` where the runtime matters."""

    form: str
    """The form it works on and returns (see ``Work``): ``torch``, ``onnx`` or ``program``."""
    needs: frozenset[str]
    """Traits the model must have."""
    last: bool
    """Whether no pass may follow it, since that would undo its work."""


@dataclass(frozen=True, slots=True)
class Tool:
    """What does a pass, or one step of it: its name, its door, the form it works on, and what its results depend on."""

    name: str
    door: str
    form: str
    packages: tuple[str, ...]
    needs: frozenset[str] = frozenset()
    """Traits the model must have, beside those of the pass."""
    makes: str = ""
    """The form it returns; empty: the form it works on."""
    judges: bool = False
    """Whether it goes by an accuracy, so that labels and trained weights must be there."""

    @property
    def leaves(self) -> str:
        """The form that it leaves behind."""
        return self.makes or self.form


@runtime_checkable
class ChangesTraits(Protocol):
    """What a pass has beside the rest when the model is of another kind behind it."""

    def traits(self, before: frozenset[str], options: Mapping[str, Any]) -> frozenset[str]:
        """Return the traits of what it makes of a model with the traits ``before``."""


@runtime_checkable
class GivesSeveral(Protocol):
    """What a dataset has beside the rest when its samples may be records: several arrays, each an input of the model."""

    def inputs(self, options: Mapping[str, Any]) -> tuple[str, ...]:
        """Return the names of a record's arrays; none where samples are images or rows."""


class Names(NamedTuple):
    """What things in a dataset are called."""

    classes: tuple[str, ...] = ()
    """In the order of their numbers; none where that is not known, or there are none."""
    columns: tuple[str, ...] = ()
    """Of rows; none where samples are no rows."""


@runtime_checkable
class GivesNames(Protocol):
    """What a dataset has beside the rest when it can tell, without reading the samples, what is in them."""

    def names(self, options: Mapping[str, Any], folder: Path) -> Names:
        """Return the names of its classes and columns: numbers, where they have none."""


@runtime_checkable
class TakesSeveral(Protocol):
    """What a model source or a pass has beside the rest when it can handle records."""

    several: bool


@runtime_checkable
class ByRuntime(Protocol):
    """What a pass has beside the rest when the same request is served by another tool for each runtime."""

    def tools(self, runtime: Runtime, options: Mapping[str, Any]) -> tuple[Tool, ...] | str:
        """Return the tools that serve ``options`` for ``runtime``, one stage each, in order; or why there is none.

        What a rule forbids is told here too: the text becomes the name of the rule that leaves the candidate out.
        """


class Runtime(Part, Protocol):
    """What executes artifacts. Its door is ``load(folder, options, device) -> Session``."""

    format: str
    lacks: Mapping[str, str]
    """Trait: why this runtime cannot run models that have it."""
    numeric: frozenset[str]
    """Options that change the arithmetic, so that accuracy depends on them."""
    profile_door: str
    """``profile(folder, options, device, batches) -> operators.Profile``: the time of each operator; empty: it has none."""
    optional: tuple[str, ...]
    """Distributions that only some of its options need; its results depend on those that are installed."""
    per_shape: bool
    """Whether it compiles the artifact anew for each shape of its input; it then answers batches of one size only."""
    code_variable: str
    """The environment variable that names the folder for what it compiles; empty where it keeps nothing compiled."""
    idle_options: Mapping[str, Any]
    """What its door is given beside its options to have its threads sleep between queries; empty where they do, or cannot."""


class Session(Protocol):
    """A loaded artifact that answers queries."""

    settings: Mapping[str, Any]
    """What is really in effect, as read back from the runtime."""

    def run(self, batch: Batch) -> Array:
        """Return the scores, shape (samples, classes), of a preprocessed ``batch``; blocks until they are there."""

    def device_memory(self) -> int | None:
        """Return the most bytes its allocator has held on a GPU so far; None where it has none of its own."""


@runtime_checkable
class GivesGradients(Protocol):
    """What a runtime has beside the rest when its sessions are ``Differentiable``."""

    gradients: bool


class Differentiable(Session, Protocol):
    """A session through which gradients can be taken."""

    def forward(self, batch: Any) -> Any:
        """Return the scores of a preprocessed ``batch``, both PyTorch tensors that know how they were made."""


@dataclass(frozen=True, slots=True)
class Decision:
    """One decision of a candidate that is to be explained: a sample, and the class (or target) whose score is asked about.

    Features are columns of a table, or pixels or rectangles of an image; a *coalition* says which of them are kept (1) and which
    give way to the background (0).
    """

    features: int
    value: Callable[[Array], Array]
    """Coalitions, shape (n, features) → the score asked about, of the sample that each leaves, shape (n)."""
    target: int
    """The column of the scores that is asked about."""
    seed: int
    session: Session
    sample: Batch
    """The sample as the model takes it, in a batch of one."""
    background: Batch
    """The same of a sample without any of its features."""
    places: Array
    """Which feature each number of ``sample`` belongs to."""
    artifact: Path
    """Folder of the artifact."""


class Explainer(Part, Protocol):
    """A way to explain decisions. Its door is ``explain(decision, options) -> attributions``, shape (features)."""

    def refusal(self, traits: frozenset[str], runtime: Runtime) -> str | None:
        """Return why it cannot explain models with these traits on ``runtime``, or None where it can."""


class Clock(Protocol):
    """Seconds from an arbitrary start, never going back."""

    def __call__(self) -> float: ...


@dataclass(frozen=True, slots=True)
class Sizing:
    """When a timing is long enough (``spec.Measure``); times in seconds."""

    min_queries: int
    min_time: float
    max_queries: int
    max_time: float
    hard_time: float
    precision: float = 0.0
    """Enough when the relative half-width of the target statistic's interval is this small."""
    batch_size: int = 1
    """Samples that one call of a query function carries."""


@dataclass(frozen=True, slots=True)
class Timeline:
    """What a scenario saw: seconds of each query in order, and why it stopped."""

    warm_up: list[float]
    queries: list[float]
    elapsed: float
    stop: str


class Scenario(Part, Protocol):
    """When queries are sent. Its door is ``drive(query, clock, sizing, options, ready) -> Timeline``.

    It never learns of models; it calls ``ready()`` once, between warm-up and timing: meters start there.

    A *probed* one is asked at one arrival rate after the other, each in a process of its own; its door is
    ``probe(answer, rate, seconds, queries, seed, batch, samples) -> Arrivals``.
    """

    probed: bool
    ceiling_door: str
    """``ceiling(seconds, seed)``: the most queries per second that a probed one can send by itself."""
