"""What became of a process or an exception, in one word and one line."""

import pytest

from harness import faults
from harness.errors import InputError, JobError, UnavailableError
from harness.faults import classify, describe, died, kills_for_memory
from harness.record import FAILURE_KINDS

ORT = "[ONNXRuntimeError] : 6 : RUNTIME_EXCEPTION : Non-zero status code returned while running Conv node. Status Message: "
ARENA = (
    f"{ORT}bfc_arena.cc:376 void* onnxruntime::BFCArena::AllocateRawInternal(size_t, bool, onnxruntime::Stream*) "
    "Failed to allocate memory for requested buffer of size 983040000"
)


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (JobError("nan_output", "", "x"), "nan_output"),
        (UnavailableError("x"), "missing_package"),
        (ModuleNotFoundError("x"), "missing_package"),
        (InputError("x"), "bad_input"),
        (NotImplementedError(), "unsupported"),
        (RuntimeError("[ONNXRuntimeError] : 9 : NOT_IMPLEMENTED : x"), "unsupported"),
        (RuntimeError("Check 'false' failed: No conversion rule found for operations: TreeEnsemble"), "unsupported"),
        (RuntimeError("INVALID_ARGUMENT : Got invalid dimensions for input: x"), "bad_input"),
        (RuntimeError("CUDA error: an illegal memory access was encountered"), "failed"),
        (RuntimeError("CUBLAS_STATUS_EXECUTION_FAILED when calling cublasSgemm"), "failed"),
        (ValueError("anything else"), "failed"),
    ],
)
def test_an_exception_is_classified_by_its_type_and_then_by_its_words(error, kind):
    assert classify(error) == kind


OutOfMemoryError = type("OutOfMemoryError", (RuntimeError,), {})
"""As ``torch.OutOfMemoryError``."""


@pytest.mark.parametrize(
    "error",
    [
        OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB. GPU 0 has a total capacity of 79.11 GiB"),
        RuntimeError("CUDA error: out of memory"),
        RuntimeError("CUDA driver error: CUDA_ERROR_OUT_OF_MEMORY"),
        RuntimeError("CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`"),
        RuntimeError("cuDNN error: CUDNN_STATUS_ALLOC_FAILED"),
        RuntimeError(f"{ORT}CUDA failure 2: out of memory ; GPU=0 ; expr=cudaMalloc((void**)&p, size);"),
    ],
)
@pytest.mark.parametrize("device", ["cpu", "cuda:0"])
def test_memory_of_the_device_is_known_by_the_devices_name(error, device):
    assert classify(error, device) == "out_of_device_memory"


@pytest.mark.parametrize(
    "error",
    [
        MemoryError(),
        MemoryError("Unable to allocate 2.00 GiB for an array with shape (16384, 16384) and data type float64"),
        RuntimeError("std::bad_alloc"),
        RuntimeError("[enforce fail at alloc_cpu.cpp:127] err == 0. DefaultCPUAllocator: can't allocate memory: you tried"),
        RuntimeError("DefaultCPUAllocator: not enough memory: you tried to allocate 983040000 bytes."),
        RuntimeError(f"{ORT}std::bad_alloc"),
    ],
)
@pytest.mark.parametrize("device", ["cpu", "cuda:0"])
def test_memory_of_the_machine_is_the_machines_wherever_the_model_runs(error, device):
    assert classify(error, device) == "out_of_memory"


@pytest.mark.parametrize(("device", "kind"), [("cpu", "out_of_memory"), ("cuda:0", "out_of_device_memory")])
def test_onnx_runtimes_arena_speaks_of_the_memory_of_the_device_it_runs_on(device, kind):
    assert classify(RuntimeError(ARENA), device) == kind


def test_a_description_is_one_line_with_the_type_unless_it_is_our_own():
    assert describe(ValueError("a\n b")) == "ValueError: a b"
    assert describe(MemoryError()) == "MemoryError: MemoryError"
    assert describe(InputError("a line")) == "a line"
    assert len(describe(ValueError("x" * 5000))) < 700


@pytest.mark.parametrize(
    ("code", "words"),
    [(-11, "SIGSEGV"), (-6, "SIGABRT"), (-35, "signal 35"), (1, "exit status 1"), (0, "exit status 0")],
)
def test_a_silent_end_is_told_by_its_status(code, words):
    kind, message = died(code, kills_before=0)
    assert kind == "crashed"
    assert words in message


@pytest.mark.parametrize(
    ("before", "after", "kind", "words"),
    [
        (3, 4, "out_of_memory", "because memory ran out"),
        (3, 3, "killed", "from outside"),
        (None, 3, "out_of_memory", "as the system does"),
        (3, None, "out_of_memory", "as the system does"),
    ],
)
def test_a_killed_process_ran_out_of_memory_only_if_the_kernel_killed_one_for_it_or_keeps_no_count(
    monkeypatch, before, after, kind, words
):
    monkeypatch.setattr(faults, "kills_for_memory", lambda: after)
    found, message = died(-9, before)
    assert found == kind
    assert words in message
    assert "\n" not in message


def test_every_kind_that_is_told_is_a_known_one():
    told = {died(code, 0)[0] for code in (-11, 1)} | {died(-9, None)[0], died(-9, 2**62)[0]}
    told |= {classify(error) for error in (MemoryError(), RuntimeError("CUDA out of memory"), ValueError(), ImportError())}
    assert told <= set(FAILURE_KINDS)


def test_kills_are_counted_by_the_kernel(tmp_path):
    counters = tmp_path / "vmstat"
    counters.write_text("nr_free_pages 7\noom_kill 12\noom_kill_other 99\n")
    assert kills_for_memory(counters) == 12


def test_a_kernel_that_keeps_no_count_of_kills_tells_none(tmp_path):
    assert kills_for_memory(tmp_path / "none") is None
    (tmp_path / "vmstat").write_text("nr_free_pages 7\n")
    assert kills_for_memory(tmp_path / "vmstat") is None
