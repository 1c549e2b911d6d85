"""Whatever stands in a suite file, reading it gives a suite or mistakes with places: no traceback, no hang."""

import copy
from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from harness.errors import InputError, SuiteError
from harness.registry import Registry
from harness.space import expand
from harness.spec import Suite
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
FOLDER = Path("/nonexistent")
NO_DEADLINE = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])

SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.integers(10**300, 10**310),
    st.floats(),
    st.text(max_size=8),
    st.sampled_from(
        ["mlp", "timm", "onnxruntime", "20 ms", "baseline", "accuracy >= baseline - 1 pp", "a.b:c", "\ud800", "x" * 300]
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


@settings(deadline=None, max_examples=300, suppress_health_check=[HealthCheck.too_slow])
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
@example(("target",), None)
@example(("target", "price_per_hour"), float("nan"))
@example(("target", "power"), 10**305)
def test_any_value_at_any_place_gives_a_suite_or_mistakes(path, value):
    try:
        text = yaml.safe_dump(changed(path, value), allow_unicode=True)
    except (yaml.YAMLError, UnicodeError, ValueError):
        return
    outcome(text)


@settings(deadline=None, max_examples=60)
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


@settings(deadline=None, max_examples=40)
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


@settings(deadline=None, max_examples=50)
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
