import pytest

from harness.registry import Registry
from harness.testing import DatasetContract

DATASETS = Registry.load().datasets


class TestDigits(DatasetContract):
    @pytest.fixture
    def part(self):
        return DATASETS["digits"]


class TestMnist5k(DatasetContract):
    @pytest.fixture
    def part(self):
        return DATASETS["mnist5k"]


class TestBreastCancer(DatasetContract):
    @pytest.fixture
    def part(self):
        return DATASETS["breast_cancer"]


class TestWine(DatasetContract):
    @pytest.fixture
    def part(self):
        return DATASETS["wine"]


class TestNpz(DatasetContract):
    @pytest.fixture
    def part(self):
        return DATASETS["npz"]

    @pytest.fixture
    def options(self):
        return {"file": "own.npz"}


class TestNpzTargets(TestNpz):
    @pytest.fixture
    def options(self):
        return {"file": "targets.npz"}


class TestNpzTargetsOfWholeNumbers(TestNpz):
    @pytest.fixture
    def options(self):
        return {"file": "own.npz", "task": "regression"}


class TestNpzPairs(TestNpz):
    @pytest.fixture
    def options(self):
        return {"file": "pairs.npz"}


class TestNpzRecords(TestNpz):
    @pytest.fixture
    def options(self):
        return {"file": "records.npz", "inputs": ["mask", "ids"]}


class TestImageFolder(DatasetContract):
    @pytest.fixture
    def part(self):
        return DATASETS["image_folder"]

    @pytest.fixture
    def options(self):
        return {"folder": "images"}


class TestRandom(DatasetContract):
    @pytest.fixture
    def part(self):
        return DATASETS["random"]

    @pytest.fixture
    def options(self):
        return {"shape": [3, 10, 12], "classes": 4}


class TestRandomRows(TestRandom):
    @pytest.fixture
    def options(self):
        return {"shape": 7}


def test_every_dataset_is_under_contract():
    assert set(DATASETS) == {"digits", "mnist5k", "breast_cancer", "wine", "npz", "image_folder", "random"}
