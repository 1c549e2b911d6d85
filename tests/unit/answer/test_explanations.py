"""What an answer tells of explanations, from arrays with a planted truth."""

import json

import jsonschema
import numpy as np
import pytest

from harness.answer import explanations
from harness.explained import GAMES
from harness.facts.explanations import Explained, Explanations
from harness.ledger import Known

LABELS = np.array([0, 1, 0, 1])
ABOUT = {"asked": 4, "layout": [3], "task": "classification", "columns": ["a", "b", "c"], "classes": ["no", "yes"], "shape": [3]}


def arrays(decided, rows=(5, 6, 7, 8), labels=LABELS):
    n = len(rows)
    rng = np.random.default_rng(0)
    return {
        "rows": np.array(rows),
        "labels": labels[:n],
        "decided": np.array(decided[:n]),
        "scores": np.stack([1 - np.array(decided[:n]), decided[:n]], axis=1).astype(np.float32),
        "attributions": rng.normal(size=(n, 3)).astype(np.float32),
        "games": np.tile(np.linspace(0.9, 0.1, len(GAMES)), (n, 1)).astype(np.float32),
        "seen": rng.normal(size=(n, 3)).astype(np.float32),
        "mean": np.array([1 / 3, 0, 1], dtype=np.float32),
    }


class Evidence:
    """What was explained, by label."""

    def __init__(self, **found):
        self.found = found

    def explanation(self, one):
        return self.found.get(one.candidate)


@pytest.fixture
def told():
    """Return what is told of candidates, each with arrays of its own, in that order."""

    def made(**found):
        several = {name: one if isinstance(one, tuple) else (ABOUT, one) for name, one in found.items()}
        known = {name: Known(name, None) for name in several}
        return explanations.explanations(list(several), known, Evidence(**several))

    return made


def test_one_sample_is_right_one_wrong_and_one_divides_the_candidates(told):
    found = told(mine=arrays([0, 1, 1, 1]), other=arrays([0, 1, 1, 0]))
    assert {sample["why"]: sample["row"] for sample in found["samples"]} == {"right": 5, "wrong": 7, "divided": 8}


def test_the_same_samples_are_shown_of_all(told):
    found = told(mine=arrays([0, 1, 1, 1]), other=arrays([0, 1, 1, 0]))
    for sample in found["samples"]:
        assert sample["by"].keys() == {"mine", "other"}
    assert found["samples"][2]["by"]["mine"]["decided"] != found["samples"][2]["by"]["other"]["decided"]


def test_only_samples_that_all_were_asked_are_shown(told):
    found = told(mine=arrays([0, 1, 1, 1]), other=arrays([0, 0], rows=(6, 5), labels=np.array([1, 0])))
    assert {sample["row"] for sample in found["samples"]} <= {5, 6}
    other = next(sample for sample in found["samples"] if sample["row"] == 6)["by"]["other"]
    assert other["scores"] == [1.0, 0.0]


def test_what_is_always_right_has_no_wrong_sample_and_agreement_none_that_divides(told):
    found = told(mine=arrays(LABELS), other=arrays(LABELS))
    assert [sample["why"] for sample in found["samples"]] == ["right"]


def test_the_largest_error_of_a_regression_is_what_is_wrong(told):
    targets = np.array([[1.0], [2.0], [3.0], [4.0]])
    one = arrays([0, 0, 0, 0]) | {"labels": targets, "scores": np.array([[1.0], [2.2], [9.0], [4.1]])}
    found = told(mine=one)
    assert {sample["why"]: sample["row"] for sample in found["samples"]} == {"right": 5, "wrong": 7}
    assert found["samples"][1]["label"] == 3.0


def test_where_nothing_was_explained_there_is_nothing(told):
    assert told() is None
    assert told(mine=({"failed": "planted"}, {})) is None


def test_what_failed_is_left_out_beside_what_did_not(told):
    found = told(bad=({"failed": "planted"}, {}), mine=arrays(LABELS))
    assert found["samples"][0]["by"].keys() == {"mine"}


def test_models_that_can_be_read_are_told_with_curves_that_can_be_seen(told):
    cuts, scores = np.arange(200.0), np.repeat(np.arange(201.0)[:, None], 1, axis=1)
    term = {"columns": [0], "cuts": cuts.tolist(), "missing": [0.0], "scores": scores.tolist()}
    glass = {"kind": "additive", "complexity": 2, "terms": [term, {"columns": [0, 1]}]}
    found = told(mine=(ABOUT | {"glass": glass}, arrays(LABELS)), other=arrays(LABELS))
    assert found["models"].keys() == {"mine"}
    curve, pair = found["models"]["mine"]["terms"]
    assert len(curve["scores"]) == explanations.STEPS == len(curve["cuts"]) + 1
    assert pair == {"columns": [0, 1]}
    for cut, before, after in zip(curve["cuts"], curve["scores"], curve["scores"][1:], strict=False):
        assert before[0] <= cut < after[0], "each step begins where its own score begins"


def test_what_is_told_is_plain_and_fits_the_schema(told):
    found = told(mine=(ABOUT | {"glass": {"kind": "linear", "complexity": 3}}, arrays([0, 1, 1, 1])))
    jsonschema.validate(json.loads(json.dumps(found, allow_nan=False)), Explanations.model_json_schema())
    assert found["background"] == [0.3333, 0.0, 1.0]


def test_how_a_candidate_was_explained_fits_the_schema():
    evidence = Evidence(mine=(ABOUT, arrays(LABELS)), bad=({"failed": "planted"}, {}))
    found = explanations.told(Known("mine", None), evidence)
    Explained.model_validate(found)
    assert found["samples"] == 4
    assert explanations.told(Known("bad", None), evidence) is None
    assert explanations.told(Known("none", None), evidence) is None


def test_why_figures_are_absent_is_told():
    evidence = Evidence(bad=({"failed": "planted"}, {}), mine=(ABOUT, arrays(LABELS)))
    assert explanations.absent(Known("bad", None), evidence)["interpretability"] == "not explained: planted"
    assert explanations.absent(Known("ruled", None, unexplained="no gradients"), evidence)["interpretability"] == "no gradients"
    assert explanations.absent(Known("later", None), evidence) == {}
    known = Known("mine", None, facts={"interpretability": None})
    assert "interpretability" not in explanations.absent(known, evidence)
    assert "explanation_stability" in explanations.absent(known, evidence)
