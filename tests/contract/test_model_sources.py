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


def test_every_model_source_is_under_contract():
    assert set(SOURCES) == {"timm", "onnx", "python", "sklearn"}


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


def test_only_trees_of_scikit_learn_are_called_trees():
    trees = {
        name
        for name in ("decision_tree", "random_forest", "logistic_regression", "mlp")
        if "trees" in SOURCES["sklearn"].traits({"estimator": name})
    }
    assert trees == {"decision_tree", "random_forest"}
