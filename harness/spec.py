"""What a suite asks, settled: candidates, workload, profiles, search and limits. Values only.

``Suite`` is the question of a suite file with every part named, every axis expanded and every quantity in SI;
``suitefile.document`` is the file as it is written.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import partial
from typing import Annotated, Any, Final, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    JsonValue,
    WithJsonSchema,
)

from harness import units
from harness.metrics import METRICS, qualities
from harness.sources import FUNCTION


class Value(BaseModel):
    """A frozen value that refuses unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def _quantity(unit: str, example: str) -> list[Any]:
    return [BeforeValidator(partial(units.parse, unit=unit)), _written(unit, example)]


def _written(unit: str, example: str) -> WithJsonSchema:
    """Return the schema of a quantity: a number in ``unit``, or a text like ``example``."""
    return WithJsonSchema({"anyOf": [{"type": "number"}, {"type": "string"}], "unit": unit, "examples": [example]})


def _minutes(value: object) -> float:
    """Return minutes: a number without a unit is in minutes already."""
    seconds = units.parse(value, units.SECOND)
    return seconds / 60 if isinstance(value, str) and value.rstrip()[-1:].isalpha() else seconds


Seconds = Annotated[float, *_quantity(units.SECOND, "20 ms")]
Bytes = Annotated[float, *_quantity(units.BYTE, "300 MB")]
Watts = Annotated[float, *_quantity(units.WATT, "65 W")]
Share = Annotated[float, *_quantity(units.SHARE, "2 %")]
Minutes = Annotated[float, BeforeValidator(_minutes), _written(units.MINUTE, "90 s")]


Options = Mapping[str, JsonValue]


class Choice(Value):
    """One part with its options settled: ``options`` holds those that differ from the part's defaults."""

    part: str
    label: str
    options: dict[str, JsonValue] = {}
    prior: float | None = Field(None, exclude=True)
    """A model's published accuracy, told beside the measured one: part of no label, key or stored record."""


ModelChoice = Annotated[
    Choice,
    WithJsonSchema(
        {
            "anyOf": [{"type": "string"}, {"type": "object"}],
            "description": "a model, written as one under models: {timm: NAME}, {sklearn: decision_tree, params: {…}}",
        }
    ),
]
"""An option that is a model of its own. ``suitefile.parts`` settles it as it settles those under ``models``."""


class Candidate(Value):
    """What could ship: a model, its passes, a runtime with its options, and how many samples a query carries."""

    model: Choice
    passes: tuple[Choice, ...] = ()
    runtime: Choice
    batch_size: int = 1
    device: str = "cpu"

    @property
    def label(self) -> str:
        """The candidate's name in every table and file: ``model+pass@runtime/bN``, unique in a suite."""
        chain = "+".join((self.model.label, *(p.label for p in self.passes)))
        device = "" if self.device == "cpu" else f",{self.device}"
        return f"{chain}@{self.runtime.label}{device}/b{self.batch_size}"


class Constraint(Value):
    """A hard bound on a metric: ``metric op factor * baseline + offset`` (``factor`` 0: an absolute bound)."""

    metric: str
    op: Literal["<=", ">="]
    factor: float = 0.0
    offset: float = 0.0
    text: str

    def bound(self, baseline: float | None) -> float | None:
        """Return the bound in the metric's unit; None when it needs a baseline value that is not known."""
        if not self.factor:
            return self.offset
        return None if baseline is None else self.factor * baseline + self.offset


class End(Value):
    """One end of a range that moves with the baseline: ``factor * baseline + offset``."""

    factor: float
    offset: float = 0.0

    def at(self, baseline: float) -> float:
        """Return where the end lies, for the baseline's value of the metric."""
        return self.factor * baseline + self.offset


Scale = Literal["linear", "log"]


class Profile(Value):
    """One deployment's priorities; ``ranges`` are (worst, best) per metric in SI."""

    name: str
    weights: dict[str, float]
    ranges: dict[str, tuple[float, float]]
    scales: dict[str, Scale] = {}
    """How utility runs from the worst end to the best, where it does not run straight."""
    relative: dict[str, tuple[End, End]] = {}
    """(worst, best) of metrics whose range moves with the baseline; ``anchored`` settles them."""
    guard: float = Field(2.0, ge=0, allow_inf_nan=False)
    """Standard errors that a value must keep from the bound of a constraint."""
    constraints: tuple[Constraint, ...] = ()

    def anchored(self, baseline: Mapping[str, float]) -> Profile:
        """Return the profile with its ranges in SI, for the ``baseline``'s values of metrics.

        A range stays open where a value is not known, or leaves no way from a worst to a best end.
        """
        known = {metric: ends for metric, ends in self.relative.items() if metric in baseline}
        ends = {metric: (worst.at(baseline[metric]), best.at(baseline[metric])) for metric, (worst, best) in known.items()}
        settled = {metric: both for metric, both in ends.items() if self._leads(metric, *both)}
        open_ = {metric: both for metric, both in self.relative.items() if metric not in settled}
        return self.model_copy(update={"ranges": self.ranges | settled, "relative": open_})

    def _leads(self, metric: str, worst: float, best: float) -> bool:
        """Whether there is a way from ``worst`` to ``best`` on the metric's scale: where a baseline is 0, there may be none."""
        shown = math.isfinite(worst) and math.isfinite(best) and METRICS[metric].better(best, worst)
        return shown and (self.scales.get(metric) != "log" or min(worst, best) > 0)


class Search(Value):
    """How the space is searched and when the search ends."""

    algorithm: Literal["auto", "exhaustive", "guided", "random", "tpe", "nsga2", "nsga3", "gp"] = Field(
        "auto", description="auto: exhaustive when the space fits the trials, else guided"
    )
    trials: int = Field(100, ge=1, description="candidates to evaluate at most")
    minutes: Annotated[Minutes, Field(gt=0, description="wall-clock budget, preparation included")] = 30.0
    gain: Annotated[
        Share, Field(ge=0, le=1, description="guided ends when no candidate is expected to add this share to the hypervolume…")
    ] = 0.002
    change: Annotated[
        Share, Field(ge=0, le=1, description="…and the chance of another recommendation is below this; 0 of either: never")
    ] = 0.05
    screen: int | None = Field(
        None,
        ge=0,
        description="test samples of a quick look before the full measurement, which may end a candidate; 0: none; default: 512, "
        "where the test split has four times as many and the search is not exhaustive",
    )
    seed: int = Field(0, ge=0, description="of training, splits and samplers: the same suite gives the same weights")


class Measure(Value):
    """When a timing is long enough: both minima are met and it is precise enough, or a limit is reached."""

    precision: Annotated[
        Share, Field(gt=0, le=1, description="enough when the interval of the timing's target is this narrow to both sides")
    ] = 0.02
    min_queries: int = Field(64, ge=1, description="queries at least; as many as the profiles' percentiles need, if that is more")
    min_time: Seconds = Field(0.3, ge=0, description="time at least, warm-up not counted")
    max_queries: int = Field(6636, ge=1, description="enough once reached, however imprecise")
    max_time: Seconds = Field(1.0, gt=0, description="enough once min_queries are reached, however imprecise")
    hard_time: Seconds = Field(20.0, gt=0, description="enough in any case")
    processes: int = Field(3, ge=1, le=50, description="fresh processes for each contender; other candidates get one")
    again: int = Field(2, ge=0, le=10, description="more tries for a timing that was disturbed, while minutes are left")


class Limits(Value):
    """What one candidate may cost before it is stopped and told as a failure."""

    prepare_time: Seconds = Field(900.0, gt=0, description="for building, training and each pass")
    measure_time: Seconds = Field(120.0, gt=0, description="for one measuring process")
    memory: Bytes | None = Field(None, gt=0, description="data memory of a process; default: 90 % of what is free")


class Target(Value):
    """The machine that is meant, and what running it costs. Prices and watts are the user's word: never guessed."""

    device: str = Field("cpu", pattern=r"^(cpu|cuda(:\d+)?)$", description="cpu or cuda:N")
    price_per_hour: float | None = Field(None, gt=0, allow_inf_nan=False, description="of the machine, in any currency")
    power: Watts | None = Field(None, gt=0, description="of the machine under load; energy is then estimated where no counter is")


Task = Literal["classification", "regression", "embedding"]


class OwnMetric(Value):
    """A metric of the user's: a function of all scores and of what they are judged by."""

    python: str = Field(pattern=FUNCTION, description="package.module:function, called as function(scores, labels) -> number")
    better: Literal["higher", "lower"] = Field("higher", description="which way is better: it is named own_score or own_loss")


class Costs(Value):
    """What mistakes cost, and a person who is asked in place of the model: of one sample, in any one currency."""

    mistakes: tuple[tuple[float, ...], ...]
    """A row for each true class, with what each predicted class then costs."""
    person: float | None = None


class Groups(Value):
    """Two groups of rows that are to be treated alike, told apart by a column."""

    column: int
    above: float
    """Rows with more than this are one group, the rest the other."""
    positive: int
    """The class that is the favourable answer, or the one that is watched."""


IMAGE_CORRUPTIONS: Final = ("noise", "blur", "contrast", "shift", "rotation")
ROW_CORRUPTIONS: Final = ("noise", "shift", "missing")


class Corruptions(Value):
    """How samples are made worse, each kind at severities 1 to 5."""

    kinds: tuple[str, ...]
    samples: int


class Explain(Value):
    """How decisions are explained: by which method, of how many samples, in what time."""

    method: Choice
    samples: int = 64
    budget: float = 30.0
    """Seconds after which no further sample of a candidate is explained."""
    segments: int = 100
    """Rectangles, at most, that an image is divided into."""


class Suite(Value):
    """One question, ready to be answered. ``folder`` is where relative paths of the suite file start."""

    name: str
    folder: str
    file: str = ""
    """The suite file as it was named; empty where there is none."""
    dataset: Choice
    batch_sizes: tuple[int, ...]
    end_to_end: bool = False
    """Queries carry raw samples, and the whole path from them to a class is timed."""
    task: Task = "classification"
    classes: tuple[str, ...] = ()
    """Names of the classes in the order of their numbers, where the dataset tells them without being read."""
    columns: tuple[str, ...] = ()
    """Names of a table's columns, likewise."""
    own_metric: OwnMetric | None = None
    costs: Costs | None = None
    groups: Groups | None = None
    corruptions: Corruptions | None = None
    explain: Explain | None = None
    subset: int | None = None
    """Samples of the test split that scores are judged on, all classes alike; None: all of it."""
    baseline: Candidate
    models: tuple[Choice, ...]
    chains: tuple[tuple[Choice, ...], ...]
    runtimes: tuple[Choice, ...]
    scenarios: tuple[Choice, ...]
    profiles: tuple[Profile, ...]
    search: Search
    measure: Measure
    limits: Limits
    target: Target

    @property
    def qualities(self) -> tuple[str, ...]:
        """The metrics of how right scores are."""
        return qualities(self.task, self.own_metric.better if self.own_metric else None)

    @property
    def device(self) -> str:
        """Where candidates run: ``cpu`` or ``cuda:N``."""
        return self.target.device
