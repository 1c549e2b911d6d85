"""The commands. Each reads its arguments, calls a few steps of the pipeline, shows what they return, and exits.

Exit status: 0 yes, 1 no (nothing feasible), 2 wrong question, 3 not known, 130 interrupted.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from harness.pipeline import Setting

YES, NO, WRONG, UNKNOWN, INTERRUPTED = 0, 1, 2, 3, 130

SuiteFile = Annotated[Path, typer.Argument(metavar="SUITE", help="a suite file, like suites/quickstart.yaml")]
AsJson = Annotated[bool, typer.Option("--json", help="print JSON on standard output, in SI units")]
Results = Annotated[Path, typer.Option(help="folder of artifacts, caches and, by default, the result store")]
StoreUrl = Annotated[
    str | None, typer.Option("--store", envvar="HARNESS_STORE", help="SQLAlchemy URL; default: harness.db in the results folder")
]
ProfileName = Annotated[str | None, typer.Option("--profile", help="only this profile")]
Reports = Annotated[Path, typer.Option(help="folder of the reports")]

app = typer.Typer(
    name="harness",
    help="Benchmark model architectures and compression on this hardware, and choose the one to deploy.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


@app.command()
def run(
    suite: SuiteFile,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="show the space and what it would cost; the same as check")] = False,
    retry_failed: Annotated[bool, typer.Option("--retry-failed", help="try candidates again that failed before")] = False,
    results: Results = Path("results"),
    reports: Reports = Path("reports"),
    store: StoreUrl = None,
    json: AsJson = False,
) -> None:
    """Search the suite's space, measure what is not known, recommend and report. Resumes by itself."""
    if dry_run:
        return check(suite, results, store, json)
    from harness import pipeline
    from harness.cli import answers, display, show

    with _setting(suite, results, store) as setting:
        if retry_failed:
            pipeline.forget_failures(setting)
        with display.observer() as observer:
            answer = pipeline.run(setting, observer)
        page = _write_report(answer, suite, reports)
    if json:
        show.json(answer)
    else:
        answers.show(answer)
        show.written(page)
    raise typer.Exit(_status(answer))


@app.command()
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

    with _setting(suite, results, store) as setting:
        answer = pipeline.recommend_now(setting, profile)
    if json:
        show.json(answer)
    else:
        answers.show(answer)
    raise typer.Exit(_status(answer))


@app.command()
def report(
    suite: SuiteFile,
    open_page: Annotated[bool, typer.Option("--open", help="open the page in a browser")] = False,
    results: Results = Path("results"),
    reports: Reports = Path("reports"),
    store: StoreUrl = None,
    json: AsJson = False,
) -> None:
    """Write the report of what is stored: reports/SUITE/index.html, report.md and facts.json."""
    from harness import pipeline
    from harness.cli import show

    with _setting(suite, results, store) as setting:
        answer = pipeline.recommend_now(setting)
    page = _write_report(answer, suite, reports)
    if json:
        show.json({"report": str(page), "suite": answer["suite"]})
    else:
        show.written(page)
    if open_page:
        typer.launch(page.resolve().as_uri())
    raise typer.Exit(_status(answer))


@app.command()
def export(
    suite: SuiteFile,
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="folder to write; empty or not there")],
    profile: Annotated[str | None, typer.Option("--profile", help="what is recommended for this profile")] = None,
    candidate: Annotated[
        str | None, typer.Option("--candidate", metavar="LABEL", help="this one instead, as `harness recommend` prints it")
    ] = None,
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

    with _setting(suite, results, store) as setting:
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


@app.command("explain-cost")
def explain_cost(
    suite: SuiteFile,
    candidate: Annotated[str, typer.Argument(metavar="CANDIDATE", help="a label, as `harness recommend` prints it")],
    results: Results = Path("results"),
    store: StoreUrl = None,
    json: AsJson = False,
) -> None:
    """Tell where the time of a candidate's query goes, operator by operator, and why it is not faster than its parent."""
    from harness import cost
    from harness.cli import cost as costs
    from harness.cli import show

    with _setting(suite, results, store) as setting:
        told = cost.explain(setting, candidate, show.doing)
    if json:
        show.json(told)
    else:
        costs.show(told)


@app.command()
def check(suite: SuiteFile, results: Results = Path("results"), store: StoreUrl = None, json: AsJson = False) -> None:
    """Validate a suite and show its space: axes, combinations, distinct facts, a time estimate."""
    from harness import outlook
    from harness.cli import show

    with _setting(suite, results, store) as setting:
        found = outlook.look(setting)
    if json:
        show.json(found)
    else:
        show.outlook(found)


@app.command()
def matrix(
    suite: SuiteFile,
    markdown: Annotated[Path | None, typer.Option(help="write it into this file, as Markdown tables")] = None,
    results: Results = Path("results"),
    store: StoreUrl = None,
    json: AsJson = False,
) -> None:
    """Tell what became of every model with every chain on every runtime: measured, ruled out, or failed, and why."""
    from harness import matrix as combinations
    from harness.cli import show, tables

    with _setting(suite, results, store) as setting:
        found = combinations.matrix(setting)
        if markdown:
            from harness.report.matrix import render

            markdown.write_text(render(found), encoding="utf-8")
    if json:
        show.json(found)
    elif not markdown:
        tables.matrix(found)


@app.command("import")
def import_tables(
    source: Annotated[str, typer.Argument(metavar="SOURCE", help="timm: results tables of pytorch-image-models")],
    files: Annotated[list[Path], typer.Argument(metavar="FILES", help="results-….csv and benchmark-….csv")],
    results: Results = Path("results"),
    store: StoreUrl = None,
    json: AsJson = False,
) -> None:
    """Read tables that others published into the store, as facts of their machine, and tell what joins with what."""
    from harness import published
    from harness.cli import published as printing
    from harness.cli import show
    from harness.store import Store

    with _told():
        tables = published.read_all(source, files)
        with Store(store or f"sqlite:///{results.resolve() / 'harness.db'}") as opened:
            told = published.take_in(opened, tables)
    if json:
        show.json(told)
    else:
        printing.imported(told)


@app.command()
def replay(
    what: Annotated[str, typer.Argument(metavar="SUITE|STORE", help="a measured suite, or a store with imported tables")],
    algorithm: Annotated[
        list[str], typer.Option("--algorithm", metavar="A", help="one of a suite's search algorithms; may be given again")
    ] = ["guided", "random", "nsga2", "tpe"],  # noqa: B006 (typer copies it)
    trials: Annotated[int | None, typer.Option(min=1, help="evaluations of each; default: the suite's, of a table 50")] = None,
    seeds: Annotated[int, typer.Option(min=1, help="searches of each algorithm")] = 10,
    settle: Annotated[bool, typer.Option("--settle", help="let guided stop where it expects next to nothing more")] = False,
    benchmark: Annotated[str | None, typer.Option(metavar="NAME", help="of a store: only this benchmark")] = None,
    accuracy: Annotated[str | None, typer.Option(metavar="NAME", help="of a store: only this accuracy table")] = None,
    prior: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="of a store: a table that is known beforehand, or none; default: other accuracies"),
    ] = None,
    all_tags: Annotated[bool, typer.Option("--all-tags", help="of a store: all weights of a model, not the best alone")] = False,
    results: Results = Path("results"),
    reports: Reports = Path("reports"),
    store: StoreUrl = None,
    json: AsJson = False,
) -> None:
    """Run searches over facts that are known, measuring nothing: fewer evaluations may have been enough."""
    from harness import report as reporting
    from harness.cli import replay as printing
    from harness.cli import show
    from harness.replay import imported, stores, suite
    from harness.replay.comparing import compare, require

    with _told(), printing.doing() as say:
        require(algorithm)
        wish = imported.Wish(benchmark, accuracy, tuple(prior or ()), all_tags)
        if stores.is_store(what):
            problems, name = imported.problems(stores.imported(what), wish), Path(what).stem
        else:
            wish.require_none()
            with _setting(Path(what), results, store) as setting:
                problems, name = [suite.problem(setting, lambda model, text: say(f"{model}: {text}"))], setting.suite.name
        found = [compare(one, algorithm, trials or one.suite.search.trials, range(seeds), settle, say) for one in problems]
        page = reporting.write_replay(found, reports / f"replay-{name}.html")
    if json:
        show.json({"problems": found, "report": str(page)})
    else:
        printing.replayed(found)
        show.written(page)


@app.command("list")
def list_parts(
    kind: Annotated[str | None, typer.Argument(help="models, passes, runtimes, datasets, scenarios, metrics or profiles")] = None,
    json: AsJson = False,
) -> None:
    """List the parts a suite can name, with their options, the metrics, and the ready-made profiles."""
    from harness import catalogue
    from harness.cli import show
    from harness.registry import Registry

    with _told():
        found = catalogue.listing(Registry.load(), kind)
    if json:
        show.json(found)
    else:
        show.catalogue(found)


@app.command()
def env(
    device: Annotated[str, typer.Option(help="cpu or cuda:N")] = "cpu",
    json: AsJson = False,
) -> None:
    """Show this machine, the versions, and what makes its timings untrustworthy, with advice."""
    from harness.cli import show
    from harness.measure import environment

    with _told():
        found = environment.read(device, Path.cwd())
        doubts = environment.untrustworthy(found)
    told: dict[str, Any] = found.model_dump(mode="json")
    told["doubts"] = [{"message": doubt.message, "advice": doubt.advice} for doubt in doubts]
    if json:
        show.json(told)
    else:
        show.environment(told)


@app.command()
def schema(json: AsJson = True) -> None:
    """Print the JSON schema of a suite file, for editors to complete and check it."""
    from harness import suitefile
    from harness.cli import show
    from harness.registry import Registry

    with _told():
        show.json(suitefile.schema(Registry.load()))


@app.callback(invoke_without_command=True)
def _main(
    context: typer.Context, version: Annotated[bool, typer.Option("--version", help="print the version and exit")] = False
) -> None:
    if version:
        from harness import __version__

        typer.echo(__version__)
        raise typer.Exit


@contextmanager
def _setting(suite: Path, results: Path, store: str | None) -> Iterator[Setting]:
    """Give a suite with its space, store and machine; what is wrong with any of them is told, and ends the command."""
    with _told():
        from harness import pipeline, suitefile
        from harness.registry import Registry
        from harness.store import Store

        registry = Registry.load()
        loaded = suitefile.load(suite, registry)
        root = results.resolve()
        with Store(store or f"sqlite:///{root / 'harness.db'}") as opened:
            yield pipeline.settle(loaded, registry, opened, root)


@contextmanager
def _told() -> Iterator[None]:
    """Turn errors into text and an exit status."""
    from harness.cli import show
    from harness.errors import HarnessError, SuiteError

    try:
        yield
    except SuiteError as error:
        show.mistakes(error)
        raise typer.Exit(WRONG) from None
    except HarnessError as error:
        show.error(error)
        raise typer.Exit(WRONG) from None
    except OSError as error:  # a folder that cannot be written, a full disk
        show.error(HarnessError(f"{error.filename or 'the system'}: {error.strerror or error}"))
        raise typer.Exit(WRONG) from None
    except KeyboardInterrupt:
        show.interrupted()
        raise typer.Exit(INTERRUPTED) from None


def _write_report(answer: dict[str, Any], suite: Path, reports: Path) -> Path:
    from harness import report as reporting

    with _told():
        return reporting.write(answer, suite.read_text(encoding="utf-8"), reports / str(answer["suite"]))


def _status(answer: dict[str, Any]) -> int:
    told = answer["profiles"].values()
    if any(one["candidate"] is None for one in told):
        return UNKNOWN
    return YES if all(one["feasible"] for one in told) else NO


def main() -> None:
    """Run the command line; a closed pipe (``harness … | head``) is no error."""
    try:
        app()
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        sys.exit(YES)
