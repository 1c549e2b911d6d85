from typing import get_args

import pytest

from harness.errors import InputError
from harness.registry import Registry
from harness.testing import ModelSourceContract

SOURCES = Registry.load().models


class TestTimm(ModelSourceContract):
    @pytest.fixture
    def part(self):
        return SOURCES["timm"]

    @pytest.fixture
    def options(self):
        return {"name": "test_resnet", "checkpoint": "mine.py"}


class TestOnnx(ModelSourceContract):
    @pytest.fixture
    def part(self):
        return SOURCES["onnx"]

    @pytest.fixture
    def options(self):
        return {"file": "model.onnx"}


class TestPython(ModelSourceContract):
    @pytest.fixture
    def part(self):
        return SOURCES["python"]

    @pytest.fixture
    def options(self):
        return {"function": "mine:make"}


class TestSklearn(ModelSourceContract):
    @pytest.fixture
    def part(self):
        return SOURCES["sklearn"]

    @pytest.fixture
    def options(self):
        return {"estimator": "mlp"}


class TestEbm(ModelSourceContract):
    @pytest.fixture
    def part(self):
        return SOURCES["ebm"]


def test_every_model_source_is_under_contract():
    assert set(SOURCES) == {"timm", "onnx", "python", "sklearn", "ebm"}


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("timm", {"name": "test_resnet", "checkpoint": "gone.pth"}),
        ("onnx", {"file": "gone.onnx"}),
        ("python", {"function": "gone_module:make"}),
    ],
)
def test_a_file_that_is_not_there_is_one_clear_line(name, options, folder):
    with pytest.raises(InputError, match="gone") as caught:
        SOURCES[name].files(options, folder)
    assert "\n" not in caught.value.message


def test_every_estimator_says_what_it_is_made_of():
    kinds = get_args(SOURCES["sklearn"].options.model_fields["estimator"].annotation)
    made = {name: sorted(SOURCES["sklearn"].traits({"estimator": name})) for name in kinds}
    trees = ("decision_tree", "random_forest", "extra_trees", "gradient_boosting", "hist_gradient_boosting")
    layers, samples = ("logistic_regression", "ridge", "linear_svc", "linear_svr", "mlp"), ("svc", "svr", "knn")
    wanted = {"trees": trees, "layers": layers, "samples": samples}
    assert made == {name: [trait] for trait, names in wanted.items() for name in names}


@pytest.mark.parametrize(
    ("estimator", "params", "needed"),
    [
        ("svc", {"C": 2.0, "kernel": "poly"}, False),
        ("svc", {"probability": True}, True),
        ("knn", {"n_neighbors": 3, "weights": "distance"}, False),
        ("knn", {"metric": "euclidean"}, False),
        ("knn", {"metric": "manhattan"}, True),
        ("knn", {"p": 1}, True),
    ],
)
def test_settings_that_only_the_library_writes_take_its_operators(estimator, params, needed):
    traits = SOURCES["sklearn"].traits({"estimator": estimator, "params": params})
    assert ("ml_operators" in traits) == needed
