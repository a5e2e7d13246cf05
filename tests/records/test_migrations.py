"""The migrations make exactly the tables that the program uses, and can be undone."""

from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, create_engine, inspect

from slopewise.records.file_tables import TABLES
from slopewise.records.schema.declarations import StoreTable
from slopewise.records.schema.tables import ALL_TABLES, FILE_TABLES
from slopewise.records.store import migrate


@pytest.fixture
def connection(tmp_path: Path):
    engine = create_engine(f"sqlite:///{tmp_path / 'store.db'}")
    with engine.connect() as connection:
        yield connection
    engine.dispose()


def constraints(connection: Connection, table: str) -> dict[str, str]:
    """Checks, uniques, foreign keys and indexes of a table, by name."""
    inspector = inspect(connection)
    found = {str(c["name"]): str(c["sqltext"]) for c in inspector.get_check_constraints(table)}
    found |= {
        str(k["name"]): f"{k['constrained_columns']} -> {k['referred_table']}"
        for k in inspector.get_foreign_keys(table)
    }
    found |= {
        str(u["name"]): str(u["column_names"]) for u in inspector.get_unique_constraints(table)
    }
    found |= {
        str(i["name"]): f"{i['column_names']} {i['unique']} "
        f"{i.get('dialect_options', {}).get('sqlite_where')}"
        for i in inspector.get_indexes(table)
    }
    return found


def test_migrated_tables_are_those_of_the_program(connection: Connection) -> None:
    migrate(connection)
    context = MigrationContext.configure(connection, opts={"compare_type": True})
    assert compare_metadata(context, StoreTable.metadata) == []


def test_migrated_constraints_are_those_of_the_program(
    connection: Connection, tmp_path: Path
) -> None:
    migrate(connection)
    engine = create_engine(f"sqlite:///{tmp_path / 'declared.db'}")
    StoreTable.metadata.create_all(engine)
    with engine.connect() as declared:
        for table in ALL_TABLES:
            name = table.__tablename__
            assert constraints(connection, name) == constraints(declared, name)
    engine.dispose()


def test_every_constraint_has_a_name(connection: Connection) -> None:
    migrate(connection)
    names = [n for table in ALL_TABLES for n in constraints(connection, table.__tablename__)]
    assert names
    assert "None" not in names


def test_migration_goes_down_to_nothing_and_up_again(connection: Connection) -> None:
    migrate(connection)
    migrate(connection, to="base")
    assert inspect(connection).get_table_names() == ["alembic_version"]
    migrate(connection)
    assert {t.__tablename__ for t in ALL_TABLES} <= set(inspect(connection).get_table_names())


def test_every_table_knows_creation_voiding_and_source() -> None:
    for table in ALL_TABLES:
        columns = set(table.__table__.columns.keys())
        assert {"created", "voided", "void_reason"} <= columns
        without_source = {"import_run", "provenance", "assessment"}
        assert "provenance_id" in columns or table.__tablename__ in without_source


def test_every_column_of_a_file_has_its_place_in_the_store() -> None:
    for layout in TABLES:
        stored = set(FILE_TABLES[layout.name].__table__.columns.keys())
        elsewhere = {"patient_id", "product_id"}  # kept as keys of their own tables
        assert set(layout.column_names) - elsewhere <= stored
