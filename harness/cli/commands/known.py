"""Facts that are known already: tables that others published, searches over them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from harness.cli.opening import AsJson, Reports, Results, StoreUrl, opened, store_url, telling_errors


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

    with telling_errors():
        tables = published.read_all(source, files)
        with Store(store_url(results, store)) as opened:
            told = published.take_in(opened, tables)
    if json:
        show.json(told)
    else:
        printing.imported(told)


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

    with telling_errors(), printing.doing() as say:
        require(algorithm)
        wish = imported.Wish(benchmark, accuracy, tuple(prior or ()), all_tags)
        if stores.is_store(what):
            problems, name = imported.problems(stores.imported(what), wish), Path(what).stem
        else:
            wish.require_none()
            with opened(Path(what), results, store) as setting:
                problems, name = [suite.problem(setting, lambda model, text: say(f"{model}: {text}"))], setting.suite.name
        found = [compare(one, algorithm, trials or one.suite.search.trials, range(seeds), settle, say) for one in problems]
        page = reporting.write_replay(found, reports / f"replay-{name}.html")
    if json:
        show.json({"problems": found, "report": str(page)})
    else:
        printing.replayed(found)
        show.written(page)
