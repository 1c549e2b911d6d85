import io
import sqlite3
import subprocess
import sys
import threading
from contextlib import closing
from dataclasses import replace

import numpy as np
import pytest
import sqlalchemy as sa

from harness.errors import StoreError
from harness.record import Failure
from harness.store import KEYS_PER_QUERY, SCHEMA_VERSION, WHOLE, Run, Store, missing_file


def npz(**arrays):
    buffer = io.BytesIO()
    np.savez_compressed(buffer, **arrays)
    return buffer.getvalue()


@pytest.fixture
def url(tmp_path):
    return f"sqlite:///{tmp_path / 'results' / 'harness.db'}"


@pytest.fixture
def store(url):
    with Store(url) as opened:
        yield opened


@pytest.fixture
def run(environment, fact):
    def made(*facts, done=("task-1",), samples=None, instead=()):
        return Run(environment, {"found": {"load_time": 1.5}}, samples or npz(single_stream=np.ones(3)), done, facts, instead)

    return made


def test_a_file_that_is_not_there_is_known_before_opening_would_make_it(url, tmp_path):
    assert missing_file(url) == tmp_path / "results" / "harness.db"
    assert not (tmp_path / "results").exists()
    with Store(url):
        assert missing_file(url) is None


@pytest.mark.parametrize(
    "url", ["sqlite://", "sqlite:///:memory:", "sqlite:///file:x?uri=true", "postgresql://host/name", "no url"]
)
def test_what_is_no_file_is_left_to_who_opens_it(url):
    assert missing_file(url) is None


def test_a_fact_is_kept_as_it_was_first_measured(store, run, fact):
    first = store.add_run(run(fact("accuracy", 0.9, key="k")))
    second = store.add_run(run(fact("accuracy", 0.5, key="k"), fact("size", 7, key="s")))
    facts = store.facts(["k", "s", "other"])
    assert {key: (one.value, one.run) for key, one in facts.items()} == {"k": (0.9, first), "s": (7, second)}


def test_a_fact_may_take_the_place_of_another_with_the_run_it_comes_from(store, run, fact):
    first = store.add_run(run(fact("latency_p50", 0.9, key="new"), fact("latency_p90", 0.9, key="kept")))
    kept = store.facts(["kept"])["kept"].model_copy(update={"tries": 2})
    second = store.add_run(run(instead=(fact("latency_p50", 0.5, key="new"), kept), done=()))
    facts = store.facts(["new", "kept"])
    assert {key: (one.value, one.run, one.tries) for key, one in facts.items()} == {
        "new": (0.5, second, 1),
        "kept": (0.9, first, 2),
    }
    assert store.keys()["facts"] == {"new", "kept"}


def test_runs_are_found_by_how_their_environment_begins_with_the_facts_that_rest_on_them(store, run, fact):
    first = store.add_run(run(fact("size", 7, key="s"), fact("accuracy", 0.9, key="k")))
    other = store.add_run(replace(run(done=()), environment=run().environment.model_copy(update={"id": "other%1"})))
    assert store.runs_in("machine") == [first]
    assert store.runs_in("other%") == [other]
    assert store.runs_in("%") == []
    assert [one.key for one in store.facts_of(first)] == ["k", "s"]
    assert store.facts_of(other) == []


def test_a_replacement_that_cannot_be_written_whole_changes_nothing(store, run, fact):
    store.add_run(run(fact("latency_p50", 0.9, key="k")))
    with pytest.raises(Exception, match="NOT NULL"):
        store.add_run(run(instead=(fact("latency_p50", 0.5, key="k"),), done=(None,)))
    assert store.facts(["k"])["k"].value == 0.9


def test_a_fact_that_was_never_there_can_be_put_in_its_place(store, run, fact):
    number = store.add_run(run(instead=(fact("latency_p50", 0.5, key="k"),)))
    assert store.facts(["k"])["k"].run == number


def test_a_fact_comes_back_as_it_went_in(store, run, fact):
    went = fact("latency_p90", 0.1 + 0.2, 1e-9, key="k")
    went = went.model_copy(update={"quality": "throttled", "provenance": "counter", "tries": 3, "processes": 2})
    number = store.add_run(run(went))
    assert store.facts(["k"])["k"] == went.model_copy(update={"run": number})


def test_what_a_run_completed_is_known_after_the_store_is_opened_again(url, run):
    with Store(url) as store:
        number = store.add_run(run(done=("a", "b")))
    with Store(url) as store:
        assert store.done(["a", "b", "c"]) == {"a": number, "b": number}


def test_more_keys_than_fit_one_query_are_found(store, run, fact):
    names = [f"k{i}" for i in range(2 * KEYS_PER_QUERY + 3)]
    store.add_run(run(*(fact("size", 1, key=name) for name in names), done=tuple(names)))
    assert set(store.facts(names)) == set(store.done(names)) == set(names)
    assert store.facts([]) == {}


@pytest.mark.parametrize(("others", "queries"), [(0, 2), (WHOLE * 2 * KEYS_PER_QUERY, 4)], ids=["most of it", "a part of it"])
def test_a_table_is_read_whole_where_most_of_it_is_asked_for_and_the_rest_of_it_is_not_returned(store, run, others, queries):
    names = [f"k{i}" for i in range(2 * KEYS_PER_QUERY + 3)]
    store.add_run(run(done=(*names, "other", *(f"other{i}" for i in range(others)))))
    asked = []
    sa.event.listen(store._engine, "before_cursor_execute", lambda *about: asked.append(about[2]))
    assert set(store.done([*names, "nobody's", *names])) == set(names)
    assert len(asked) == queries


def test_few_keys_are_one_query(store, run):
    store.add_run(run(done=("a", "b")))
    asked = []
    sa.event.listen(store._engine, "before_cursor_execute", lambda *about: asked.append(about[2]))
    assert set(store.done(["a", "nobody's"])) == {"a"}
    assert len(asked) == 1


def test_raw_samples_come_back_in_order(store, run):
    durations = np.random.default_rng(0).random(662)
    number = store.add_run(run(samples=npz(single_stream=durations, single_stream_warm_up=durations[:10])))
    found = store.samples(number)
    assert np.array_equal(found["single_stream"], durations)
    assert np.array_equal(found["single_stream_warm_up"], durations[:10])


def test_what_a_run_reported_comes_back(store, run):
    assert store.run(store.add_run(run())) == {"found": {"load_time": 1.5}}


@pytest.mark.parametrize("ask", ["samples", "run"])
def test_a_run_that_is_not_there_is_one_clear_line(store, ask):
    with pytest.raises(StoreError, match="has no run 7"):
        getattr(store, ask)(7)


def test_a_failure_is_replaced_by_the_latest_and_can_be_forgotten(store):
    store.add_failure(Failure(key="a", kind="crashed", stage="load", message="first"))
    store.add_failure(Failure(key="a", kind="timed_out", stage="measure", message="second", log="words"))
    store.add_failure(Failure(key="b", kind="crashed", stage="load", message="other"))
    assert store.failures(["a"])["a"].message == "second"
    store.forget_failures(["a"])
    assert set(store.failures(["a", "b"])) == {"b"}


def test_an_artifact_is_found_by_its_recipe_with_the_facts_of_its_files(store, artifact, fact):
    store.add_artifact(artifact, [fact("size", 1000, key="s")])
    assert store.artifacts(["recipe", "other"]) == {"recipe": artifact}
    assert store.facts(["s"])["s"].run is None
    made_again = artifact.model_copy(update={"folder": "/elsewhere"})
    store.add_artifact(made_again, [fact("size", 1, key="s")])
    assert store.artifacts(["recipe"])["recipe"].folder == "/elsewhere"
    assert store.facts(["s"])["s"].value == 1000


def test_the_keys_are_those_of_all_that_is_in_it(store, run, fact, artifact):
    store.add_artifact(artifact, [fact("size", 1000, key="s")])
    store.add_run(run(fact("accuracy", 0.9, key="k"), done=("a",)))
    store.add_failure(Failure(key="f", kind="crashed", stage="load", message="m"))
    assert store.keys() == {"facts": {"s", "k"}, "done": {"a"}, "failures": {"f"}, "artifacts": {"recipe"}}


def test_a_run_that_cannot_be_written_whole_leaves_nothing(store, run, fact):
    broken = run(fact("size", 1, key="k"), done=("a", None))
    with pytest.raises(Exception, match="NOT NULL"):
        store.add_run(broken)
    assert store.keys() == {"facts": set(), "done": set(), "failures": set(), "artifacts": set()}
    assert store.runs_in("") == []


def test_two_threads_that_write_the_same_fact_lose_nothing(url, run, fact):
    with Store(url) as one, Store(url) as two:
        writers = [
            threading.Thread(
                target=lambda s=s, n=n: [s.add_run(run(fact("size", i, key=f"{n}-{i}"), done=(f"{n}-{i}",))) for i in range(20)]
            )
            for n, s in enumerate((one, two))
        ]
        for writer in writers:
            writer.start()
        for writer in writers:
            writer.join()
        assert len(one.runs_in("")) == 40
        assert len(one.keys()["facts"]) == 40


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("nonsense", "Could not parse"),
        ("nosuchdb://host/x", "nosuchdb"),
        ("", "Could not parse"),
        ("sqlite:////proc/no/such/place.db", "No such file"),
    ],
)
def test_a_store_that_cannot_be_opened_is_one_clear_line(url, words):
    with pytest.raises(StoreError, match="cannot open the result store") as caught:
        Store(url)
    assert words in caught.value.message
    assert "\n" not in caught.value.message


def test_a_file_that_is_no_database_is_one_clear_line(tmp_path):
    (tmp_path / "a.db").write_bytes(b"this is a text of some length, and no database at all" * 50)
    with pytest.raises(StoreError, match="not a database") as caught:
        Store(f"sqlite:///{tmp_path / 'a.db'}")
    assert "\n" not in caught.value.message


@pytest.mark.parametrize("version", [str(SCHEMA_VERSION + 1), "newest"])
def test_a_store_of_another_schema_is_refused(url, tmp_path, version):
    Store(url).__exit__(None, None, None)
    connection = sqlite3.connect(tmp_path / "results" / "harness.db")
    with connection:
        connection.execute("UPDATE harness_about SET value = ? WHERE name = 'schema_version'", (version,))
    connection.close()
    with pytest.raises(StoreError, match=f"has schema {version}, this version reads {SCHEMA_VERSION}"):
        Store(url)


def test_a_password_is_not_told(tmp_path):
    with pytest.raises(StoreError) as caught:
        Store("nosuchdb://user:secret@host/base")
    assert "secret" not in caught.value.message


def test_many_that_open_a_new_store_at_once_all_get_it(tmp_path):
    code = "import sys; from harness.store import Store\nwith Store(sys.argv[1]) as store: print(len(store.runs_in('')))"
    for attempt in range(3):
        url = f"sqlite:///{tmp_path / f'{attempt}.db'}"
        opened = [
            subprocess.Popen([sys.executable, "-c", code, url], stdout=subprocess.PIPE, stderr=subprocess.PIPE) for _ in range(6)
        ]
        assert [one.communicate() for one in opened] == [(b"0\n", b"")] * 6


def test_the_latest_word_about_something_is_kept_by_its_name(store):
    assert store.recall("a search") is None
    store.remember("a search", "trials")
    store.remember("a search", "settled")
    store.remember("another", "space")
    assert (store.recall("a search"), store.recall("another")) == ("settled", "space")


def test_long_words_are_kept_in_a_store_that_was_made_when_words_were_short(tmp_path):
    file = tmp_path / "harness.db"
    with closing(sqlite3.connect(file)) as connection:  # PostgreSQL holds a VARCHAR to its length, SQLite a CHECK
        connection.execute("CREATE TABLE harness_about (name VARCHAR(40) PRIMARY KEY, value TEXT CHECK (length(value) <= 200))")
    with Store(f"sqlite:///{file}") as store:
        store.remember("an answer", "long " * 100)
        assert store.recall("an answer") == "long " * 100
