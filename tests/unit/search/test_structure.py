import pytest

from harness.search.structure import Structure, chain, family, family_of, number
from harness.space import expand
from harness.spec import Candidate, Choice


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("resnet18", "resnet"),
        ("tf_efficientnet_b0.in1k", "efficientnet"),
        ("test_resnet", "resnet"),
        ("vit_tiny_patch16_224", "vit"),
        ("123", "123"),
        ("", ""),
    ],
)
def test_a_family_is_what_a_name_begins_with(name, expected):
    assert family(name) == expected


def test_families_of_other_sources_are_others():
    models = (Choice(part=part, label="mlp", options={"name": "mlp"}) for part in ("timm", "sklearn"))
    assert len({family_of(model) for model in models}) == 2


def test_candidates_of_one_kind_are_asked_for_the_same_options_and_what_is_not_set_is_the_default():
    plain, set_ = ({}, {"threads": 2})
    made = [
        Candidate(model=Choice(part="m", label="m"), runtime=Choice(part="r", label=f"r{i}", options=options))
        for i, options in enumerate((plain, set_))
    ]
    structure = Structure(made)
    threads = [{step.name: step for step in structure.steps(one)}["r.threads"] for one in made]
    assert [(step.value, step.number) for step in threads] == [("default", None), ("2", 2.0)]


def test_a_pass_that_stands_twice_in_a_chain_has_options_of_its_own_each_time():
    passes = tuple(Choice(part="prune", label=f"prune{ratio}", options={"ratio": ratio}) for ratio in (0.2, 0.4))
    one = Candidate(model=Choice(part="m", label="m"), passes=passes, runtime=Choice(part="r", label="r"))
    steps = {step.name: step.number for step in Structure([one]).steps(one)}
    assert (steps["prune.ratio"], steps["prune(2).ratio"]) == (0.2, 0.4)
    assert chain(one) == "prune+prune"


def test_no_two_candidates_of_a_suite_have_the_same_steps(quickstart, registry):
    candidates = expand(quickstart, registry).candidates
    structure = Structure(candidates)
    assert len({structure.steps(one) for one in candidates}) == len(candidates)
    assert len({structure.steps(one)[:-1] for one in candidates}) == len(candidates), "here even without the label"


@pytest.mark.parametrize(("value", "expected"), [(1, 1.0), (0.5, 0.5), (True, None), ("1", None), (None, None)])
def test_only_quantities_are_numbers(value, expected):
    assert number(value) == expected
