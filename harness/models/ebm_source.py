"""Explainable boosting machines (Lou et al., KDD 2012 and 2013; Nori et al., 2019), fitted on the training split.

Their sum of tables is written as a graph by ``ebm_graph``, and checked like any other classifier's.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from interpret.glassbox import ExplainableBoostingClassifier, ExplainableBoostingRegressor

from harness.bench import Bench, Work
from harness.errors import InputError
from harness.models import ebm_graph, sklearn_source
from harness.models.declared_ebm import EbmOptions


def build(options: Mapping[str, Any], bench: Bench) -> Work:
    """Return the fitted machine as an ONNX graph from rows to class probabilities, or to values."""
    wish = EbmOptions.model_validate(dict(options))
    if bench.data.shape is None:
        raise InputError("an explainable boosting machine takes samples of one size", "use transform: native, or another dataset")
    logging.getLogger("interpret").setLevel(logging.WARNING)  # it tells of each step, a thousand lines a fit
    kind = ExplainableBoostingRegressor if bench.data.task == "regression" else ExplainableBoostingClassifier
    model = kind(
        feature_types=["continuous"] * math.prod(bench.data.shape),  # said, so that it does not depend on the values
        n_jobs=1,  # its processes would outlive a limit of time
        random_state=bench.seed,
        **wish.model_dump(),
    )
    work = sklearn_source.export(model, bench)
    return replace(work, notes={**work.notes, "ebm": ebm_graph.terms(model)})
