"""How a gate's verdict looks in a terminal."""

from __future__ import annotations

import time
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from types import MappingProxyType
from typing import Final

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from harness.cli import show as printing
from harness.cli.paragraphs import paragraph
from harness.cli.show import columns, out
from harness.errors import HarnessError, NoBaselineError
from harness.gate import telling
from harness.gate.samples import Samples
from harness.gate.verdict import Verdict

NO_BASELINE, NOT_MEASURED = 4, 5

STYLES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "failed": "red",
        "regressed": "red",
        "missing": "red",
        "void": "yellow",
        "refused": "yellow",
        "continue": "yellow",
        "inconclusive": "yellow",
        "improved": "green",
    }
)


@contextmanager
def answering() -> Iterator[None]:
    """End as what could not be measured does where nobody foresaw why: Python's own status would say that something regressed."""
    try:
        yield
    except NoBaselineError as error:
        printing.error(error)
        raise typer.Exit(NO_BASELINE) from None
    except (HarnessError, typer.Exit):
        raise
    except OSError as error:
        printing.error(HarnessError(f"not measured: {error.filename or 'the system'}: {error.strerror or error}"))
        raise typer.Exit(NOT_MEASURED) from None
    except Exception as error:
        traceback.print_exc()
        printing.error(HarnessError(f"not measured: {type(error).__name__}: {error}"))
        raise typer.Exit(NOT_MEASURED) from None


@contextmanager
def progress() -> Iterator[Callable[[str, str], None]]:
    """Give what tells how far a gate is: in one line that changes on a terminal, elsewhere a line now and then."""
    console = Console(stderr=True, highlight=False)
    if not console.is_terminal:
        yield _Lines(console).say
        return
    with console.status("", refresh_per_second=2) as status:  # often would disturb what is timed
        yield lambda case, text: status.update(Text.assemble((case, "bold"), f"  {text}"))


class _Lines:
    """A line for each thing that is begun; of blocks, every tenth."""

    def __init__(self, console: Console) -> None:
        self.console, self.start, self.blocks = console, time.monotonic(), 0

    def say(self, case: str, text: str) -> None:
        """Say what is begun for a case."""
        is_block = text.startswith("block ")
        self.blocks = self.blocks + 1 if is_block else 0
        if self.blocks % 10 <= 1 and not (is_block and self.blocks % 10 == 0):
            self.console.print(f"{time.monotonic() - self.start:6.1f} s  {case}: {text}", markup=False, soft_wrap=True)


def show(verdict: Verdict, samples: Samples) -> None:
    """Print the verdict: a line, the arms, a table per case, and where it was measured."""
    console = out()
    style = f"bold {STYLES.get(verdict.verdict, 'green')}"
    console.print(Text.assemble((verdict.verdict, style), f": {telling.because(verdict, samples)}"), soft_wrap=True)
    console.print(Text(f"{samples.arms.candidate.label} against {samples.arms.baseline.label}"), soft_wrap=True)
    for told in samples.remarks:
        paragraph(console, Text(told, style="dim"))
    for case, rows in telling.cases(verdict):
        console.print()
        console.print(Text(case, style="bold"), soft_wrap=True)
        console.print(_table(rows))
    console.print()
    for told in (*map(telling.failure, samples.broken), *(f"control: {telling.bias(one)}" for one in verdict.biases)):
        console.print(Text(told), soft_wrap=True)
    for told in filter(None, (telling.blocks(verdict, samples), telling.machine(samples))):
        console.print(Text(told, style="dim"), soft_wrap=True)


def _table(rows: Sequence[telling.Row]) -> Table:
    table = columns("  metric", "baseline", "candidate", "change")
    table.add_column("verdict", min_width=12)
    for row in rows:
        gates = row.judgement.gates
        said = Text(row.judgement.verdict, style=STYLES.get(row.judgement.verdict, "") if gates else "")
        outcome = said + Text(f", {row.note}" if row.note else "", style="dim")
        table.add_row(f"  {row.metric}", row.baseline, row.candidate, row.change, outcome, style="" if gates else "dim")
    return table
