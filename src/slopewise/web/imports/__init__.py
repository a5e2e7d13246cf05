"""Bringing files in: upload, findings, and only then the import."""
