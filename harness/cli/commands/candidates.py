"""One candidate, or two: tell everything about it, compare it, hand it over, explain what it costs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from harness.cli.opening import LABEL, NO, UNKNOWN, AsJson, CandidateLabel, Results, StoreUrl, SuiteFile, opened

if TYPE_CHECKING:
    from harness.ledger import Known


def show(
    suite: SuiteFile,
    candidate: CandidateLabel,
    results: Results = Path("results"),
    store: StoreUrl = None,
    json: AsJson = False,
) -> None:
    """Tell everything about one candidate: its facts, how it does for each profile and why it lost, what it is made of."""
    from harness import pipeline
    from harness.answer.evidence import Evidence
    from harness.cli import dossier as printing
    from harness.cli import show
    from harness.compare.dossier import dossier

    with opened(suite, results, store) as setting:
        known = setting.known()
        one = known[setting.space.find(candidate).label]
        runs = {number: setting.store.run(number) for number in one.runs}
        behaviour = Evidence(setting.store).behaviour(one, known.get(setting.suite.baseline.label), setting.suite)
        told = dossier(pipeline.recommend_now(setting), one, runs, behaviour)
    if json:
        show.json(told)
    else:
        printing.show(told)
    if not told["facts"] and not told["failure"]:
        raise typer.Exit(UNKNOWN)


def compare(
    suite: SuiteFile,
    one: Annotated[str, typer.Argument(metavar="A", help=LABEL)],
    other: Annotated[str, typer.Argument(metavar="B", help=LABEL)],
    results: Results = Path("results"),
    store: StoreUrl = None,
    json: AsJson = False,
) -> None:
    """Show two candidates side by side: how much every metric differs, and which differences are beyond noise."""
    from harness import pipeline
    from harness.answer.evidence import Evidence
    from harness.cli import contrast as printing
    from harness.cli import show
    from harness.compare.contrast import contrast

    with opened(suite, results, store) as setting:
        known = setting.known()
        first, second = (setting.space.find(wanted).label for wanted in (one, other))
        _require_facts(known[first])
        _require_facts(known[second])
        told = contrast(pipeline.recommend_now(setting), known, first, second, Evidence(setting.store))
    if json:
        show.json(told)
    else:
        printing.show(told)


def _require_facts(one: Known) -> None:
    """End the command where there is nothing to compare a candidate by."""
    from harness.cli import show
    from harness.errors import HarnessError

    if one.failure or not one.complete:
        what = f"failed ({one.failure.kind})" if one.failure else "is not measured in full"
        show.error(HarnessError(f"{one.candidate.label} {what}", "harness show tells more"))
        raise typer.Exit(NO if one.failure else UNKNOWN)


def export(
    suite: SuiteFile,
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="folder to write; empty or not there")],
    profile: Annotated[str | None, typer.Option("--profile", help="what is recommended for this profile")] = None,
    candidate: Annotated[str | None, typer.Option("--candidate", metavar="LABEL", help=f"this one instead: {LABEL}")] = None,
    force: Annotated[bool, typer.Option("--force", help="write over files of the same names")] = False,
    results: Results = Path("results"),
    store: StoreUrl = None,
    json: AsJson = False,
) -> None:
    """Write what is to be deployed: the artifact as it was measured, its facts, its pre-processing as data, and a loader."""
    from harness import handover
    from harness.cli import handover as printing
    from harness.cli import show
    from harness.errors import HarnessError, JobError

    with opened(suite, results, store) as setting:
        chosen = handover.choose(setting, profile, candidate)
        if isinstance(chosen, handover.Refusal):
            show.error(HarnessError(chosen.message, chosen.hint))
            raise typer.Exit(NO if chosen.known else UNKNOWN)
        try:
            files = handover.write(setting, chosen, suite, folder, force)
        except JobError as error:
            show.error(HarnessError(f"{chosen.label} does not answer any more: {error.message}"))
            raise typer.Exit(UNKNOWN) from None
    told = {"candidate": chosen.label, "profile": chosen.profile, "folder": str(folder), "files": files}
    if json:
        show.json(told)
    else:
        printing.exported(told)


def explain_cost(
    suite: SuiteFile,
    candidate: CandidateLabel,
    results: Results = Path("results"),
    store: StoreUrl = None,
    json: AsJson = False,
) -> None:
    """Tell where the time of a candidate's query goes, operator by operator, and why it is not faster than its parent."""
    from harness import cost
    from harness.cli import cost as costs
    from harness.cli import show

    with opened(suite, results, store, measures=True) as setting:
        told = cost.explain(setting, candidate, show.doing)
    if json:
        show.json(told)
    else:
        costs.show(told)
