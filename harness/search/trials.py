"""What a search tried, read off its study without Optuna: the tables are Optuna's, and nothing is written to them."""

from __future__ import annotations

import json
from typing import Final, NamedTuple

import sqlalchemy as sa

from harness.store import Store

CANDIDATE: Final = "candidate"
"""The attribute of a trial that holds the candidate's label."""

_STUDIES = sa.table("studies", sa.column("study_id"), sa.column("study_name"))
_TRIALS = sa.table(
    "trials",
    *(sa.column(name) for name in ("trial_id", "number", "study_id", "state")),
    *(sa.column(name, sa.DateTime) for name in ("datetime_start", "datetime_complete")),
)
_NOTES = sa.table("trial_user_attributes", sa.column("trial_id"), sa.column("key"), sa.column("value_json"))


class Trial(NamedTuple):
    """A candidate that was tried, and the seconds spent on trials up to its end; breaks between runs are none of them."""

    candidate: str
    seconds: float


def trials(store: Store, study: str) -> list[Trial]:
    """Return what the ``study`` of a name tried, in order, each candidate at its first; nothing where there is no study."""
    with store.connect() as connection:
        if not sa.inspect(connection).has_table("trials"):
            return []
        asked = (
            sa.select(_NOTES.c.value_json, _TRIALS.c.datetime_start, _TRIALS.c.datetime_complete)
            .join_from(_TRIALS, _STUDIES, _TRIALS.c.study_id == _STUDIES.c.study_id)
            .join(_NOTES, _NOTES.c.trial_id == _TRIALS.c.trial_id)
            .where(_STUDIES.c.study_name == study, _NOTES.c.key == CANDIDATE, sa.cast(_TRIALS.c.state, sa.String) == "COMPLETE")
            .order_by(_TRIALS.c.number)
        )
        rows = connection.execute(asked).all()
    found: dict[str, Trial] = {}
    seconds = 0.0
    for note, began, ended in rows:
        seconds += (ended - began).total_seconds()
        label = json.loads(note)
        found.setdefault(label, Trial(label, round(seconds, 3)))
    return list(found.values())
