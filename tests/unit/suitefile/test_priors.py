"""Published accuracies: told beside a model, and part of nothing else."""

import pytest

TWO = {"timm": ["resnet18", "resnet34"]}


def priors(suite):
    return {choice.label: choice.prior for choice in suite.models}


def test_one_figure_belongs_to_one_model(settle, small):
    small["models"] = [
        {"timm": "resnet18", "prior": "69.8 %"},
        {"timm": {"name": "resnet34", "prior": 0.733}},
        {"sklearn": "mlp"},
    ]
    assert priors(settle(small)) == {"resnet18": pytest.approx(0.698), "resnet34": 0.733, "mlp": None}


def test_several_names_have_a_figure_each_whatever_else_is_an_axis(settle, small):
    small["models"] = [TWO | {"image_size": [64, 96], "prior": {"resnet18": "69.8 %"}}]
    assert {label.partition(":")[0]: prior for label, prior in priors(settle(small)).items()} == {
        "resnet18": pytest.approx(0.698),
        "resnet34": None,
    }
    assert len(settle(small).models) == 4


def test_it_changes_no_label_no_option_and_no_record(settle, small):
    small["models"] = [{"timm": "resnet18"}]
    (plain,) = settle(small).models
    small["models"] = [{"timm": "resnet18", "prior": "69.8 %"}]
    (told,) = settle(small).models
    assert told.prior
    assert told.model_dump_json() == plain.model_dump_json()
    assert "prior" not in told.model_dump()


@pytest.mark.parametrize(
    ("model", "mistake"),
    [
        (TWO | {"prior": "70 %"}, ("models[0].prior", "is one figure for 2 models")),
        (TWO | {"prior": {"resnet81": "70 %"}}, ("models[0].prior.resnet81", "no model 'resnet81' here")),
        ({"timm": "resnet18", "prior": 69.8}, ("models[0].prior", "an accuracy is 0 to 100 %, got 69.8")),
        ({"timm": "resnet18", "prior": "70 ms"}, ("models[0].prior", "'ms' is no unit of this quantity; use one of %, pp")),
    ],
)
def test_a_figure_that_cannot_be_is_told_with_its_place(mistakes_in, small, model, mistake):
    small["models"] = [model]
    assert mistakes_in(small) == [mistake]


def test_only_models_have_one(mistakes_in, small):
    small["runtimes"] = [{"onnxruntime": {"prior": 0.5}}]
    assert mistakes_in(small) == [("runtimes[0].onnxruntime.prior", "unknown key")]
