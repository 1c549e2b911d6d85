"""What every command shares: its options, its exit status, and how a suite is opened or its mistakes are told."""

from __future__ import annotations

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
LABEL = "a label, or words that no other label holds"
CandidateLabel = Annotated[str, typer.Argument(metavar="CANDIDATE", help=LABEL)]


@contextmanager
def opened(suite: Path, results: Path, store: str | None, *, measures: bool = False) -> Iterator[Setting]:
    """Give a suite with its space, store and machine; what is wrong with any of them is told, and ends the command.

    A store that is not there is made by what ``measures``; to all else nothing is known.
    """
    with telling_errors():
        from harness import pipeline, suitefile
        from harness.registry import Registry
        from harness.store import Store

        registry = Registry.load()
        loaded = suitefile.load(suite, registry)
        url = store_url(results, store)
        with Store(url if measures else _there(url)) as kept:
            yield pipeline.settle(loaded, registry, kept, results.resolve())


def store_url(results: Path, store: str | None) -> str:
    """Return the URL of the store that is meant."""
    return store or f"sqlite:///{results.resolve() / 'harness.db'}"


def _there(url: str) -> str:
    """Return the URL of a store; where its file is not there, say so, and return that of an empty one in memory."""
    from harness.cli import show
    from harness.store import missing_file

    file = missing_file(url)
    if file is None:
        return url
    show.no_store(file)
    return "sqlite://"


@contextmanager
def telling_errors() -> Iterator[None]:
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


def status(answer: dict[str, Any]) -> int:
    """Return the exit status of an answer: whether every profile has a candidate, and a feasible one."""
    told = answer["profiles"].values()
    if any(one["candidate"] is None for one in told):
        return UNKNOWN
    return YES if all(one["feasible"] for one in told) else NO
