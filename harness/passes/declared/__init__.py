"""The built-in passes, declared. Their doors are in the modules beside this package."""

from harness.passes.declared.cluster import Cluster, ClusterOptions
from harness.passes.declared.distill import Distill, DistillOptions
from harness.passes.declared.factorize import Factorize, FactorizeOptions
from harness.passes.declared.fuse import Fuse, FuseOptions
from harness.passes.declared.prune import Prune, PruneOptions
from harness.passes.declared.quantize import Quantize, QuantizeOptions
from harness.passes.declared.recalibrate import Recalibrate, RecalibrateOptions
from harness.passes.declared.simplify import Simplify, SimplifyOptions

QUANTIZE, PRUNE, FACTORIZE = Quantize(), Prune(), Factorize()
CLUSTER, DISTILL, FUSE, RECALIBRATE, SIMPLIFY = Cluster(), Distill(), Fuse(), Recalibrate(), Simplify()

__all__ = [
    "CLUSTER",
    "DISTILL",
    "FACTORIZE",
    "FUSE",
    "PRUNE",
    "QUANTIZE",
    "RECALIBRATE",
    "SIMPLIFY",
    "Cluster",
    "ClusterOptions",
    "Distill",
    "DistillOptions",
    "Factorize",
    "FactorizeOptions",
    "Fuse",
    "FuseOptions",
    "Prune",
    "PruneOptions",
    "Quantize",
    "QuantizeOptions",
    "Recalibrate",
    "RecalibrateOptions",
    "Simplify",
    "SimplifyOptions",
]
