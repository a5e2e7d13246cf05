"""Pages of the published record."""
