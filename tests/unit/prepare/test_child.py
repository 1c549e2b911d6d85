"""What the preparing process makes of an error: memory that ran out is told as such, however deep it lies."""

import pytest

from harness.errors import InputError, JobError
from harness.prepare.child import _kind


def raised(*errors):
    """Return the last of ``errors``, each raised from the one before."""
    cause = None
    for error in errors:
        error.__cause__, cause = cause, error
    return cause


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (JobError("nan_output", "prepare", "x"), "nan_output"),
        (InputError("x"), "bad_input"),
        (ValueError("x"), "failed"),
        (raised(MemoryError(), JobError("export_failed", "prepare", "x")), "out_of_memory"),
        (raised(RuntimeError("std::bad_alloc"), ValueError("y"), InputError("x")), "out_of_memory"),
        (raised(RuntimeError("CUDA out of memory."), JobError("export_failed", "prepare", "x")), "out_of_device_memory"),
        (raised(ValueError("y"), JobError("export_failed", "prepare", "x")), "export_failed"),
    ],
)
def test_memory_that_ran_out_is_told_whatever_was_made_of_it_on_the_way_up(error, kind):
    assert _kind(error) == kind
