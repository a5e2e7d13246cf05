"""SQLAlchemy tables, one file per domain noun."""
