"""A comparison of several answers as Markdown, for a pull request: what to deploy where, how alike they are, what changed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from harness.report import orders, sides, wording
from harness.report.markdown import code, plain

FOOTING: Final = (
    "Rank correlations are Kendall's tau-b with 95 % intervals; sure pairs are those whose intervals touch on neither side. "
    "Beyond noise is three standard errors and more. Facts that several candidates share are counted once."
)
MOST_FRONT: Final = 15
MOST_FIGURES: Final = 20


def render(told: Mapping[str, Any]) -> str:
    """Return the report of a comparison."""
    return "\n".join(_lines(told)) + "\n"


def _lines(told: Mapping[str, Any]) -> Iterator[str]:
    names = [one["name"] for one in told["sides"]]
    yield from (f"# {plain(sides.title(told))}: side by side", "")
    for name, about in sides.sides(told):
        yield f"- {code(name)}: {plain('; '.join(f'{key.lower()} {text}' for key, text in about))}"
    for profile in sides.profiles(told):
        yield from ("", f"## {plain(profile.name)}", "", plain(f"{profile.verdict} {profile.caution}"), "")
        yield from _table(["candidate", *names], [(code(row.candidate), *map(_cell, row.cells)) for row in profile.rows])
    for pair in orders.pairs(told):
        yield from ("", f"## {plain(pair.heading)}", "", plain(pair.about), "")
        heads = ["", "candidates", "median change", "quartiles", "beyond noise", "rank correlation", "sure pairs ordered alike"]
        yield from _table(heads, [tuple(plain(text) or "–" for text in _order(one)) for one in (*pair.orders, *pair.others)])
        if pair.changed:
            yield from _changed(pair.changed)
    yield from ("", "## Pareto fronts", "", plain(sides.on_fronts(told)), "")
    fronts = sides.fronts(told)
    yield from _table(["candidate", *names], [(code(row.candidate), *map(_cell, row.cells)) for row in fronts[:MOST_FRONT]])
    yield from _more(len(fronts) - MOST_FRONT, "candidate")
    yield from ("", FOOTING)


def _order(one: orders.Order) -> tuple[str, ...]:
    return one.label, one.candidates, one.change, one.spread, one.beyond, one.rank, one.sure


def _cell(cell: sides.Cell) -> str:
    return plain(f"{'★ ' if cell.star else ''}{cell.text}{f' ({cell.beside})' if cell.beside else ''}")


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    if rows:
        yield f"| {' | '.join(map(plain, heads))} |"
        yield "|---" * len(heads) + "|"
        yield from (f"| {' | '.join(row)} |" for row in rows)


def _changed(told: orders.Changed) -> Iterator[str]:
    yield ""
    yield from (f"- {plain(text)}" for text in (*told.recommendations, *told.versions, told.evaluated) if text)
    for candidate, metric, before, now, tone in told.figures[:MOST_FIGURES]:
        yield f"- {plain(metric)} of {code(candidate)}: {before} → {now} ({tone})"
    yield from _more(len(told.figures) - MOST_FIGURES, "figure")
    if not any((told.recommendations, told.versions, told.evaluated, told.figures)):
        yield "- Nothing changed beyond noise."


def _more(number: int, what: str) -> Iterator[str]:
    if number > 0:
        yield from ("", f"And {wording.count(number, f'more {what}')}.")
