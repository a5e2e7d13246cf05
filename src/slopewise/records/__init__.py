"""The store: tables, importers, queries, provenance."""
