"""The suite file as it is written: its JSON schema is what editors complete. ``load`` settles it as a ``Suite``. Values only."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import (
    BeforeValidator,
    ConfigDict,
    Field,
    SkipValidation,
    StrictBool,
    StrictFloat,
    StrictInt,
    StrictStr,
    TypeAdapter,
    WithJsonSchema,
)

from harness.metrics import METRICS
from harness.spec import Limits, Measure, OwnMetric, Scale, Search, Seconds, Target, Task, Value

PartUse = Annotated[
    Any,
    WithJsonSchema(
        {
            "anyOf": [{"type": "string"}, {"type": "object"}],
            "description": "a part: its name, {name: value}, or {name: {option: value or list of values}}",
        }
    ),
]
"""Left to ``suitefile.parts``, which knows the parts and tells each mistake with its place."""


def _target(value: Any) -> Any:
    return {"device": value} if isinstance(value, str) else value


def _method(value: Any) -> Any:
    return {"method": value} if isinstance(value, str) else value


def _listed(value: Any) -> Any:
    return value if isinstance(value, list) else [value]


BatchSizes = Annotated[
    list[StrictInt],
    BeforeValidator(_listed),
    WithJsonSchema({"anyOf": [{"type": "integer"}, {"type": "array", "items": {"type": "integer"}}]}),
]


class CostsDocument(Value):
    """What mistakes cost, of one sample, in any one currency: docs/behaviour.md says what follows from it."""

    mistakes: Annotated[
        Any,
        WithJsonSchema(
            {
                "anyOf": [
                    {"type": "array", "items": {"type": "array", "items": {"type": "number", "minimum": 0}}},
                    {"type": "object", "additionalProperties": {"type": "object"}},
                ],
                "examples": [[[0, 1000], [4000, 0]]],
            }
        ),
    ] = Field(description="a row for each true class, or {TRUE: {PREDICTED: cost}}; what is not named costs nothing")
    person: StrictFloat | None = Field(
        None, ge=0, allow_inf_nan=False, description="cost of asking a person instead; default: nobody can be asked"
    )


class GroupsDocument(Value):
    """Two groups of a table's rows that are to be treated alike."""

    column: StrictInt | StrictStr = Field(description="the column that tells them apart, by its name or number from 0")
    above: StrictFloat = Field(allow_inf_nan=False, description="rows with more than this are one group, the rest the other")
    positive: StrictInt | StrictStr | None = Field(None, description="the class that counts as yes; default: the last one")


class CorruptionsDocument(Value):
    """Samples made worse, each kind at severities 1 to 5; just a list is the kinds."""

    kinds: list[Literal["noise", "blur", "contrast", "shift", "rotation", "missing"]] | None = Field(
        None, min_length=1, description="default: all that there are for images, or for rows"
    )
    samples: StrictInt = Field(256, ge=8, le=100_000, description="test samples that are made worse, at most")


def _kinds(value: Any) -> Any:
    return {"kinds": value} if isinstance(value, list) else value


class WorkloadDocument(Value):
    """What candidates must endure."""

    dataset: PartUse = Field(description="where samples and labels come from")
    batch_size: BatchSizes = Field([1], description="samples a query carries; a list is an axis")
    task: Task | None = Field(None, description="what scores mean; default: what the dataset's labels are for")
    metric: OwnMetric | None = Field(None, description="a metric of your own, beside those of the task")
    end_to_end: StrictBool = Field(False, description="time the whole path from the raw sample (an image file) to its class")
    costs: CostsDocument | None = Field(None, description="what mistakes cost, and when to ask a person")
    groups: GroupsDocument | None = Field(None, description="two groups of rows that are to be treated alike")
    corruptions: Annotated[CorruptionsDocument | None, BeforeValidator(_kinds)] = Field(
        None, description="how accuracy holds out on samples that are made worse; {} is all kinds"
    )


class ExplainDocument(Value):
    """How decisions are explained: docs/interpretability.md says what is made of it."""

    method: PartUse = Field("shap", description="how a decision is explained")
    samples: StrictInt = Field(64, ge=2, le=10_000, description="test samples to explain, the same of every candidate")
    budget: Seconds = Field(30.0, gt=0, description="time for a candidate's explanations: they end early rather than go beyond")
    segments: StrictInt = Field(100, ge=2, le=4096, description="rectangles, at most, that an image is divided into")


class BaselineDocument(Value):
    """The reference candidate that relative constraints and reports compare with."""

    model: PartUse = Field(description="one model, written as under models")
    passes: list[PartUse] = Field([], description="its chain of passes")
    runtime: PartUse = Field(description="one runtime, written as under runtimes")


WrittenEnd = Annotated[
    Any,
    WithJsonSchema(
        {
            "anyOf": [{"type": "number"}, {"type": "string"}],
            "description": "an end of a range: 20 ms, or it moves with the baseline: '0.1 * baseline', 'baseline - 5 pp'",
        }
    ),
]
"""Left to ``suitefile.ranges``, which knows the metric's unit."""


class RangeDocument(Value):
    """A range whose ends say which is which."""

    model_config = ConfigDict(json_schema_extra={"oneOf": [{"required": ["best"]}, {"required": ["target"]}]})

    worst: WrittenEnd = Field(description="here, or worse, the utility is 0")
    best: WrittenEnd = Field(None, description="here, or better, the utility is 1")
    target: WrittenEnd = Field(None, description="another word for best: more than this is worth nothing more")
    scale: Scale = Field("linear", description="log: equal factors are worth the same, not equal steps")


ReadyMade = Literal["realtime", "throughput", "edge", "cost", "regulated"]
"""The profiles in ``suitefile.ready_made``."""


def _name_metrics(schema: dict[str, Any]) -> None:
    """Let an editor complete what the keys are: metrics."""
    schema["propertyNames"] = {"enum": [*METRICS]}


class ProfileDocument(Value):
    """One deployment's priorities."""

    model_config = ConfigDict(json_schema_extra={"anyOf": [{"required": ["weights"]}, {"required": ["like"]}]})

    like: ReadyMade | None = Field(None, description="a ready-made profile; what stands beside it goes before it, per metric")
    weights: dict[str, StrictFloat] = Field(
        {}, min_length=1, description="how much each metric counts, 0 or more", json_schema_extra=_name_metrics
    )
    range: dict[str, SkipValidation[Annotated[list[WrittenEnd], Field(min_length=2, max_length=2)] | RangeDocument]] = Field(
        {},
        description="of each weighted metric the two ends, from which utility 0 and 1 follow",
        json_schema_extra=_name_metrics,
    )
    constraints: list[str] = Field([], description="hard bounds: 'latency_p90 <= 5 ms', 'accuracy >= baseline - 1 pp'")
    guard: StrictFloat = Field(
        2.0, ge=0, allow_inf_nan=False, description="standard errors that a value keeps from the bound of a constraint; 0: none"
    )


_NAMES: TypeAdapter[list[ReadyMade]] = TypeAdapter(Annotated[list[ReadyMade], Field(min_length=1)])


def _profiles(value: Any) -> Any:
    """Return profiles by name: a list names ready-made ones."""
    return {name: {"like": name} for name in _NAMES.validate_python(value)} if isinstance(value, list) else value


class Document(Value):
    """A suite file: one question."""

    name: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*$", max_length=80, description="names the folder of its report")
    description: str = Field("", description="what is asked, in words, for whoever reads the file")
    workload: WorkloadDocument = Field(description="what candidates must endure")
    baseline: BaselineDocument | None = Field(None, description="default: the first model on the first runtime that fits")
    models: list[PartUse] = Field(min_length=1, description="the models to choose from; a list inside one is an axis")
    passes: list[list[PartUse]] = Field([[]], min_length=1, description="chains of compression passes; [] is none")
    runtimes: list[PartUse] = Field(min_length=1, description="what executes them; a list inside one is an axis")
    scenarios: list[PartUse] = Field(["single_stream", "offline"], min_length=1, description="when queries are sent; each once")
    profiles: Annotated[dict[str, ProfileDocument], BeforeValidator(_profiles)] = Field(
        min_length=1, description="priorities by name, each of which gets a recommendation; or a list of ready-made ones"
    )
    explain: Annotated[ExplainDocument | None, BeforeValidator(_method)] = Field(
        None, description="explain decisions of every candidate; just a name is the method"
    )
    search: Search = Field(Search(), description="how the space is searched, and when the search ends")
    measure: Measure = Field(Measure(), description="when a timing is long enough")
    limits: Limits = Field(Limits(), description="what one candidate may cost")
    target: Annotated[Target, BeforeValidator(_target)] = Field(Target(), description="the machine that is meant")
