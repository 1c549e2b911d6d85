import pytest

from harness.errors import InputError
from harness.replay.stores import imported, is_store
from harness.store import Store


@pytest.fixture
def database(tmp_path):
    with Store(f"sqlite:///{tmp_path / 'some.db'}"):
        pass
    return tmp_path / "some.db"


def test_a_database_is_a_store_whatever_it_is_called_and_a_suite_is_none(database, tmp_path):
    assert is_store(str(database))
    assert is_store("postgresql://host/base")
    (tmp_path / "suite.yaml").write_text("name: small\n")
    assert not is_store(str(tmp_path / "suite.yaml"))


def test_what_is_not_there_is_told_and_not_made(tmp_path):
    with pytest.raises(InputError, match="there is no file"):
        is_store(str(tmp_path / "other.db"))
    with pytest.raises(InputError, match="is a folder"):
        is_store(str(tmp_path))
    assert not list(tmp_path.iterdir())


def test_a_store_without_tables_says_how_to_import_some(database):
    with pytest.raises(InputError, match="has no imported table") as caught:
        imported(str(database))
    assert caught.value.hint == "harness import timm FILES"
