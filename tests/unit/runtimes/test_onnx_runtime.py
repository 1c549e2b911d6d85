"""What a session of ONNX Runtime does while nothing is asked of it."""

import time

import numpy as np
import pytest

from harness.runtimes.declared import ONNXRUNTIME
from harness.runtimes.onnx_runtime import OrtSession
from tests.gated import model


@pytest.mark.parametrize("count", [50])
def test_threads_that_wait_use_no_processor_time_where_they_must_not_spin(tmp_path, count):
    model(tmp_path / "model.onnx", np.ones((64, 10), np.float32), detours=2)
    session = OrtSession(tmp_path / "model.onnx", {"threads": 2, **ONNXRUNTIME.idle_options}, "cpu")
    batch = np.ones((64, 1, 8, 8), np.float32)
    idle = 0.0
    for _ in range(count):
        session.run(batch)
        before = time.process_time()
        time.sleep(0.01)
        idle += time.process_time() - before
    assert idle < 0.1 * count * 0.01
