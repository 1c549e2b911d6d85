import pytest

from harness.suitefile.yaml_text import NODES_AT_MOST, place, read


def messages(text):
    reading = read(text)
    return [(one.place, one.line, one.message) for one in reading.mistakes]


def test_plain_values_are_read_with_their_lines():
    reading = read("a: 1\nb:\n  - x\n  - {c: 2.5}\n")
    assert reading.value == {"a": 1, "b": ["x", {"c": 2.5}]}
    assert not reading.mistakes
    assert reading.lines["b", 1, "c"] == 4


def test_a_place_is_written_as_people_write_it():
    assert place(("passes", 2, 0, "prune", "ratio")) == "passes[2][0].prune.ratio"
    assert place(()) == "suite"


def test_a_key_that_stands_twice_is_a_mistake_with_both_lines():
    assert messages("a: 1\nb: 2\na: 3\n") == [("a", 1, "the key stands twice (again in line 3)")]


@pytest.mark.parametrize("text", ["", "# nothing\n"])
def test_an_empty_file_says_so(text):
    (place_, _, message), *rest = messages(text)
    assert not rest
    assert place_ == "suite"
    assert message == "the file is empty"


def test_what_is_no_yaml_is_one_mistake_with_its_line():
    ((where, line, message),) = messages("a: 1\nb: [1, 2\nc: 3\n")
    assert (where, line) == ("suite", 3)
    assert message.startswith("not readable as YAML")


@pytest.mark.parametrize("text", ["\0", "a: \0", "a: '\\ud800'\x01", "%YAML 9.9\n---\na: 1", "a: *nowhere", "a: 1\n---\nb: 2\n"])
def test_broken_text_is_one_mistake(text):
    assert len(messages(text)) == 1


@pytest.mark.parametrize(
    "value",
    ["!foo 1", "!foo {a: 1}", "!foo [1]", "!!python/object/apply:os.system ['true']", "!!python/name:os.system", "!!set {a, b}"],
)
def test_a_tag_is_refused_on_any_kind_of_value(value):
    reading = read(f"a: 1\nb: {value}\n")
    ((where, line),) = {(one.place, one.line) for one in reading.mistakes}
    assert (where, line) == ("b", 2)


@pytest.mark.parametrize(
    "value", ["!!int ''", "!!float ''", "!!int x", "!!bool maybe", "!!float 1.2.3", "!!seq x", "!!map x", "!!set x"]
)
def test_a_value_that_is_not_what_its_tag_says_is_a_mistake(value):
    assert [where for where, _, _ in messages(f"a: {value}\n")] == ["a"]


@pytest.mark.parametrize("value", ["1" + "0" * 5000, "0x" + "f" * 4000, "1" + "0" * 400, "-0x" + "f" * 40])
def test_a_number_beyond_any_use_is_a_mistake(value):
    assert [where for where, _, _ in messages(f"a: {value}\n")] == ["a"]


def test_dates_stay_text():
    assert read("a: 2024-01-02\n").value == {"a": "2024-01-02"}


def test_nesting_without_end_is_a_mistake():
    for text in ("[" * 5000, "a: " + "[" * 5000 + "]" * 5000, "{a: " * 3000):
        assert [message for _, _, message in messages(text)]


def test_a_value_that_refers_to_itself_is_a_mistake():
    ((_, _, message),) = messages("a: &a [*a]\n")
    assert "refers to itself" in message


def test_aliases_that_multiply_are_cut_short():
    lines = ["a0: &a0 [1, 2, 3, 4, 5, 6, 7, 8, 9]"]
    lines += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]" for i in range(1, 12)]
    assert messages("\n".join(lines)) == [("suite", 1, f"more than {NODES_AT_MOST:,} values")]


def test_many_different_mistakes_are_told_in_reasonable_time():
    reading = read("\n".join(f"k{i}: !foo {i}" for i in range(20_000)))
    assert len(reading.mistakes) == 20_000
