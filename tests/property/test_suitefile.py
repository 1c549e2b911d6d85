"""Whatever stands in a suite file, reading it gives a suite or mistakes with places: no traceback, no hang."""

import copy
from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from harness.decide.utility import desirability
from harness.errors import InputError, SuiteError
from harness.metrics import METRICS
from harness.registry import Registry
from harness.space import expand
from harness.spec import Profile, Suite
from harness.suitefile import load, loads

REGISTRY = Registry.load()
TEXT = (Path(__file__).parents[2] / "suites" / "quickstart.yaml").read_text()
VALUES = yaml.safe_load(TEXT) | {
    "scenarios": [
        "single_stream",
        {"multi_stream": {"samples": 8}},
        "offline",
        {"server": {"latency": "20 ms", "percentile": 95}},
    ],
    "measure": {"precision": "2 %", "min_queries": 64, "again": 2},
    "target": {"device": "cpu", "price_per_hour": 0.35, "power": "65 W"},
}
VALUES["profiles"] |= {
    "checkout": {
        "like": "realtime",
        "weights": {"cost": 2, "accuracy": 0},
        "range": {
            "cost": {"worst": "2 * baseline", "target": "1 per 1M", "scale": "log"},
            "latency_p95": ["baseline - 1 ms", "baseline"],
        },
        "constraints": ["latency_p90 <= 5 ms"],
        "guard": 1,
    }
}
FOLDER = Path("/nonexistent")
NO_DEADLINE = settings(suppress_health_check=[HealthCheck.too_slow])

SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.integers(10**300, 10**310),
    st.floats(),
    st.text(max_size=8),
    st.sampled_from(
        [
            "mlp",
            "timm",
            "onnxruntime",
            "20 ms",
            "baseline",
            "2 * baseline",
            "edge",
            "log",
            "accuracy >= baseline - 1 pp",
            "a.b:c",
            "\ud800",
            "x" * 300,
        ]
    ),
)
NODES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.one_of(st.text(max_size=5), st.sampled_from(["timm", "sklearn", "threads", "accuracy", "ratio"])),
            inner,
            max_size=3,
        ),
    ),
    max_leaves=6,
)


def outcome(text):
    """Return a suite, or the mistakes; anything else that is raised fails the test."""
    try:
        suite = loads(text, REGISTRY, FOLDER)
    except SuiteError as error:
        assert error.mistakes
        for mistake in error.mistakes:
            assert mistake.place
            assert mistake.message
            str(mistake).encode()
        return error.mistakes
    assert isinstance(suite, Suite)
    suite.model_dump_json()
    return suite


@NO_DEADLINE
@given(st.text())
@example("\0")
@example("&a [*a]")
@example("? [a, b]\n: c")
@example("- - - -\n  -")
@example("!!python/object/apply:os.abort []")
@example("a: &x {b: 1}\n<<: *x")
@example("= : =")
def test_any_text_gives_a_suite_or_mistakes(text):
    outcome(text)


@NO_DEADLINE
@given(st.integers(0, len(TEXT)), st.integers(0, 12), st.text("{}[]:,-&*!|>'\"%@#\n\t 0aé\0", max_size=6))
def test_a_quickstart_with_a_wound_gives_a_suite_or_mistakes(at, removed, put):
    outcome(TEXT[:at] + put + TEXT[at + removed :])


def places(value, path=()):
    yield path
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from places(inner, (*path, key))
    elif isinstance(value, list):
        for i, inner in enumerate(value):
            yield from places(inner, (*path, i))


PLACES = [path for path in places(VALUES) if path]


def changed(path, value):
    whole = copy.deepcopy(VALUES)
    inner = whole
    for step in path[:-1]:
        inner = inner[step]
    inner[path[-1]] = value
    return whole


@settings(max_examples=300, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(PLACES), NODES)
@example(("search", "minutes"), None)
@example(("profiles", "edge", "weights", "size"), 10**305)
@example(("models", 0), {"onnx": "x" * 300})
@example(("models", 0), {"sklearn": "mlp", "params": {"alpha": float("nan")}})
@example(("models", 0), {"python": "no.such:thing"})
@example(("workload", "batch_size"), 0.0)
@example(("workload", "batch_size"), ["8"])
@example(("workload", "batch_size"), True)
@example(("scenarios", 1), {"multi_stream": {"samples": [4, 8]}})
@example(("scenarios", 3), "server")
@example(("scenarios", 3), {"server": 1, "latency": 2})
@example(("profiles",), ["edge", "realtime", "edge"])
@example(("profiles",), [{"like": "edge"}])
@example(("profiles", "edge"), {"like": ["edge"]})
@example(("profiles", "edge", "range", "size"), {"worst": "baseline", "best": None})
@example(("profiles", "edge", "range", "size"), {"worst": float("nan"), "best": 1, "scale": "log"})
@example(("profiles", "checkout", "weights"), {"accuracy": 0})
@example(("profiles", "checkout", "guard"), 10**305)
@example(("target",), None)
@example(("target", "price_per_hour"), float("nan"))
@example(("target", "power"), 10**305)
def test_any_value_at_any_place_gives_a_suite_or_mistakes(path, value):
    try:
        text = yaml.safe_dump(changed(path, value), allow_unicode=True)
    except (yaml.YAMLError, UnicodeError, ValueError):
        return
    outcome(text)


@settings(max_examples=60)
@given(st.sampled_from(PLACES), st.text("abcdefghij", min_size=8, max_size=8))
def test_a_key_that_nobody_knows_is_told_at_its_place(path, word):
    inner = VALUES
    for step in path:
        inner = inner[step]
    if not isinstance(inner, dict) or any(step in ("weights", "range", "params") for step in path):
        return
    if path in ((), ("profiles",)):
        return
    found = outcome(yaml.safe_dump(changed((*path, word), 1)))
    assert not isinstance(found, Suite)
    assert any(word in one.place for one in found)


METRIC = st.sampled_from(["latency_p90", "accuracy", "throughput", "size"])
END = st.one_of(
    st.floats(-2, 2).map(lambda x: f"{x:.3f}"),
    st.tuples(st.floats(0.01, 5), st.floats(-1, 1)).map(
        lambda x: f"{x[0]:.2f} * baseline {'-' if x[1] < 0 else '+'} {abs(x[1]):.3f}"
    ),
)
RANGE = st.one_of(
    st.lists(END, min_size=2, max_size=2),
    st.fixed_dictionaries({"worst": END, "best": END}, optional={"scale": st.sampled_from(["linear", "log"])}),
)


@settings(max_examples=200)
@given(METRIC, RANGE, st.floats(0, 1), st.lists(st.floats(0, 2), min_size=2, max_size=2))
def test_whatever_range_is_accepted_leads_from_0_to_1_in_the_direction_of_its_metric(metric, written, baseline, values):
    found = outcome(yaml.safe_dump(changed(("profiles", "edge"), {"weights": {metric: 1}, "range": {metric: written}})))
    if not isinstance(found, Suite):
        return
    settled = next(one for one in found.profiles if one.name == "edge").anchored({metric: baseline})
    if metric in settled.relative:
        return
    worst, best = settled.ranges[metric]
    low, high = sorted(values) if METRICS[metric].higher else sorted(values, reverse=True)
    runs = (desirability(value, worst, best, settled.scales.get(metric, "linear")) for value in (worst, low, high, best))
    nothing, less, more, everything = runs
    assert (nothing, everything) == (0, pytest.approx(1))
    assert 0 <= less <= more <= 1


@settings(max_examples=100)
@given(
    st.sampled_from(["realtime", "throughput", "edge", "cost", "regulated"]),
    st.fixed_dictionaries(
        {},
        optional={
            "weights": st.dictionaries(METRIC, st.floats(0, 9), min_size=1),
            "range": st.dictionaries(METRIC, RANGE),
            "constraints": st.lists(st.tuples(METRIC, st.sampled_from(["<=", ">="]), END).map(" ".join), max_size=2),
            "guard": st.floats(0, 9),
        },
    ),
)
def test_a_profile_that_is_accepted_is_the_same_after_a_round_trip(name, body):
    found = outcome(yaml.safe_dump(changed(("profiles", "edge"), {"like": name, **body})))
    if isinstance(found, Suite):
        for profile in found.profiles:
            assert Profile.model_validate_json(profile.model_dump_json()) == profile
            assert profile.weights.keys() <= profile.ranges.keys() | profile.relative.keys()
            assert not profile.ranges.keys() & profile.relative.keys()


@settings(max_examples=40)
@given(st.binary(max_size=200))
def test_any_file_gives_a_suite_or_one_clear_error(tmp_path_factory, content):
    path = tmp_path_factory.mktemp("any") / "suite.yaml"
    path.write_bytes(content)
    with pytest.raises((SuiteError, InputError)):
        load(path, REGISTRY)


AXES = st.fixed_dictionaries(
    {
        "ratios": st.lists(st.floats(0.01, 0.99), min_size=1, max_size=3, unique=True),
        "threads": st.lists(st.integers(1, 8), min_size=1, max_size=3, unique=True),
        "steps": st.lists(st.integers(1, 99), min_size=1, max_size=3, unique=True),
        "batches": st.lists(st.integers(1, 64), min_size=1, max_size=3, unique=True),
    }
)


@settings(max_examples=50)
@given(AXES)
def test_axes_multiply_and_every_candidate_has_a_label_of_its_own(axes):
    values = copy.deepcopy(VALUES) | {
        "workload": {"dataset": "digits", "batch_size": axes["batches"]},
        "models": [{"timm": "test_resnet", "train": {"steps": steps}} for steps in axes["steps"]],
        "passes": [[], [{"prune": {"ratio": axes["ratios"]}}]],
        "runtimes": [{"onnxruntime": {"threads": axes["threads"]}}],
        "baseline": {"model": {"timm": "test_resnet"}, "runtime": "torch"},
    }
    suite = outcome(yaml.safe_dump(values))
    assert isinstance(suite, Suite), suite
    space = expand(suite, REGISTRY)
    wanted = len(axes["steps"]) * (1 + len(axes["ratios"])) * len(axes["threads"]) * len(axes["batches"])
    assert len(space.candidates) == wanted
    everything = space.everything
    assert len({one.label for one in everything}) == len(everything) == wanted + len(axes["batches"])
