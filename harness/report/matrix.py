"""What became of every combination, as Markdown: a table per runtime, passes down and models across, with numbered reasons."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from harness.report import surroundings, wording
from harness.report.markdown import code, plain

SIGNS: Final = {"measured": "✓", "ruled_out": "–", "failed": "✗", "not_tried": "·"}
LONGEST_REASON: Final = 220


def render(told: Mapping[str, Any]) -> str:
    """Return the tables of a matrix (``harness.matrix``), and the reasons its cells refer to."""
    found = reasons(told["cells"])
    lines = [line for runtime in told["runtimes"] for line in _table(runtime, told, found)]
    return "\n".join((*_heading(told), *lines, *_listed(found))) + "\n"


def _heading(told: Mapping[str, Any]) -> list[str]:
    counts = wording.listed([f"{count} {what}" for what, count in counted(told["cells"]).items() if count])
    batches = wording.listed([str(size) for size in told["batch_sizes"]])
    return [
        f"# {plain(told['suite'])}: what works",
        "",
        f"By `harness matrix`, on {plain(surroundings.machine(told))}, batch {batches}: {counts}.",
        "",
        "✓ measured, with how many times as fast as the same model uncompressed on the same runtime it was (≈: no difference "
        "that is sure; no figure: something disturbed the timing); – ruled out before anything is done; ✗ failed; · not tried. "
        "Numbers lead to the reasons below the tables.",
        "",
    ]


def counted(cells: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    """Return how many combinations there are of each outcome, in words."""
    return {outcome.replace("_", " "): sum(cell["outcome"] == outcome for cell in cells) for outcome in SIGNS}


def reasons(cells: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    """Return the number of each reason, in the order in which the cells tell them."""
    return {why: number for number, why in enumerate(dict.fromkeys(cell["why"] for cell in cells if cell["why"]), 1)}


def _table(runtime: str, told: Mapping[str, Any], numbers: Mapping[str, int]) -> list[str]:
    cells = {(cell["chain"], cell["model"]): cell for cell in told["cells"] if cell["runtime"] == runtime}
    return [
        f"## {plain(runtime)}",
        "",
        f"| passes | {' | '.join(code(model) for model in told['models'])} |",
        "|---|" + "---|" * len(told["models"]),
        *(
            f"| {code(chain)} | {' | '.join(_shown(cells[chain, model], numbers) for model in told['models'])} |"
            for chain in told["chains"]
        ),
        "",
    ]


def _shown(cell: Mapping[str, Any], numbers: Mapping[str, int]) -> str:
    sign = SIGNS[cell["outcome"]]
    if cell["why"]:
        return f"{sign} {numbers[cell['why']]}"
    return f"{sign} {times(cell['speed'])}" if cell.get("speed") else sign


def times(speed: Mapping[str, float]) -> str:
    """Return a speed as ``2.6×``, with two digits that count; as ``≈`` where its interval holds 1."""
    ratio = speed["value"]
    if speed["low"] <= 1 <= speed["high"]:
        return "≈"
    return f"{ratio:.2f}×" if ratio < 1 else f"{ratio:.1f}×" if ratio < 99.5 else f"{ratio:,.0f}×"


def _listed(numbers: Mapping[str, int]) -> list[str]:
    if not numbers:
        return []
    return ["## Reasons", "", *(f"{number}. {plain(why[:LONGEST_REASON])}" for why, number in numbers.items())]
