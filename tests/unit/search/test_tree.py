import pytest

from harness.search.tree import Tree
from harness.space import expand


class Chooser:
    """A trial that chooses as it is told, and remembers what it was asked."""

    def __init__(self, wanted):
        self.wanted, self.asked = wanted, {}

    def suggest_categorical(self, name, choices):
        assert name not in self.asked
        self.asked[name] = tuple(choices)
        return self.wanted[name]


@pytest.fixture
def candidates(quickstart, registry):
    return expand(quickstart, registry).candidates


def test_the_parameters_of_every_candidate_lead_back_to_it(candidates):
    tree = Tree(candidates)
    for candidate in candidates:
        trial = Chooser(tree.parameters(candidate))
        assert tree.suggest(trial) == candidate
        assert set(trial.asked) == set(trial.wanted)


def test_no_two_candidates_have_the_same_parameters(candidates):
    tree = Tree(candidates)
    assert len({tuple(sorted(tree.parameters(one).items())) for one in candidates}) == len(candidates)


def test_a_parameter_always_stands_for_the_same_choices(candidates):
    tree, seen = Tree(candidates), {}
    for candidate in candidates:
        trial = Chooser(tree.parameters(candidate))
        tree.suggest(trial)
        for name, choices in trial.asked.items():
            assert seen.setdefault(name, choices) == choices
    assert {name.partition("#")[0] for name in seen} == {
        "family",
        "model",
        "passes",
        "runtime",
        "onnxruntime.threads",
        "openvino.threads",
        "batch_size",
    }


def test_a_level_with_one_choice_is_not_asked_for(candidates):
    one = candidates[:1]
    assert Tree(one).parameters(one[0]) == {}
    assert Tree(one).suggest(Chooser({})) == one[0]
