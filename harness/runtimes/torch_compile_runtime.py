"""PyTorch's compiler: the exported program as C++ for each shape of its input that it meets, with the weights frozen.

The first query compiles. What it compiles is kept in the folder that ``TORCHINDUCTOR_CACHE_DIR`` names; a later process that
finds it there still traces and lowers the program, some seconds, but calls no C++ compiler.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
import torch._dynamo
import torch._dynamo.config as dynamo
import torch._inductor.compile_fx  # what torch.compile imports when first called: no part of compiling the model
import torch._inductor.config as inductor
import torch.ao.quantization.fx._decomposed  # registers the operators of int8 programs: 10 ms beside the above
from torch._inductor.cpp_builder import get_cpp_compiler

from harness.errors import UnavailableError
from harness.runtimes.torch_program import ProgramSession, loaded


def load(folder: Path, options: Mapping[str, Any], device: str) -> ProgramSession:
    """Return a session on the artifact in ``folder``; it is compiled when it is first asked."""
    if device == "cpu":
        _need_compiler()
    mode = str(options.get("mode", "default"))
    _settle(mode)
    module = loaded(folder / "model.pt2", options, device)
    if any("quantized_decomposed" in str(node.target) for node in module.graph.nodes):
        _know_integers()
    compiled = torch.compile(module, dynamic=False, fullgraph=True)
    return ProgramSession(compiled, device, str(options.get("precision", "f32")), {"mode": mode})


def _need_compiler() -> None:
    """Raise UnavailableError where no C++ compiler is found: the compiler would say so at the end of its work."""
    try:
        get_cpp_compiler()
    except Exception as error:  # InvalidCxxCompiler, or what starting a program raises
        raise UnavailableError("torch_compile needs a C++ compiler, and there is none here", "apt-get install g++") from error


def _know_integers() -> None:
    """Let inductor make integer kernels: torchao adds its patterns for them when it is imported, which takes a second."""
    import torchao.quantization.pt2e.quantizer.x86_inductor_quantizer  # noqa: F401


def _settle(mode: str) -> None:
    """Set the compiler up: in this process alone, one kernel after the other, and never silently back to eager execution."""
    inductor.freezing = True
    inductor.max_autotune = mode == "max-autotune"
    inductor.compile_threads = 1  # processes beside this one would take the cores of what is measured
    dynamo.suppress_errors = False
    dynamo.fail_on_recompile_limit_hit = True
