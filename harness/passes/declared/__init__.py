"""The built-in passes, declared. Their doors are in the modules beside this package."""

from harness.passes.declared.factorize import Factorize, FactorizeOptions
from harness.passes.declared.prune import Prune, PruneOptions
from harness.passes.declared.quantize import Quantize, QuantizeOptions

QUANTIZE, PRUNE, FACTORIZE = Quantize(), Prune(), Factorize()

__all__ = [
    "FACTORIZE",
    "PRUNE",
    "QUANTIZE",
    "Factorize",
    "FactorizeOptions",
    "Prune",
    "PruneOptions",
    "Quantize",
    "QuantizeOptions",
]
