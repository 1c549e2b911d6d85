"""How replayed searches look in a terminal: per problem, what each algorithm reached, and what it took."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from harness import units
from harness.cli.show import columns, out
from harness.report.wording import count, listed


@contextmanager
def doing() -> Iterator[Callable[[str], None]]:
    """Give what says which search goes on: in one line on a terminal, not at all elsewhere."""
    console = Console(stderr=True)
    with console.status("") as status:
        yield status.update


def replayed(told: Sequence[Mapping[str, Any]]) -> None:
    """Print what searches over known facts reached."""
    console = out()
    for one in told:
        console.print(_heading(one), soft_wrap=True)
        console.print(_reached(one))
        console.print(_regret(one))
        for line in _remarks(one):
            console.print(line, soft_wrap=True)
        console.print()
    console.print(Text(_legend(told[0]), style="dim"), soft_wrap=True)


def _heading(one: Mapping[str, Any]) -> Text:
    failing = f", {one['failing']:,} of them failing" if one["failing"] else ""
    known = f"; known beforehand: {listed(one['priors'])}" if one["priors"] else ""
    about = f"  {count(one['candidates'], 'candidate')}{failing}, {one['front']:,} on the front{known}"
    return Text.assemble((one["problem"], "bold"), (about, "dim"))


def _reached(one: Mapping[str, Any]) -> Table:
    first = next(iter(one["algorithms"].values()))
    after_each = (f"after {after['trials']}" for after in first["reached"])
    to_each = (f"to {100 * to['share']:.3g} %" for to in first["evaluations"])
    table = columns("hypervolume %", *after_each, "least", *to_each)
    for name, found in one["algorithms"].items():
        shares = [*(after["mean"] for after in found["reached"]), found["reached"][-1]["least"]]
        took = [_took(to, len(one["seeds"])) for to in found["evaluations"]]
        table.add_row(f"  {name}", *(f"{100 * share:.1f}" for share in shares), *took)
    return table


def _took(to: Mapping[str, Any], seeds: int) -> str:
    """Return how many evaluations a share took, or of how many searches it was reached."""
    if to["seeds"] == seeds:
        return f"{to['median']} ({to['worst']})"
    return f"{to['seeds']}/{seeds}" if to["seeds"] else "–"


def _regret(one: Mapping[str, Any]) -> Table:
    table = columns("regret at the end")
    first = next(iter(one["algorithms"].values()))
    for title in (*first["regret"], *(["failed"] if one["failing"] else []), "a proposal"):
        table.add_column(title, justify="right", overflow="fold")
    for name, found in one["algorithms"].items():
        regrets = [f"{each['mean']:.3f} ({each['worst']:.3f})" for each in found["regret"].values()]
        failed = [_percent(found["failing"])] if one["failing"] else []
        table.add_row(f"  {name}", *regrets, *failed, units.show(found["seconds"], units.SECOND))
    return table


def _remarks(one: Mapping[str, Any]) -> Iterator[Text]:
    for name, found in one["algorithms"].items():
        if found["twice"]:
            yield Text(f"{name} tried {count(found['twice'], 'candidate')} twice", style="red")
        if settled := found["settled"]:
            after = f"{settled['least']} to {settled['most']}, median {settled['median']}"
            seeds = f"{settled['seeds']} of {count(len(one['seeds']), 'seed')}"
            yield Text(f"{name} expected next to nothing more after {after} evaluations, with {seeds}", style="dim")


def _legend(one: Mapping[str, Any]) -> str:
    seeds = len(one["seeds"])
    return (
        f"Means over {count(seeds, 'seed')}, and the least at the end. Evaluations to a share: the median (the worst), or how "
        f"many of the {seeds} searches reached it. Regret: the best utility there is less the best found, mean (worst)."
    )


def _percent(share: float) -> str:
    return f"{100 * share:.3g} %"
