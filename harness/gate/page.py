"""The verdict as one page that opens offline: no script, and every block's ratio drawn beside what follows from it."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.resources import files

from markupsafe import Markup

from harness.gate import drawing, telling
from harness.gate.samples import Arm, Samples
from harness.gate.verdict import Verdict
from harness.report import offline, surroundings


def render(verdict: Verdict, samples: Samples) -> str:
    """Return the page."""
    told = telling.cases(verdict)
    return (
        offline.environment()
        .from_string(_own("gate.html"))
        .render(
            verdict=verdict,
            samples=samples,
            telling=telling,
            drawing=drawing,
            because=telling.because(verdict, samples),
            cases=[(name, [(row, drawing.strip(samples, row.judgement)) for row in rows]) for name, rows in told],
            how=list(_how(verdict, samples)),
            arms=[("candidate", _about(samples.arms.candidate)), ("baseline", _about(samples.arms.baseline))],
            surroundings=surroundings.environment({"environment": samples.environment.model_dump()}),
            policy=offline.policy({}),
            style=Markup(offline.template("page.css") + _own("gate.css")),  # noqa: S704 - our own files
            scripts=[],
        )
    )


def _how(verdict: Verdict, samples: Samples) -> Iterator[tuple[str, str]]:
    """Give what the verdict rests on, and how it can be had again."""
    plan = samples.plan
    if verdict.looks:
        yield "measured", telling.blocks(verdict, samples)
    yield "processes", telling.machine(samples)
    yield "called regressed by chance", f"anything that is within its tolerance: at most one run in {1 / plan.alpha:,.0f}"
    yield "let pass by chance", f"a metric that is worse by what is to be caught: at most one in {1 / plan.beta:,.0f}"
    if samples.reproduce:
        yield "again", samples.reproduce


def _about(arm: Arm) -> list[tuple[str, object]]:
    yes = {True: "yes", False: "no"}
    told = ((name.replace("_", " "), yes[value] if isinstance(value, bool) else value) for name, value in arm.about.items())
    return [("name", arm.label), *told]


def _own(name: str) -> str:
    return files("harness.gate").joinpath("templates", name).read_text(encoding="utf-8")
