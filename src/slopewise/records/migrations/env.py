"""Alembic's entry: runs the migrations on the connection that records/store.py hands over."""

from typing import Literal

from alembic import context

from slopewise.records.schema.declarations import StoreTable, Utc
from slopewise.records.schema.tables import ALL_TABLES

__all__: list[str] = []


def _render(kind: str, item: object, _context: object) -> str | Literal[False]:
    """Instants are plain date-times in a migration, so that it never changes with our code."""
    return "sa.DateTime()" if kind == "type" and isinstance(item, Utc) else False


def run() -> None:
    """Run on the given connection, in batch mode (SQLite cannot alter a table in place)."""
    assert ALL_TABLES  # all tables are declared, so that a comparison sees them
    context.configure(
        connection=context.config.attributes["connection"],
        target_metadata=StoreTable.metadata,
        render_as_batch=True,
        compare_type=True,
        render_item=_render,
    )
    with context.begin_transaction():
        context.run_migrations()


run()
