"""Published accuracies beside models: ``{timm: resnet18, prior: 69.8 %}``, or one for each of several names.

They are told beside what is measured and change nothing: no option of the part, no label, no key.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from harness import units
from harness.interfaces import Part
from harness.spec import Choice
from harness.suitefile.suggest import suggest
from harness.suitefile.yaml_text import Path, Reading

PRIOR: Final = "prior"
_SHARE: Final = {"anyOf": [{"type": "number"}, {"type": "string"}], "unit": units.SHARE, "examples": ["69.8 %"]}
SCHEMA: Final[Mapping[str, Any]] = {
    "description": "published accuracy, shown beside the measured one; of several models by name",
    "anyOf": [_SHARE, {"type": "object", "additionalProperties": _SHARE}],
}


def reader(given: Any, part: Part, names: Any, reading: Reading, at: Path) -> Callable[[Choice], Choice]:
    """Return what adds the prior in ``given`` to a choice; mistakes go to ``reading``. ``names``: the subject's values."""
    known = [str(name) for name in (names if isinstance(names, list) else [names])]
    if isinstance(given, dict):
        for name in given:
            if str(name) not in known:
                reading.mistake((*at, str(name)), f"no model {name!r} here", suggest(str(name), known))
        found = {str(name): _share(value, reading, (*at, str(name))) for name, value in given.items()}
    else:
        if len(known) > 1:
            reading.mistake(at, f"is one figure for {len(known)} models", f"like {{{known[0]}: {given}}}")
        found = dict.fromkeys(known, _share(given, reading, at))
    subject = part.subject or ""
    return lambda choice: choice.model_copy(update={PRIOR: found.get(str(choice.options.get(subject)))})


def _share(value: Any, reading: Reading, at: Path) -> float | None:
    try:
        share = units.parse(value, units.SHARE)
    except ValueError as error:
        reading.mistake(at, str(error))
        return None
    if not 0 <= share <= 1:
        reading.mistake(at, f"an accuracy is 0 to 100 %, got {value}", f"{value} %" if 1 < share <= 100 else None)
    return share
