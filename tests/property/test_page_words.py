"""The page and Python agree: quantities are read and written, and figures compared, in the same words by both."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness import units
from harness.metrics import METRICS
from harness.report import comparison, wording
from tests.scripts import Scripts

SCRIPTS = Scripts("units", "comparison")
UNITS = st.sampled_from(list(units.SCALES))
TIES = st.builds(
    lambda number, part, scale: number / 2**part * 10.0**scale, st.integers(-4000, 4000), st.integers(0, 6), st.integers(-9, 9)
)
POWERS = st.builds(
    lambda power, down: math.nextafter(10.0**power, 0) if down else 10.0**power, st.integers(-12, 15), st.booleans()
)
VALUES = st.one_of(st.floats(-1e300, 1e300), TIES, POWERS, st.just(-0.0))
TEXTS = st.one_of(
    st.text(st.characters(exclude_categories=("Cc", "Cf", "Cs", "Nd")), max_size=8),
    st.from_regex(r"\A ?[+-]?[0-9]{0,3}[.]?[0-9]{0,3}([eE][+-]?[0-9]{1,3})? ?[a-zA-Zµ%/ ]{0,6}\Z"),
    st.builds(
        lambda value, scale: f"{value} {scale}",
        st.floats(allow_nan=False),
        st.sampled_from([s for u in units.SCALES.values() for s in u]),
    ),
)


def put(**told):
    for name, value in told.items():
        SCRIPTS.put(name, value)


def test_the_scales_are_those_of_python():
    assert SCRIPTS.get("units.SCALES") == {unit: dict(scales) for unit, scales in units.SCALES.items()}


@settings(max_examples=500)
@given(VALUES, UNITS)
def test_a_value_is_shown_as_python_shows_it(value, unit):
    put(value=value, unit=unit)
    assert SCRIPTS.get("units.show(value, unit)") == units.show(value, unit)


@settings(max_examples=500)
@given(TEXTS, UNITS)
def test_a_text_is_read_as_python_reads_it_or_refused_as_there(text, unit):
    put(text=text, unit=unit)
    found = SCRIPTS.get("(() => { try { return units.parse(text, unit); } catch (error) { return [error.message]; } })()")
    try:
        expected = units.parse(text, unit)
    except ValueError:
        assert isinstance(found, list)
    else:
        assert float(found) == expected


@settings(max_examples=500)
@given(VALUES, UNITS, st.booleans())
def test_what_is_written_is_read_by_python_as_the_very_same_value(value, unit, difference):
    put(value=value, unit=unit, difference=difference)
    assert units.parse(SCRIPTS.get("units.write(value, unit, difference)"), unit) == value


@pytest.mark.parametrize(
    ("value", "unit", "written"),
    [(0.0001, "s", "0.1 ms"), (0.02, "s", "20 ms"), (5e6, "B", "5 MB"), (0.99, "share", "99 %"), (20000, "samples/s", "20 k/s")],
)
def test_a_round_value_is_written_as_people_write_it(value, unit, written):
    put(value=value, unit=unit)
    assert SCRIPTS.get("units.write(value, unit)") == written


def test_a_value_that_is_not_known_is_said_to_be_so():
    assert SCRIPTS.get("[null, undefined, NaN].map((value) => units.show(value, 's'))") == ["not known"] * 3


@st.composite
def facts(draw, unit, odd):
    """A fact whose value is an ``odd`` number's, so that no comparison lies half way between two that can be written."""
    value = draw(st.floats(0, 1) if unit == "share" else st.floats(1e-3, 1e3)) * odd
    low, high = (draw(st.sampled_from((0.0, 1e-3, 0.3, 1.5))) * value for _ in range(2))
    return {"value": value, "low": value - low, "high": value + high, "unit": unit}


@st.composite
def pairs(draw):
    """A metric with its fact of a candidate, that of the baseline, and their difference on the same samples, if there is one."""
    name = draw(st.sampled_from([*METRICS, "new_metric"]))
    unit = METRICS[name].unit if name in METRICS else "number"
    fact, baseline = draw(facts(unit, math.pi / 4)), draw(facts(unit, math.e / 4))
    apart = draw(st.floats(-0.1, 0.1) | st.just(0.0))
    paired = {"value": apart, "low": apart - draw(st.floats(0, 0.1)), "high": apart + draw(st.floats(0, 0.1))}
    fact["provenance"] = draw(st.sampled_from(("measured", "estimate")))
    return name, fact, baseline if draw(st.booleans()) else dict(fact), paired if draw(st.booleans()) else None


@settings(max_examples=500)
@given(pairs())
def test_a_comparison_is_told_as_python_tells_it(pair):
    name, fact, baseline, paired = pair
    higher = name in METRICS and METRICS[name].higher
    expected = comparison.compare(name, higher, fact, baseline, paired)
    kind = {"label": wording.metric(name), "unit": fact["unit"], "higher": higher, "words": comparison.words(name, higher)}
    estimate = "estimate" in (fact["provenance"], baseline.get("provenance"))
    put(kind=kind, fact=fact, baseline=baseline, paired=paired, estimate=estimate)
    found = SCRIPTS.get("comparison.compare(kind, fact, baseline, paired, estimate)")
    assert (found["change"], found["ends"], found["tone"]) == (expected.change, expected.ends, expected.tone)


@settings(max_examples=300)
@given(pairs())
def test_a_fact_is_told_with_its_interval_as_python_tells_it(pair):
    _, fact, _, _ = pair
    put(fact=fact, estimate=fact["provenance"] == "estimate")
    assert SCRIPTS.get("comparison.figure(fact, fact.unit, estimate)") == wording.with_interval(fact)
