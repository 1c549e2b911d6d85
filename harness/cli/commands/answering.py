"""What to deploy: search and measure, tell from what is stored, write the report."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from harness.cli.commands import sides
from harness.cli.commands.spaces import check
from harness.cli.opening import AsJson, ProfileName, Reports, Results, StoreUrl, SuiteFile, opened, status, telling_errors


def run(
    suite: SuiteFile,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="show the space and what it would cost; the same as check")] = False,
    retry_failed: Annotated[bool, typer.Option("--retry-failed", help="try candidates again that failed before")] = False,
    results: Results = Path("results"),
    reports: Reports = Path("reports"),
    store: StoreUrl = None,
    json: AsJson = False,
) -> None:
    """Search the suite's space, measure what is not known, recommend and report, also while it goes on. Resumes by itself."""
    if dry_run:
        return check(suite, results, store, json)
    from harness import pipeline
    from harness.cli import answers, display, show

    with opened(suite, results, store, measures=True) as setting:
        written = _writer(suite, reports)
        if retry_failed:
            pipeline.forget_failures(setting)
        with display.observer() as observer:
            answer = pipeline.run(setting, observer, written)
        page = written(answer)
    if json:
        show.json(answer)
    else:
        answers.show(answer)
        show.written(page)
    raise typer.Exit(status(answer))


def recommend(
    suite: SuiteFile,
    profile: ProfileName = None,
    results: Results = Path("results"),
    store: StoreUrl = None,
    json: AsJson = False,
) -> None:
    """Tell what to deploy, from what is stored; measures nothing. Works while a run goes on."""
    from harness import pipeline
    from harness.cli import answers, show

    with opened(suite, results, store) as setting:
        answer = pipeline.recommend_now(setting, profile)
    if json:
        show.json(answer)
    else:
        answers.show(answer)
    raise typer.Exit(status(answer))


def report(
    what: Annotated[
        list[Path],
        typer.Argument(
            metavar="SUITE", help="a suite file; of several, or of reports (their folder or facts.json), a comparison"
        ),
    ],
    open_page: Annotated[bool, typer.Option("--open", help="open the page in a browser")] = False,
    images: Annotated[bool, typer.Option("--images", help="also write figures as PNG and SVG; needs Chrome or Chromium")] = False,
    parquet: Annotated[bool, typer.Option("--parquet", help="also write facts.parquet; needs pyarrow")] = False,
    light: Annotated[bool, typer.Option("--light", help="a small page that needs plotly.min.js beside it")] = False,
    results: Results = Path("results"),
    reports: Reports = Path("reports"),
    store: StoreUrl = None,
    json: AsJson = False,
) -> None:
    """Write the report of what is stored: reports/SUITE/index.html, report.md, facts.json and facts.csv.

    Several suites, or reports by their folder or facts.json, are put side by side: reports/sides-A-B/index.html and report.md.
    """
    from harness import pipeline
    from harness import report as reporting
    from harness.cli import show

    if sides.are_meant(what):
        only_one = [option for option, is_asked in (("--images", images), ("--parquet", parquet)) if is_asked]
        page, told, ends = sides.report(what, results, reports, store, light, only_one)
        return _told_sides(page, told, ends, open_page, json)
    suite = what[0]
    with opened(suite, results, store) as setting:
        answer = pipeline.recommend_now(setting)
        page = _writer(suite, reports, light)(answer)
    with telling_errors():
        also = [reporting.write_parquet(answer, page.parent)] if parquet else []
        also += [reporting.write_figures(answer, page.parent)] if images else []
    if json:
        show.json({"report": str(page), "suite": answer["suite"], "also": [str(path) for path in also]})
    else:
        show.written(page, also)
    if open_page:
        typer.launch(page.resolve().as_uri())
    raise typer.Exit(status(answer))


def _told_sides(page: Path, told: dict[str, Any], ends: int, open_page: bool, json: bool) -> None:
    from harness.cli import show
    from harness.cli import sides as printing

    if json:
        show.json(told | {"report": str(page)})
    else:
        printing.show(told)
        show.written(page)
    if open_page:
        typer.launch(page.resolve().as_uri())
    raise typer.Exit(ends)


def _writer(suite: Path, reports: Path, light: bool = False) -> Callable[[Mapping[str, Any]], Path]:
    """Return what writes the report of an answer, with the suite's text as it is now, and returns its page."""
    from harness import report as reporting

    text = suite.read_text(encoding="utf-8")
    return lambda answer: reporting.write(answer, text, reports / str(answer["suite"]), light)
