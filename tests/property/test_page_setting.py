"""What a reader turns in the page: it survives in the page's address, and a suite reads it as the same profile."""

import json
import math
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.metrics import METRICS
from harness.registry import Registry
from harness.report import wording
from harness.spec import Profile
from harness.suitefile import constraints, loads
from tests.scripts import Scripts

SCRIPTS = Scripts("units", "written", "fragment")
KINDS = {name: {"label": wording.metric(name), "unit": one.unit, "higher": one.higher} for name, one in METRICS.items()}
ANCHOR = {"latency_p90": 0.004, "accuracy": 0.96, "memory_peak": 2e8}
SUITE = """
name: turned
workload: {{dataset: digits}}
models: [{{sklearn: decision_tree}}]
runtimes: [onnxruntime]
profiles:
{profile}
"""
METRIC = st.sampled_from(("latency_p90", "accuracy", "memory_peak", "size", "throughput"))
TEXTS = {
    "s": st.sampled_from(("20 ms", "150 µs", "0.3 s", "0.004")),
    "B": st.sampled_from(("50 MB", "1 GiB", "12345 B")),
    "share": st.sampled_from(("90 %", "0.57", "1 pp")),
    "samples/s": st.sampled_from(("500", "2 k/s")),
}
MOVED = st.sampled_from(("baseline", "0.5 * baseline", "baseline * 2", "1.25*baseline"))


@pytest.fixture(scope="module")
def registry():
    return Registry.load()


@st.composite
def bounds(draw, metric):
    absolute = draw(TEXTS[METRICS[metric].unit])
    moved = draw(MOVED)
    return draw(st.sampled_from((absolute, moved, f"{moved} - {absolute}", f"{moved}+{absolute}")))


@st.composite
def turns(draw):
    """What a reader does to the profile ``edge``: new weights, ranges, constraints, guard."""
    scale, weight, op = (
        st.sampled_from(("linear", "log")),
        st.floats(0, 100) | st.sampled_from((0.0, 37.5)),
        st.sampled_from(("<=", ">=")),
    )
    ranges = METRIC.flatmap(lambda name: st.tuples(st.just("range"), st.just(name), bounds(name), bounds(name), scale))
    weights = st.tuples(st.just("weight"), METRIC, weight)
    constraints = METRIC.flatmap(lambda name: st.tuples(st.just("constraint"), st.just(name), op, bounds(name), st.booleans()))
    guard = st.tuples(st.just("guard"), st.floats(0, 5))
    return [one for kind in (ranges, weights, constraints, guard) for one in draw(st.lists(kind, max_size=4))]


PROFILES = {
    name: {
        "name": name,
        "weights": {"latency_p90": 3.0, "accuracy": 4.0},
        "ranges": {"latency_p90": [0.01, 0.0001], "accuracy": [0.96 - 0.05, 0.96 + 0.02]},
        "scales": {"latency_p90": "log"},
        "relative": {"accuracy": [{"factor": 1, "offset": -0.05}, {"factor": 1, "offset": 0.02}]},
        "guard": 2.0,
        "constraints": [
            {"metric": "accuracy", "op": ">=", "factor": 1, "offset": -0.01, "text": "accuracy >= baseline - 1 pp"},
        ],
    }
    for name in ("edge", "a b&c=d:e#f%g", "__proto__")
}
DATA = {"profiles": PROFILES, "kinds": KINDS, "anchor": ANCHOR}
SCRIPTS.put("data", DATA)
TURN = """((done) => {
  let setting = data.profiles.edge;
  for (const [what, metric, ...rest] of done) {
    try {
      const unit = what === "guard" ? null : data.kinds[metric].unit;
      if (what === "guard") setting = { ...setting, guard: metric };
      if (what === "range") {
        const [worst, best] = rest.slice(0, 2).map((text) => written.end(text, unit));
        setting = written.withRange(setting, metric, { worst, best, scale: rest[2] }, data);
        if (!(metric in setting.weights)) setting = { ...setting, weights: { ...setting.weights, [metric]: 1 } };
      }
      if (what === "weight" && metric in setting.weights) {
        setting = { ...setting, weights: { ...setting.weights, [metric]: rest[0] } };
      }
      if (what === "constraint") {
        const one = { ...written.constraint(metric, rest[0], rest[1], data.kinds), ...(rest[2] ? { off: true } : {}) };
        setting = { ...setting, constraints: [...setting.constraints, one] };
      }
    } catch { /* a reader may want what cannot be */ }
  }
  return setting;
})"""


def turned(done):
    """Return the profile as it is turned."""
    SCRIPTS.put("done", done)
    return SCRIPTS.get(f"(globalThis.setting = {TURN}(done))")


def in_use(setting):
    """Return what candidates are weighed by: a weight of 0, and a constraint that is switched off, are none."""
    weights = {metric: weight for metric, weight in setting["weights"].items() if weight}
    kept = {field: {m: one for m, one in setting[field].items() if m in weights} for field in ("ranges", "scales", "relative")}
    return setting | kept | {"weights": weights, "constraints": [one for one in setting["constraints"] if not one.get("off")]}


@settings(max_examples=200)
@given(turns())
def test_a_suite_reads_the_copied_profile_as_the_same(registry, tmp_path_factory, done):
    setting = in_use(turned(done))
    if not setting["weights"]:
        return
    SCRIPTS.put("profile", setting)
    suite = loads(
        SUITE.format(profile=SCRIPTS.get("written.yaml(profile, data.kinds)")), registry, tmp_path_factory.getbasetemp()
    )
    (found,) = suite.profiles
    assert found.anchored(ANCHOR).model_dump(mode="json", exclude={"relative"}) == Profile.model_validate(
        setting | {"relative": {}}
    ).model_dump(mode="json", exclude={"relative"})
    relative = {metric: [{"factor": end.factor, "offset": end.offset} for end in ends] for metric, ends in found.relative.items()}
    assert relative == setting["relative"]


@settings(max_examples=300)
@given(turns())
def test_the_address_keeps_a_setting(done):
    setting = turned(done)
    address = SCRIPTS.get("fragment.write(new Map([['edge', setting]]), 'edge', data)")
    SCRIPTS.put("address", address)
    found = SCRIPTS.get("(({ settings, current }) => ({ settings: [...settings], current }))(fragment.read(address, data))")
    assert found["current"] == "edge"
    restored = dict(found["settings"]).get("edge", DATA["profiles"]["edge"])
    assert in_use(restored) == in_use(setting) or not sum(setting["weights"].values())
    assert [bool(one.get("off")) for one in restored["constraints"]] == [bool(one.get("off")) for one in setting["constraints"]]
    assert set(address) <= set("#&=:+.-_~!*()%") | set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789")


@pytest.mark.parametrize("name", PROFILES)
def test_any_name_of_a_profile_survives_in_the_address(name):
    SCRIPTS.put("name", name)
    SCRIPTS.get("(globalThis.changed = { ...data.profiles.edge, guard: 3 }).guard")
    found = SCRIPTS.get("[...fragment.read(fragment.write(new Map([[name, changed]]), name, data), data).settings.keys()]")
    assert found == [name]


WORDS = "edge profile weight worst best scale if off guard size latency_p90 baseline log __proto__ constructor"
NUMBERS = "1e400 NaN -1 0 3 % %zz %00 <script> \U0001f600"
PIECES = st.sampled_from((*WORDS.split(" "), *NUMBERS.split(" "), "", "accuracy >= 90 %", "20 ms"))


def part(path, coded, value, equals):
    name = ":".join(path)
    return (quote(name, safe=":") if coded else name) + "=" * equals + value


PARTS = st.builds(part, st.lists(PIECES, max_size=4), st.booleans(), PIECES, st.booleans())
GARBAGE = st.lists(PARTS).map(lambda parts: "#" + "&".join(parts))


@settings(max_examples=500)
@given(st.text(st.characters(exclude_categories=("Cs",)), max_size=60) | GARBAGE)
def test_garbage_in_the_address_never_makes_a_profile_that_cannot_be(address):
    SCRIPTS.put("address", address)
    found = SCRIPTS.get(
        "((told) => told && { settings: [...told.settings], current: told.current })(fragment.read(address, data))"
    )
    for name, setting in found["settings"] if found else ():
        assert name in PROFILES
        profile = Profile.model_validate(
            {**setting, "constraints": [{k: v for k, v in c.items() if k != "off"} for c in setting["constraints"]]}
        )
        assert profile.weights.keys() <= profile.ranges.keys() <= METRICS.keys()
        assert 0 < sum(profile.weights.values()) < math.inf
        assert all(METRICS[metric].better(best, worst) for metric, (worst, best) in profile.ranges.items())
        assert all(constraints.parse(one.text) == one for one in profile.constraints)


@pytest.mark.parametrize(
    ("told", "kept"),
    [
        (["if=size <= 5 MB", "off=accuracy >= 90 %"], ["size <= 5 MB", "accuracy >= 90 %"]),
        (["if="], []),
        (["if=size <= 5 MB", "if=latency_p90 <= 5 parsecs"], None),
        (["if=size <= 5 MB", "off=nothing <= 5 MB"], None),
        (["if=", "if=size <= 5 MB"], None),
        (["off="], None),
        (["if=size <= 5 MB"] * 20, ["size <= 5 MB"] * 20),
        (["if=size <= 5 MB"] * 21, None),
    ],
)
def test_constraints_in_the_address_are_taken_all_or_the_suites_own_are_kept(told, kept):
    SCRIPTS.put(
        "address", "#edge:guard=3&" + "&".join(f"edge:{one.partition('=')[0]}={quote(one.partition('=')[2])}" for one in told)
    )
    found = SCRIPTS.get("fragment.read(address, data).settings.get('edge')")
    own = [one["text"] for one in PROFILES["edge"]["constraints"]]
    assert [one["text"] for one in found["constraints"]] == (own if kept is None else kept)
    assert found["guard"] == 3


def test_an_address_that_is_no_setting_says_nothing():
    for address in ("", "#", "#answer", "#candidate-12", "#profile=nobody", "#nobody:guard=3", "#" + "profile=edge&" * 3000):
        SCRIPTS.put("address", address)
        assert SCRIPTS.get("fragment.read(address, data)") is None


@settings(max_examples=500)
@given(METRIC, st.text(st.sampled_from("baseline*+- .0129%mskBe"), max_size=16) | METRIC.flatmap(bounds))
def test_a_bound_is_read_as_a_suite_reads_it_or_refused_as_there(metric, text):
    SCRIPTS.put("told", [text, METRICS[metric].unit])
    found = SCRIPTS.get("(() => { try { return written.end(...told); } catch (error) { return error.message; } })()")
    try:
        factor, offset = constraints.parse_bound(text.strip(), METRICS[metric].unit)
        assert found == {"factor": factor, "offset": offset}
    except ValueError:
        assert isinstance(found, str)


def test_a_range_that_cannot_be_is_refused_in_words():
    cases = {
        ("accuracy", "99 %", "90 %"): "the other way round",
        ("latency_p90", "1 ms", "1 ms"): "equal",
        ("size", "2 * baseline", "1 MB"): "the baseline has no size",
        ("latency_p90", "20 ms", "0 ms"): "above 0",
    }
    for (metric, worst, best), words in cases.items():
        SCRIPTS.put("told", [metric, worst, best])
        said = SCRIPTS.get("""(([metric, ...ends]) => {
          try {
            const [worst, best] = ends.map((text) => written.end(text, data.kinds[metric].unit));
            written.withRange(data.profiles.edge, metric, { worst, best, scale: "log" }, data);
          } catch (error) { return error.message; }
        })(told)""")
        assert words in str(said), json.dumps(said)
