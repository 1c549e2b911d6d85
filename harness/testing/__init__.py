"""What a part must keep, as test classes to inherit; and stand-ins for time and for a model.

Somebody who writes a part tests it like this, with fixtures that say which part and with which options::

    class TestMyRuntime(RuntimeContract):
        @pytest.fixture
        def part(self):
            return MY_RUNTIME

Measuring processes import the fakes too (``harness.testing:load_fake`` is a runtime's door), so nothing here imports
anything heavy at its top.
"""

from harness.testing.explainer_contracts import ExplainerContract
from harness.testing.fakes import FakeClock, FakeSession, load_fake, profile_fake
from harness.testing.part_contracts import DatasetContract, ModelSourceContract, PartContract, PassContract
from harness.testing.reference import (
    REFERENCE_CLASSES,
    REFERENCE_SHAPE,
    reference_batch,
    reference_scores,
    write_reference,
)
from harness.testing.runtime_contracts import RuntimeContract
from harness.testing.scenario_contracts import ProbedScenarioContract, ScenarioContract

__all__ = [
    "REFERENCE_CLASSES",
    "REFERENCE_SHAPE",
    "DatasetContract",
    "ExplainerContract",
    "FakeClock",
    "FakeSession",
    "ModelSourceContract",
    "PartContract",
    "PassContract",
    "ProbedScenarioContract",
    "RuntimeContract",
    "ScenarioContract",
    "load_fake",
    "profile_fake",
    "reference_batch",
    "reference_scores",
    "write_reference",
]
