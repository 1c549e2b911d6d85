"""Every error this package raises on purpose.

HarnessError                    one line that says what and where, and a hint that says what to do
├── SuiteError                  the suite file is wrong: all its mistakes, each with its place
├── InputError                  a file, folder, model or option of the user's does not fit
├── NoBaselineError             what a gate was to compare with is not there, or cannot be compared
├── UnavailableError            a package, device or download is not there
├── StoreError                  the result store cannot be opened or read
├── JobError                    a job in another process ended without a result: classified
└── OutOfTimeError              the run's minutes are over; what was in work is left for the next run

Only ``harness.cli`` turns an error into text and an exit code.
"""

from __future__ import annotations

from dataclasses import dataclass


class HarnessError(Exception):
    """Something the user can act on."""

    def __init__(self, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


@dataclass(frozen=True, slots=True)
class Mistake:
    """One thing wrong in a file: where, what, and what to write instead."""

    place: str
    message: str
    hint: str | None = None
    line: int | None = None

    def __str__(self) -> str:
        where = f"{self.place} (line {self.line})" if self.line else self.place
        return f"{where}: {self.message}" + (f" — {self.hint}" if self.hint else "")


class SuiteError(HarnessError):
    """A suite file that cannot be used, with every mistake found in it."""

    def __init__(self, path: str, mistakes: tuple[Mistake, ...]) -> None:
        count = f"{len(mistakes)} mistake" + ("s" if len(mistakes) != 1 else "")
        super().__init__(f"{path}: {count}")
        self.mistakes = mistakes


class InputError(HarnessError):
    """A user's file, folder, model or option that does not fit what was asked of it."""


class NoBaselineError(HarnessError):
    """A baseline that is not there, or that nothing of the candidate can be compared with."""


class UnavailableError(HarnessError):
    """A package, device or download that is needed and not there."""


class StoreError(HarnessError):
    """A result store that cannot be opened, read or written."""


class JobError(HarnessError):
    """A job in another process that ended without a result.

    ``kind`` is one of ``record.FAILURE_KINDS``; ``log`` is the end of what the process printed.
    """

    def __init__(self, kind: str, stage: str, message: str, log: str = "") -> None:
        super().__init__(message)
        self.kind = kind
        self.stage = stage
        self.log = log


class OutOfTimeError(HarnessError):
    """The wall-clock budget of a run ended while a candidate was in work: no fault of the candidate's."""
