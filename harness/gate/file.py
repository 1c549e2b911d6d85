"""``gate.json``: samples with the verdict that follows from them, as one file that derives again to the same bytes."""

from __future__ import annotations

from typing import Any, Final, Literal

from pydantic import ValidationError

from harness.errors import InputError
from harness.gate.samples import Samples
from harness.gate.verdict import Verdict
from harness.spec import Value

SCHEMA_VERSION: Final = 1
HINT: Final = "take a gate.json as the gate wrote it"


class Record(Value):
    """The content of ``gate.json``. The verdict may be absent: it follows from the samples."""

    schema_version: Literal[1] = SCHEMA_VERSION
    verdict: Verdict | None = None
    samples: Samples


def read(content: bytes, name: str) -> Samples:
    """Return the samples in a file's content; raises InputError, with the first thing that is wrong and where."""
    try:
        return Record.model_validate_json(content).samples
    except ValidationError as error:
        raise InputError(mistake(error, name), HINT) from None


def mistake(error: ValidationError, name: str) -> str:
    """Return the first thing that is wrong in the file ``name``, and where, in one line."""
    first, *others = error.errors(include_url=False, include_input=False)
    place = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in first["loc"]).lstrip(".")
    more = f" (and {len(others)} more mistake{'s' if len(others) > 1 else ''})" if others else ""
    message = first["msg"].removeprefix("Value error, ")
    return f"{name}: {place}: {message}{more}" if place else f"{name}: {message}{more}"


def render(verdict: Verdict, samples: Samples) -> str:
    """Return the file's text: the verdict first, then what it follows from."""
    return Record(verdict=verdict, samples=samples).model_dump_json() + "\n"


def schema() -> dict[str, Any]:
    """Return the JSON schema of the file."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": "harness-gate-1", **Record.model_json_schema()}
