"""Which candidate a user means."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.errors import InputError
from harness.labels import NEAR, find

LABELS = (
    "resnet@onnxruntime:threads=1/b1",
    "resnet@onnxruntime:threads=1/b16",
    "resnet+prune:0.5@onnxruntime:threads=1/b1",
    "resnet+prune:0.5+quantize:static@openvino/b1",
    "forest@onnxruntime:threads=1/b1",
)


@pytest.mark.parametrize(
    ("wanted", "label"),
    [
        ("resnet@onnxruntime:threads=1/b1", LABELS[0]),
        ("forest", LABELS[4]),
        ("resnet+prune:0.5@", LABELS[2]),
        ("openvino", LABELS[3]),
        ("prune threads=1/b1", LABELS[2]),
        ("static prune", LABELS[3]),
        ("/b16", LABELS[1]),
        ("  forest  b1 ", LABELS[4]),
    ],
)
def test_a_label_its_beginning_or_words_that_it_alone_holds_find_it(wanted, label):
    assert find(wanted, LABELS) == label


def test_a_whole_label_is_meant_even_where_another_begins_so():
    assert find(LABELS[0], LABELS) == LABELS[0]


def test_several_are_told_a_few_of_them_by_name():
    with pytest.raises(InputError, match=r"^4 candidates hold 'resnet': (\S+, ){2}\S+ and 1 more$") as caught:
        find("resnet", LABELS)
    assert caught.value.hint == "say more of the one that is meant"
    with pytest.raises(InputError, match=r"^2 candidates hold 'prune': \S+, \S+$"):
        find("prune", LABELS)


def test_a_typing_error_is_answered_with_what_is_near():
    with pytest.raises(InputError, match="no candidate 'forrest@onnxruntime'") as caught:
        find("forrest@onnxruntime", LABELS)
    assert caught.value.hint.startswith("near are ")
    assert LABELS[4] in caught.value.hint
    assert caught.value.hint.count(", ") < NEAR


@pytest.mark.parametrize("wanted", ["", "   ", "%%%", "~"])
def test_what_is_like_nothing_is_answered_with_where_labels_are(wanted):
    with pytest.raises(InputError) as caught:
        find(wanted, LABELS)
    assert caught.value.hint == "harness recommend prints labels"


@given(st.lists(st.text("ab+@/1 ", min_size=1, max_size=8).filter(str.strip), min_size=1, max_size=6, unique=True), st.data())
def test_every_label_finds_itself(labels, data):
    label = data.draw(st.sampled_from(labels))
    assert find(label, labels) == label


@given(st.text(max_size=12), st.lists(st.text("ab+@/1", min_size=1, max_size=8), max_size=6, unique=True))
def test_whatever_is_typed_finds_a_label_that_holds_it_or_is_refused_in_a_line(wanted, labels):
    try:
        found = find(wanted, labels)
    except InputError as error:
        assert "\n" not in error.message.replace(repr(wanted), "")
        assert error.hint
    else:
        assert all(word in found for word in wanted.split())
