"""``harness report`` of several suites or reports: read or made, put side by side, written."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from harness.cli.opening import opened, status, telling_errors

FOLDER_AT_MOST = 100


def are_meant(what: Sequence[Path]) -> bool:
    """Return whether what was named is to be compared: several things, or one that is a report already."""
    from harness.compare import sides

    return len(what) > 1 or sides.is_facts(what[0])


def report(
    what: Sequence[Path], results: Path, reports: Path, store: str | None, light: bool, only_one: Sequence[str]
) -> tuple[Path, dict[str, Any], int]:
    """Write the comparison of ``what``; return its page, what it tells, and the exit status.

    ``only_one`` are options that were asked for and only the report of one suite can have.
    """
    from harness import report as reporting
    from harness.compare import sides
    from harness.compare.across import across
    from harness.errors import InputError

    with telling_errors():
        if len(what) < 2:
            raise InputError(f"{what[0]} is a report already", "name a second one, or a suite, to put beside it")
        if only_one:
            raise InputError(f"{' and '.join(only_one)}: of one suite alone", "leave it out, or name one suite")
        answers = [_answer(path, results, store) for path in what]
        names = sides.named(answers, what)
        told = across(answers, names)
        page = reporting.write_sides(told, reports / _folder(names), light)
    return page, told, max(map(status, answers))


def _folder(names: Sequence[str]) -> str:
    """Return the name of a comparison's folder; one that is cut ends in a digest, so that no other comparison has it."""
    from harness.keys import digest

    whole = "-".join(["sides", *(re.sub(r"[^\w.]+", "_", name) for name in names)])
    return whole if len(whole) <= FOLDER_AT_MOST else f"{whole[:FOLDER_AT_MOST]}-{digest(list(names))[:8]}"


def _answer(path: Path, results: Path, store: str | None) -> dict[str, Any]:
    """Return the answer of a report, or what the store says of a suite."""
    from harness import pipeline
    from harness.compare import sides

    if sides.is_facts(path):
        return sides.read(path)
    with opened(path, results, store) as setting:
        return sides.checked(pipeline.recommend_now(setting))
