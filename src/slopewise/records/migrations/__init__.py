"""Alembic migrations of the store, run by records/store.py."""
