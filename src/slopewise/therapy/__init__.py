"""The cell product, its doses, routes and adverse events."""
