"""The search for a culprit, whatever line it is in and whatever cannot be told."""

from hypothesis import given
from hypothesis import strategies as st

from harness.gate.bisection import most, search


@st.composite
def lines(draw, unknown=True):
    """Give a number of commits, the culprit among them, and those that cannot be told."""
    commits = draw(st.integers(1, 300))
    culprit = draw(st.integers(0, commits - 1))
    return commits, culprit, draw(st.sets(st.integers(0, commits - 2), max_size=20)) if unknown and commits > 1 else set()


def answering(culprit, unknown=frozenset(), asked=None):
    def ask(at):
        if asked is not None:
            asked.append(at)
        return "unknown" if at in unknown else "worse" if at >= culprit else "fine"

    return ask


@given(lines(unknown=False))
def test_the_culprit_is_found_with_no_more_questions_than_halving_takes(line):
    commits, culprit, _ = line
    asked = []
    assert list(search(commits, answering(culprit, asked=asked)).suspects) == [culprit]
    assert len(asked) <= most(commits)


@given(lines())
def test_the_culprit_is_among_the_suspects_and_all_others_of_them_cannot_be_told(line):
    commits, culprit, unknown = line
    asked = []
    found = search(commits, answering(culprit, unknown, asked))
    assert culprit in found.suspects
    assert {*found.suspects[:-1]} <= unknown
    assert len(asked) == len(set(asked)) <= most(commits) + len(unknown)


@given(st.integers(1, 50), st.sampled_from(("fine", "unknown")))
def test_a_line_whose_last_commit_is_not_worse_has_no_culprit(commits, answer):
    found = search(commits, lambda at: answer)
    assert (list(found.suspects), found.asked) == ([], {commits - 1: answer})
