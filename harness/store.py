"""The result store: facts, failures, runs with their raw samples, artifacts and environments.

SQLAlchemy Core over SQLite in WAL mode by default, any SQLAlchemy URL for a team; one transaction per result, so that
a kill loses at most what was being measured. It knows keys, never what they are made of.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Final

import numpy as np
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from harness.bulk import collecting_nothing
from harness.errors import StoreError
from harness.interfaces import Array
from harness.keys import digest
from harness.record import Artifact, Environment, Fact, Failure

SCHEMA_VERSION: Final = 1
KEYS_PER_QUERY: Final = 500
WHOLE: Final = 4
"""A table is read whole where it has fewer rows than so many for each key that is asked for: to find one takes as long."""

_META = sa.MetaData()
_ABOUT = sa.Table(
    "harness_about", _META, sa.Column("name", sa.String(40), primary_key=True), sa.Column("value", sa.String(200), nullable=False)
)
_WORDS = sa.Table(
    "harness_words", _META, sa.Column("name", sa.String(40), primary_key=True), sa.Column("value", sa.Text, nullable=False)
)
_FACTS = sa.Table(
    "harness_facts",
    _META,
    sa.Column("key", sa.String(40), primary_key=True),
    sa.Column("metric", sa.String(60), nullable=False, index=True),
    sa.Column("run", sa.Integer),
    sa.Column("body", sa.Text, nullable=False),
)
_RUNS = sa.Table(
    "harness_runs",
    _META,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("environment", sa.String(40), nullable=False),
    sa.Column("body", sa.Text, nullable=False),
    sa.Column("samples", sa.LargeBinary, nullable=False),
)
_DONE = sa.Table(
    "harness_done", _META, sa.Column("key", sa.String(40), primary_key=True), sa.Column("run", sa.Integer, nullable=False)
)
_FAILURES = sa.Table(
    "harness_failures", _META, sa.Column("key", sa.String(40), primary_key=True), sa.Column("body", sa.Text, nullable=False)
)
_ARTIFACTS = sa.Table(
    "harness_artifacts",
    _META,
    sa.Column("recipe", sa.String(40), primary_key=True),
    sa.Column("digest", sa.String(40), nullable=False, index=True),
    sa.Column("body", sa.Text, nullable=False),
)
_ENVIRONMENTS = sa.Table(
    "harness_environments", _META, sa.Column("id", sa.String(40), primary_key=True), sa.Column("body", sa.Text, nullable=False)
)


@dataclass(frozen=True, slots=True)
class Run:
    """One measuring process: what it reported, its environment, and the keys of the measurements it completed."""

    environment: Environment
    body: Mapping[str, Any]
    samples: bytes
    done: tuple[str, ...] = ()
    facts: tuple[Fact, ...] = ()
    instead: tuple[Fact, ...] = ()
    """Facts that take the place of those with the same keys; one with a run of its own keeps it."""


class Store:
    """An open result store; use it as a context manager."""

    def __init__(self, url: str) -> None:
        """Open the store at an SQLAlchemy ``url``, made if it is not there; raises StoreError."""
        self.url = url
        try:
            self._engine = sa.create_engine(url)
            if self._engine.dialect.name == "sqlite":
                _prepare_sqlite(self._engine)
            self._make_tables()
            self._check_version()
        except (sa.exc.SQLAlchemyError, ImportError, OSError) as error:
            reason = str(getattr(error, "orig", None) or error).splitlines()[0]
            raise StoreError(
                f"cannot open the result store {_shown(url)}: {reason}", "check --store, or move the file away"
            ) from None

    def __enter__(self) -> Store:
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None) -> None:
        self._engine.dispose()

    def _make_tables(self) -> None:
        """Make what is not there; the database looks and makes at once, since another process may be making it too."""
        with self._engine.begin() as connection:
            for table in _META.sorted_tables:
                connection.execute(sa.schema.CreateTable(table, if_not_exists=True))
                for index in table.indexes:
                    connection.execute(sa.schema.CreateIndex(index, if_not_exists=True))

    def _check_version(self) -> None:
        with self._engine.begin() as connection:
            _keep_once(connection, _ABOUT, "name", "schema_version", value=str(SCHEMA_VERSION))
            found = connection.scalar(sa.select(_ABOUT.c.value).where(_ABOUT.c.name == "schema_version"))
            if found != str(SCHEMA_VERSION):
                raise StoreError(
                    f"the store {_shown(self.url)} has schema {found}, this version reads {SCHEMA_VERSION}", "use another --store"
                )

    def connect(self) -> sa.Connection:
        """Return a connection, to look at what others keep in this database."""
        return self._engine.connect()

    def facts(self, keys: Iterable[str]) -> dict[str, Fact]:
        """Return the known facts among ``keys``, by key."""
        with collecting_nothing():
            return {key: Fact.model_validate_json(body) for key, body in self._bodies(_FACTS, keys).items()}

    def failures(self, keys: Iterable[str]) -> dict[str, Failure]:
        """Return the known failures among ``keys``, by key."""
        return {key: Failure.model_validate_json(body) for key, body in self._bodies(_FAILURES, keys).items()}

    def artifacts(self, recipes: Iterable[str]) -> dict[str, Artifact]:
        """Return the known artifacts among ``recipes``, by recipe."""
        return {key: Artifact.model_validate_json(body) for key, body in self._bodies(_ARTIFACTS, recipes, "recipe").items()}

    def done(self, keys: Iterable[str]) -> dict[str, int]:
        """Return the runs that completed the measurements among ``keys``, by key."""
        return {key: int(run) for key, run in self._bodies(_DONE, keys, body="run").items()}

    def _bodies(self, table: sa.Table, keys: Iterable[str], key: str = "key", body: str = "body") -> dict[str, Any]:
        """Return a column of the rows of a table among ``keys``; a table of which much is asked for is read whole."""
        wanted = dict.fromkeys(keys)
        rows = sa.select(table.c[key], table.c[body])
        found: dict[str, Any] = {}
        with self._engine.connect() as connection:
            if len(wanted) > KEYS_PER_QUERY and _count(connection, table) < WHOLE * len(wanted):
                return {name: told for name, told in connection.execute(rows) if name in wanted}
            names = list(wanted)
            for start in range(0, len(names), KEYS_PER_QUERY):
                some = names[start : start + KEYS_PER_QUERY]
                found.update(connection.execute(rows.where(table.c[key].in_(some))).all())
        return found

    def add_artifact(self, artifact: Artifact, facts: Sequence[Fact]) -> None:
        """Keep an artifact with the facts that follow from its files."""
        with self._engine.begin() as connection:
            connection.execute(sa.delete(_ARTIFACTS).where(_ARTIFACTS.c.recipe == artifact.recipe))
            body = artifact.model_dump_json()
            connection.execute(sa.insert(_ARTIFACTS).values(recipe=artifact.recipe, digest=artifact.digest, body=body))
            self._add_facts(connection, facts, None)

    def add_run(self, run: Run) -> int:
        """Keep a run with its samples, its facts and what it completed, in one transaction; return its number."""
        with self._engine.begin() as connection:
            _keep_once(connection, _ENVIRONMENTS, "id", run.environment.id, body=run.environment.model_dump_json())
            made = connection.execute(
                sa.insert(_RUNS).values(environment=run.environment.id, body=json.dumps(run.body), samples=run.samples)
            )
            number = int(made.inserted_primary_key[0]) if made.inserted_primary_key else 0
            for key in run.done:
                _keep_once(connection, _DONE, "key", key, run=number)
            self._add_facts(connection, run.facts, number)
            connection.execute(sa.delete(_FACTS).where(_FACTS.c.key.in_([fact.key for fact in run.instead])))
            for fact in run.instead:
                self._add_facts(connection, [fact], fact.run or number)
        return number

    def add_facts(self, run: int, facts: Sequence[Fact]) -> None:
        """Keep facts that follow from a run that is kept already."""
        with self._engine.begin() as connection:
            self._add_facts(connection, facts, run)

    def add_failure(self, failure: Failure) -> None:
        """Keep a failure; the latest of a key stays."""
        with self._engine.begin() as connection:
            connection.execute(sa.delete(_FAILURES).where(_FAILURES.c.key == failure.key))
            connection.execute(sa.insert(_FAILURES).values(key=failure.key, body=failure.model_dump_json()))

    def forget_failures(self, keys: Iterable[str]) -> None:
        """Forget failures, so that their candidates are tried again."""
        with self._engine.begin() as connection:
            connection.execute(sa.delete(_FAILURES).where(_FAILURES.c.key.in_(list(keys))))

    def _add_facts(self, connection: sa.Connection, facts: Sequence[Fact], run: int | None) -> None:
        for fact in facts:
            body = fact.model_copy(update={"run": run}).model_dump_json()
            _keep_once(connection, _FACTS, "key", fact.key, metric=fact.metric, run=run, body=body)

    def samples(self, run: int) -> dict[str, Array]:
        """Return the raw samples of a run by name, durations in seconds in the order they were taken."""
        with self._engine.connect() as connection:
            blob = connection.scalar(sa.select(_RUNS.c.samples).where(_RUNS.c.id == run))
        if blob is None:
            raise StoreError(f"the store {_shown(self.url)} has no run {run}")
        with np.load(io.BytesIO(blob), allow_pickle=False) as file:
            return {name: file[name] for name in file.files}

    def run(self, number: int) -> dict[str, Any]:
        """Return what the process of a run reported."""
        with self._engine.connect() as connection:
            body = connection.scalar(sa.select(_RUNS.c.body).where(_RUNS.c.id == number))
        if body is None:
            raise StoreError(f"the store {_shown(self.url)} has no run {number}")
        found: dict[str, Any] = json.loads(body)
        return found

    def runs_in(self, beginning: str) -> list[int]:
        """Return the runs in environments whose identity begins so, in the order they were kept."""
        begins = _RUNS.c.environment.startswith(beginning, autoescape=True)
        with self._engine.connect() as connection:
            return list(connection.scalars(sa.select(_RUNS.c.id).where(begins).order_by(_RUNS.c.id)))

    def facts_of(self, run: int) -> list[Fact]:
        """Return the facts that rest on a run."""
        with self._engine.connect() as connection:
            bodies = connection.scalars(sa.select(_FACTS.c.body).where(_FACTS.c.run == run).order_by(_FACTS.c.key))
            return [Fact.model_validate_json(body) for body in bodies]

    def remember(self, name: str, value: str) -> None:
        """Keep a word about something by its name; the latest stays."""
        row = {"name": digest(name), "value": value}
        with self._engine.begin() as connection:
            connection.execute(sa.delete(_WORDS).where(_WORDS.c.name == row["name"]))
            connection.execute(sa.insert(_WORDS).values(row))

    def recall(self, name: str) -> str | None:
        """Return the word that was kept about ``name``, None where there is none."""
        with self._engine.connect() as connection:
            found: str | None = connection.scalar(sa.select(_WORDS.c.value).where(_WORDS.c.name == digest(name)))
            return found

    def keys(self) -> dict[str, set[str]]:
        """Return the keys of everything in the store, by what it is."""
        tables = {"facts": _FACTS.c.key, "done": _DONE.c.key, "failures": _FAILURES.c.key, "artifacts": _ARTIFACTS.c.recipe}
        with self._engine.connect() as connection:
            return {name: set(connection.scalars(sa.select(column))) for name, column in tables.items()}


def missing_file(url: str) -> Path | None:
    """Return the file of a SQLite ``url`` where it is not there; None of all else, which only opening it can tell."""
    try:
        parsed = sa.make_url(url)
    except sa.exc.ArgumentError:
        return None
    file = Path(parsed.database or "")
    is_file = parsed.get_backend_name() == "sqlite" and parsed.database not in (None, "", ":memory:") and not parsed.query
    return file if is_file and not file.exists() else None


def _count(connection: sa.Connection, table: sa.Table) -> int:
    return connection.scalar(sa.select(sa.func.count()).select_from(table)) or 0


def _keep_once(connection: sa.Connection, table: sa.Table, key: str, value: str, /, **columns: Any) -> None:
    """Insert a row unless its key is there: what is known stays as it was first measured.

    Left to the database where it can do it, since another process may insert between a look and an insert.
    """
    values = {key: value, **columns}
    name = connection.dialect.name
    if name == "sqlite":
        connection.execute(sqlite.insert(table).values(values).on_conflict_do_nothing(index_elements=[key]))
    elif name == "postgresql":
        connection.execute(postgresql.insert(table).values(values).on_conflict_do_nothing(index_elements=[key]))
    elif connection.scalar(sa.select(sa.literal(1)).select_from(table).where(table.c[key] == value)) is None:
        connection.execute(sa.insert(table).values(values))


def _shown(url: str) -> str:
    """Return a database URL without its password."""
    try:
        return str(sa.make_url(url))
    except sa.exc.ArgumentError:
        return repr(url)


def _prepare_sqlite(engine: sa.Engine) -> None:
    path = engine.url.database
    if path and path != ":memory:":
        Path(path).parent.mkdir(parents=True, exist_ok=True)

    @sa.event.listens_for(engine, "connect")
    def _settings(connection: Any, record: Any) -> None:
        cursor = connection.cursor()
        cursor.execute("PRAGMA busy_timeout=30000")
        cursor.execute("PRAGMA journal_mode=WAL")
        cursor.execute("PRAGMA synchronous=NORMAL")
        cursor.close()
