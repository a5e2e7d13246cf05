"""The published record as sentences and tables."""
