"""What is made of two revisions before anything is timed, with planted artifacts and answers."""

import io

import numpy as np
import pytest

from harness.errors import NoBaselineError
from harness.gating import arms as module
from harness.gating.arms import ArmError, Making
from harness.gating.revised import Revised, pairs
from harness.launch import Outcome
from harness.record import Artifact, Preprocess
from harness.registry import Registry
from harness.suitefile import loads

REGISTRY = Registry.load()
LABELS = np.arange(40) % 10
RIGHT = np.eye(10, dtype=np.float32)[LABELS]


def revised(folder, models="{sklearn: decision_tree}", dataset="digits"):
    text = f"""
name: one
workload: {{dataset: {dataset}}}
models: [{models}]
runtimes: [onnxruntime]
profiles: {{any: {{weights: {{size: 1}}, range: {{size: [1 kB, 1 MB]}}}}}}
"""
    return Revised.of(loads(text, REGISTRY, folder), REGISTRY, "here", {})


@pytest.fixture
def made(tmp_path, monkeypatch):
    """Make the one case of two suites, whose artifacts and scores are planted, the baseline's first."""

    def contest(baseline, candidate, artifacts=({}, {}), scores=(RIGHT, RIGHT)):
        names = {}

        class Planted:
            def __init__(self, *words):
                self.number = len(names)
                names[self.number] = None

            def __enter__(self):
                return self

            def __exit__(self, *words):
                pass

            def make(self, plan, say, left):
                arm = "ba"[self.number]  # the candidate's is made first
                (tmp_path / arm).mkdir()
                more = {"digest": arm, **artifacts["ab".index(arm)]}
                shape = {"sample_shape": (64,), "classes": 10, "preprocess": Preprocess(), "inputs": ""}
                return Artifact(**{"recipe": "r", "format": "onnx", "folder": str(tmp_path / arm), "size": 1, **shape, **more})

        def measure(job, limit, folder):
            arm = "ab".index(job["artifact"].split("/")[-2])
            file = io.BytesIO()
            np.savez(file, predictions=scores[arm], labels=LABELS)
            return Outcome({}, file.getvalue(), [], "")

        monkeypatch.setattr(module, "Workshop", Planted)
        monkeypatch.setattr(module.launch, "measure", measure)
        making = Making(tmp_path, tmp_path / "place", False, "here", lambda case, text: None)
        (found,) = making.contests(baseline, candidate, pairs(baseline, candidate, (), ()))
        return found

    return contest


def counts(contest):
    return {one.name: (one.baseline, one.candidate) for one in contest.exact}


def test_a_count_that_the_baseline_lacks_is_new_and_one_that_the_candidate_lacks_is_missing(made, tmp_path):
    one = revised(tmp_path)
    found = made(one, one, ({"parameters": 5, "notes": {"census": {"operators": 3}}}, {"macs": 7, "notes": {"census": {}}}))
    assert counts(found) == {"size": (1, 1), "parameters": (5, None), "macs": (None, 7), "operators": (3, None)}
    assert {one.name for one in found.exact if one.declared} == {"macs"}


def test_the_idle_options_of_the_runtime_are_given_to_every_arm(made, tmp_path):
    one = revised(tmp_path)
    assert [job["options"]["spinning"] for job in made(one, one).jobs.values()] == [False, False]


@pytest.mark.parametrize("digests", ["ab", "aa"])
def test_that_both_arms_have_the_same_artifact_is_known(made, tmp_path, digests):
    one = revised(tmp_path)
    assert made(one, one, tuple({"digest": digest} for digest in digests)).same == (digests == "aa")


def test_answers_are_held_against_labels(made, tmp_path):
    one, wrong = revised(tmp_path), RIGHT.copy()
    wrong[:4] = wrong[1:5]
    told = made(one, one, scores=(RIGHT, wrong)).accuracy
    assert (told.both, told.lost, told.gained, told.neither) == (36, 4, 0, 0)


def test_scores_of_another_shape_break_the_run(made, tmp_path):
    one = revised(tmp_path)
    with pytest.raises(ArmError, match=r"gives scores of shape \(40, 9\), the baseline of \(40, 10\)") as told:
        made(one, one, scores=(RIGHT, RIGHT[:, :9]))
    assert (told.value.broken.arm, told.value.broken.kind) == ("candidate", "wrong_output")


def test_without_labels_scores_must_be_alike(made, tmp_path):
    (tmp_path / "model.onnx").touch()
    one = revised(tmp_path, "{onnx: model.onnx}", "{random: {shape: [1, 8, 8], classes: 10}}")
    assert made(one, one).accuracy is None


def test_without_labels_scores_that_differ_break_the_run(made, tmp_path):
    (tmp_path / "model.onnx").touch()
    one = revised(tmp_path, "{onnx: model.onnx}", "{random: {shape: [1, 8, 8], classes: 10}}")
    with pytest.raises(ArmError, match=r"scores differ from the baseline's by 1\.4"):
        made(one, one, scores=(RIGHT, np.roll(RIGHT, 1, axis=0)))


def test_other_data_is_no_baseline(made, tmp_path):
    with pytest.raises(NoBaselineError, match="different data"):
        made(revised(tmp_path), revised(tmp_path, dataset="wine"))
