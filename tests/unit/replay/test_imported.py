import pytest

from harness.errors import InputError
from harness.replay.imported import Wish, find, problems


@pytest.fixture
def tables(published_table):
    right = [
        ("a.x", 224, None, {"accuracy": 0.8, "parameters": 5e6}),
        ("a.y", 224, None, {"accuracy": 0.7}),
        ("b.x", 224, None, {"accuracy": 0.6}),
    ]
    hard = [(name, size, batch, {"accuracy": values["accuracy"] / 2}) for name, size, batch, values in right[:2]]
    speed = [
        ("a", 224, 1, {"throughput": 100.0, "latency_mean": 0.01, "macs": 1e9}),
        ("b", 224, 1, {"throughput": 400.0, "latency_mean": 0.0025}),
    ]
    batched = [
        ("a", 224, 256, {"throughput": 3000.0, "latency_mean": 0.1}),
        ("b", 224, 128, {"throughput": 5000.0, "latency_mean": 0.2}),
    ]
    return [
        published_table("results-imagenet.csv", "accuracy", right, dataset="imagenet"),
        published_table("results-imagenet-a.csv", "accuracy", hard, dataset="imagenet-a"),
        published_table("benchmark-infer-fp32-cpu-i9.csv", "benchmark", speed, hardware="i9"),
        published_table("benchmark-infer-amp-rtx.csv", "benchmark", batched, hardware="rtx"),
    ]


def outline(problem, label):
    return problem.outlines[label]


def test_every_accuracy_table_is_searched_with_every_benchmark(tables):
    assert [one.name for one in problems(tables, Wish())] == [
        "imagenet × i9",
        "imagenet × rtx",
        "imagenet-a × i9",
        "imagenet-a × rtx",
    ]
    assert [one.name for one in problems(tables, Wish(benchmark="rtx", accuracy="imagenet"))] == ["imagenet × rtx"]


def test_a_model_is_a_candidate_by_its_best_weights_or_by_all(tables):
    (best,) = problems(tables, Wish("i9", "imagenet"))
    assert [one.model.label for one in best.space.candidates] == ["a.x@224", "b.x@224"]
    (every,) = problems(tables, Wish("i9", "imagenet", all_tags=True))
    assert [one.model.label for one in every.space.candidates] == ["a.x@224", "a.y@224", "b.x@224"]


def test_latencies_are_compared_only_where_every_query_carries_one_sample(tables):
    one, many = problems(tables, Wish(accuracy="imagenet"))
    assert set(one.suite.profiles[0].weights) == {"accuracy", "latency_mean"}
    assert set(many.suite.profiles[0].weights) == {"accuracy", "throughput"}
    assert one.suite.profiles[0].ranges["latency_mean"] == (0.01, 0.0025)
    assert many.suite.profiles[0].scales == {"throughput": "log"}


def test_the_accuracy_of_a_table_is_never_known_beforehand(tables):
    for one in problems(tables, Wish()):
        own = one.name.partition(" × ")[0]
        (prior,) = one.priors
        assert prior == f"accuracy {'imagenet-a' if own == 'imagenet' else 'imagenet'}"
        assert all(f"accuracy {own}" not in told for told in one.outlines.values())
    for one in problems(tables, Wish("i9", "imagenet", priors=("imagenet", "i9", "rtx"))):
        assert one.priors == ("throughput rtx",)


def test_another_version_of_the_same_table_is_no_prior_unless_it_is_named(tables, published_table):
    newer = published_table("results-imagenet-2.csv", "accuracy", [("a.x", 224, None, {"accuracy": 0.81})], dataset="imagenet")
    found = problems([*tables, newer], Wish("i9", "results-imagenet.csv"))
    assert found[0].priors == ("accuracy imagenet-a",)


def test_counts_are_known_beforehand_and_a_prior_where_it_says_something(tables):
    (one,) = problems(tables, Wish("i9", "imagenet"))
    assert outline(one, "a.x@224") == {"parameters": 5e6, "macs": 1e9, "accuracy imagenet-a": 0.4}
    assert outline(one, "b.x@224") == {}
    (none,) = problems(tables, Wish("i9", "imagenet", priors=("none",)))
    assert outline(none, "a.x@224") == {"parameters": 5e6, "macs": 1e9}
    assert none.priors == ()


def test_what_a_prior_lacks_is_the_mean_over_what_is_near(tables):
    (one,) = problems(tables, Wish("i9", "imagenet-a", priors=("imagenet", "rtx")))
    assert outline(one, "a.x@224")["accuracy imagenet"] == 0.8
    assert outline(one, "a.x@224")["throughput rtx"] == 3000.0


def test_a_table_is_meant_by_its_file_its_subject_or_a_part_that_no_other_has(tables):
    assert find(tables, "imagenet", "table").file == "results-imagenet.csv"
    assert find(tables, "results-imagenet-a.csv", "table").file == "results-imagenet-a.csv"
    assert find(tables, "amp", "table").file == "benchmark-infer-amp-rtx.csv"
    with pytest.raises(InputError, match="the store has no table 'tpu'") as caught:
        find(tables, "tpu", "table")
    assert caught.value.hint == "it has imagenet, imagenet-a, i9, rtx"
    with pytest.raises(InputError, match="2 tables are called 'infer'"):
        find(tables, "infer", "table")


def test_a_store_that_lacks_a_kind_of_table_is_told(tables):
    with pytest.raises(InputError, match="the store has no benchmark"):
        problems(tables[:2], Wish())
    with pytest.raises(InputError, match="the store has no accuracy table"):
        problems(tables[2:], Wish())


def test_tables_without_a_model_in_common_are_told(tables, published_table):
    other = published_table("results-other.csv", "accuracy", [("c.x", 224, None, {"accuracy": 0.5})], dataset="other")
    with pytest.raises(InputError, match="no model at the same image size"):
        problems([other, tables[2]], Wish())


def test_the_same_model_timed_with_several_batches_is_several_candidates(published_table):
    right = published_table("results-x.csv", "accuracy", [("a.x", 224, None, {"accuracy": 0.8})], dataset="x")
    timed = [("a", 224, batch, {"throughput": 100.0 * batch}) for batch in (1, 8)]
    (one,) = problems([right, published_table("benchmark-y.csv", "benchmark", timed, hardware="y")], Wish())
    assert [each.batch_size for each in one.space.candidates] == [1, 8]
    assert len(one.space.baselines) == 2


def test_a_suite_has_no_tables_to_choose_from():
    Wish().require_none()
    with pytest.raises(InputError, match="this is a suite"):
        Wish(benchmark="i9").require_none()
