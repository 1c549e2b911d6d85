"""JUnit XML: a test case per metric, which fails where it fails the merge.

Consumers agree on no standard; this keeps to what all of them read: suites with counts, cases with ``failure``, ``error`` or
``skipped``, and ``properties`` (the schema of Jenkins' xUnit plug-in, junit-10.xsd).
"""

from __future__ import annotations

import re
from typing import Final
from xml.etree import ElementTree as ET

from harness.gate import telling
from harness.gate.samples import Samples
from harness.gate.verdict import Judgement, Verdict

KINDS: Final = ("failure", "error", "skipped")
OUTCOMES: Final = {"regressed": "failure", "missing": "failure", "void": "error", "refused": "error", "continue": "error"}

_NO_XML: Final = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 has no place for (section 2.2)."""


def render(verdict: Verdict, samples: Samples) -> str:
    """Return the document. Something in it failed or is in error exactly where the exit status is not 0."""
    root = ET.Element("testsuites", name="harness gate")
    if samples.broken or verdict.biases or samples.remarks:
        whole = _suite(root, "gate")
        for broken in samples.broken:
            _case(whole, "measuring", broken.case, "error", "failed", telling.failure(broken))
        for bias in verdict.biases:
            _case(whole, "control", bias.case, "error", "void", telling.bias(bias))
        if samples.remarks:
            ET.SubElement(whole, "system-out").text = _fit("\n".join(samples.remarks))
    for case, rows in telling.cases(verdict):
        suite = _suite(root, case)
        for row in rows:
            _metric(suite, row, samples)
    for element in (*root, root):
        _count(element)
    ET.indent(root)
    return f'<?xml version="1.0" encoding="utf-8"?>\n{ET.tostring(root, encoding="unicode")}\n'


def _metric(suite: ET.Element, row: telling.Row, samples: Samples) -> None:
    one = row.judgement
    told = f"{row.baseline} → {row.candidate}, {row.change}" + (f"; {row.note}" if row.note else "")
    case = _case(suite, one.metric, one.case, _outcome(one, samples), one.verdict, told)
    properties = ET.Element("properties")
    case.insert(0, properties)
    for name in ("verdict", "baseline", "candidate", "change", "low", "high"):
        if (value := getattr(one, name)) is not None:
            ET.SubElement(properties, "property", name=name, value=str(value))


def _outcome(one: Judgement, samples: Samples) -> str | None:
    """Return how a metric that does not simply pass is entered."""
    if not one.gates:
        return None
    if one.verdict == "inconclusive":
        return "failure" if samples.plan.on_inconclusive == "fail" else "skipped"
    return OUTCOMES.get(one.verdict)


def _suite(root: ET.Element, name: str) -> ET.Element:
    return ET.SubElement(root, "testsuite", name=_fit(name))


def _case(suite: ET.Element, name: str, case: str, outcome: str | None, verdict: str, told: str) -> ET.Element:
    element = ET.SubElement(suite, "testcase", classname=_fit(case), name=_fit(name))
    if outcome == "skipped":
        ET.SubElement(element, outcome, message=_fit(f"{verdict}: {told}"))
    elif outcome:
        ET.SubElement(element, outcome, type=verdict, message=_fit(f"{verdict}: {told}"))
    return element


def _count(element: ET.Element) -> None:
    element.set("tests", str(len(list(element.iter("testcase")))))
    for kind, attribute in zip(KINDS, ("failures", "errors", "skipped"), strict=True):
        element.set(attribute, str(len(list(element.iter(kind)))))


def _fit(text: str) -> str:
    return _NO_XML.sub("\N{REPLACEMENT CHARACTER}", text)
