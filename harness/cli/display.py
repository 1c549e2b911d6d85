"""How a run looks while it goes on: a live display on a terminal, plain lines elsewhere. On standard error."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console, Group
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from harness import units
from harness.evaluate import Evaluation
from harness.metrics import QUALITIES
from harness.running.progress import Observer, Status

RECENT = 6
HOW_FAR = re.compile(r"(?P<done>\d+)/(?P<of>\d+)$")


@contextmanager
def observer() -> Iterator[Observer]:
    """Give the observer that suits where standard error goes."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield Lines(console)
        return
    screen = Screen()
    with Live(screen, console=console, refresh_per_second=4, transient=True):
        yield screen


class Lines:
    """One line per candidate and per stage that takes long."""

    def __init__(self, console: Console) -> None:
        self.console = console
        self.start = time.monotonic()
        self.last = ("", "")

    def began(self, suite: str, planned: int, algorithm: str) -> None:
        """Say what begins."""
        self._print(f"{suite}: up to {planned} candidates, {algorithm}")

    def stage(self, candidate: str, text: str) -> None:
        """Say which stage begins; steps within one are left out."""
        stage = text.partition(" ")[0]
        if (candidate, stage) != self.last and stage != "measuring":
            self._print(f"  {candidate}: {text}")
        self.last = (candidate, stage)

    def evaluated(self, evaluation: Evaluation) -> None:
        """Say what became of a candidate."""
        self._print(f"{evaluation.candidate.label}: {outcome(evaluation)}")

    def progressed(self, status: Status) -> None:
        """Say, every ten candidates, how far the run is."""
        if status.tried % 10 == 0:
            left = f", about {units.show_duration(max(0, status.left))} left" if status.left is not None else ""
            self._print(f"{status.tried} of {status.planned} candidates{left}")

    def _print(self, text: str) -> None:
        at = time.monotonic() - self.start
        self.console.print(f"{at:6.1f} s  {text}", markup=False, highlight=False, soft_wrap=True)


class Screen:
    """The live display: progress, the candidate in work, the latest ones, the best per profile."""

    def __init__(self) -> None:
        self.title = ""
        self.now: Group | Text = Text("▸ starting")
        self.status: Status | None = None
        self.recent: list[tuple[str, str, str]] = []
        self.planned = 0
        self.start = time.monotonic()

    def began(self, suite: str, planned: int, algorithm: str) -> None:
        """Show what begins."""
        self.title, self.planned = f"{suite} · {algorithm}", planned

    def stage(self, candidate: str, text: str) -> None:
        """Show which stage of which candidate is in work."""
        whose, bar = Text.assemble("▸ ", (candidate, "bold")), _bar(text)
        self.now = Group(whose, bar) if bar else Text.assemble(whose, "  ", (text, "cyan"))

    def evaluated(self, evaluation: Evaluation) -> None:
        """Show what became of a candidate."""
        style = "red" if evaluation.failure else ""
        self.recent = [*self.recent, (evaluation.candidate.label, outcome(evaluation), style)][-RECENT:]

    def progressed(self, status: Status) -> None:
        """Show how far the run is."""
        self.status = status

    def __rich__(self) -> Group:
        """Return the display as it is now."""
        return Group(self._head(), self._bar(), Text(""), self._latest(), self.now, Text(""), self._best())

    def _head(self) -> Text:
        status = self.status
        if status is None:
            return Text.assemble((self.title, "bold"), f"  {units.show_duration(time.monotonic() - self.start)}")
        left = f", about {units.show_duration(max(0, status.left))} left" if status.left is not None else ""
        failed = f", {status.failed} failed" if status.failed else ""
        return Text.assemble(
            (self.title, "bold"),
            f"  {status.tried} of {status.planned} candidates{failed} · {status.measured} facts measured, {status.reused} reused"
            f" · {units.show_duration(time.monotonic() - self.start)}{left}",
        )

    def _bar(self) -> ProgressBar:
        return ProgressBar(total=max(1, self.planned), completed=self.status.tried if self.status else 0, width=72)

    def _latest(self) -> Table:
        table = Table.grid(padding=(0, 2))
        for label, text, style in self.recent:
            table.add_row(Text(label, style=style or "dim"), Text(text, style=style))
        return table

    def _best(self) -> Table:
        table = Table.grid(padding=(0, 2))
        for name, best in (self.status.best if self.status else {}).items():
            told = f"{best.utility:.3f}" if best.feasible and best.utility is not None else "nothing feasible yet"
            table.add_row(
                Text(name, style="bold"), Text(told, style="green" if best.feasible else "yellow"), best.candidate or ""
            )
        return table


def _bar(text: str) -> Table | None:
    """Return a bar behind a text that tells how far it is, as ``training 20/150`` does; None for another text."""
    far = HOW_FAR.search(text)
    if far is None:
        return None
    row = Table.grid(padding=(0, 2))
    row.add_row(Text(f"  {text}", style="cyan"), ProgressBar(total=int(far["of"]), completed=int(far["done"]), width=40))
    return row


def outcome(evaluation: Evaluation) -> str:
    """Return what became of a candidate, in a line."""
    failure, facts = evaluation.failure, evaluation.facts
    if failure:
        return f"{failure.kind} at {failure.stage}: {failure.message.splitlines()[0][:160]}"
    if evaluation.ended:
        return f"ended: {evaluation.ended}"
    names = ("latency_p50", "throughput", *QUALITIES, "memory_peak")
    shown = "  ".join(f"{name} {units.show(facts[name].value, facts[name].unit)}" for name in names if name in facts)
    return shown + ("" if evaluation.measured else "  (all known)")
