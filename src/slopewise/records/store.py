"""The store: one SQLite file, or memory; opened, migrated, and the giver of transactions."""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, final

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session
from sqlalchemy.pool import StaticPool

from slopewise.errors import InputError, RecordError

__all__ = ["Store", "migrate", "open_store"]

BUSY_SECONDS = 30  # assumption: how long one writer waits for another before it gives up
OWNER_ONLY = 0o600  # patients' records: readable by their owner and nobody else
REVISION_TABLE = "alembic_version"
OWN_TABLES = frozenset({REVISION_TABLE, "patient", "visit"})  # of every revision so far


@final
class Store:
    """An open store. `transaction` is for writing, `reading` for looking."""

    def __init__(self, engine: Engine, path: Path | None) -> None:
        self.path = path
        self._engine = engine
        self._one_at_a_time = threading.RLock()

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """A session that is committed at the end, or leaves the store as it was on an error."""
        with self._session("BEGIN IMMEDIATE") as session, session.begin():
            yield session

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session to look with; what it changes is thrown away."""
        with self._session("BEGIN") as session:
            try:
                yield session
            finally:
                session.rollback()

    @contextmanager
    def trial(self) -> Iterator[Session]:
        """A session to change things in and look what comes of it; all of it is thrown away."""
        with self._session("BEGIN IMMEDIATE") as session:
            try:
                yield session
            finally:
                session.rollback()

    def close(self) -> None:
        """Let go of the file."""
        self._engine.dispose()

    @contextmanager
    def _session(self, begin: str) -> Iterator[Session]:
        if self.path is None:  # memory has one connection, so one user at a time
            with (
                self._one_at_a_time,
                Session(self._engine.execution_options(begin=begin)) as session,
            ):
                yield session
        else:
            with Session(self._engine.execution_options(begin=begin)) as session:
                yield session


def open_store(path: Path | None) -> Store:
    """Open the store at `path`, or one in memory for None; make or bring up to date its tables.

    Raises InputError where the file is no store, RecordError where it cannot be opened.
    """
    from alembic.util.exc import CommandError

    if path is not None:
        _require_store_or_nothing(path)
        _make_private(path)
    store = Store(_engine(path), path)
    try:
        with store._engine.connect() as connection:
            migrate(connection)
    except CommandError as error:
        store.close()
        raise RecordError(
            f"the store {path} was made by another version of slopewise ({error}); use that "
            "version, or a newer one"
        ) from error
    except DatabaseError as error:
        store.close()
        raise RecordError(_cannot_be_opened(path, error.orig)) from error
    return store


def migrate(connection: Connection, *, to: str = "head") -> None:
    """Bring the tables to a revision: "head" up, "base" down to nothing."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    here = Path(__file__).parent
    config.set_main_option("script_location", str(here / "migrations"))
    config.set_main_option("version_locations", str(here / "revisions"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    if to == "base":
        command.downgrade(config, to)
    else:
        command.upgrade(config, to)
    connection.commit()


def _require_store_or_nothing(path: Path) -> None:
    """Refuse a file that holds something else, before anything about it is changed."""
    if path.is_dir():
        raise InputError(
            f"{path} is a folder; give a file for the store, e.g. {path / 'slopewise.db'}"
        )
    if not path.exists() or (path.is_file() and path.stat().st_size == 0):
        return
    try:
        with closing(
            sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)
        ) as connection:
            found = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
            tables = {name for (name,) in found}
    except sqlite3.DatabaseError as error:
        if error.sqlite_errorname == "SQLITE_NOTADB":
            tables = {"something else"}
        else:
            raise RecordError(_cannot_be_opened(path, error)) from error
    if not (tables <= {REVISION_TABLE} or tables >= OWN_TABLES):
        raise InputError(
            f"{path} is not a slopewise store and was left as it is; give another path for the "
            "store"
        )


def _make_private(path: Path) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=OWNER_ONLY)
        path.chmod(OWNER_ONLY)
    except OSError as error:
        raise RecordError(
            f"the store {path} cannot be made ({error.strerror}); choose a place you may write to"
        ) from error


def _cannot_be_opened(path: Path | None, error: BaseException | None) -> str:
    return (
        f"the store {path} cannot be opened ({type(error).__name__}: {error}); close other "
        "programs that use it, check its permissions, or restore a copy"
    )


def _engine(path: Path | None) -> Engine:
    if path is None:
        engine = create_engine(
            "sqlite://",
            poolclass=StaticPool,
            connect_args={"check_same_thread": False},
            hide_parameters=True,
        )
    else:
        engine = create_engine(
            f"sqlite:///{path}",
            connect_args={"timeout": BUSY_SECONDS},
            hide_parameters=True,  # no patient's data in the message of an error
        )
    event.listen(engine, "connect", _set_pragmas)
    event.listen(engine, "begin", _begin)
    return engine


def _set_pragmas(connection: Any, _record: object) -> None:
    """Foreign keys on; a write-ahead log, so that readers and a writer do not block each other."""
    connection.isolation_level = None  # slopewise says BEGIN itself, see _begin
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")


def _begin(connection: Connection) -> None:
    """Begin with the write lock where writing is meant: no deadlock halfway."""
    connection.exec_driver_sql(connection.get_execution_options().get("begin", "BEGIN IMMEDIATE"))
