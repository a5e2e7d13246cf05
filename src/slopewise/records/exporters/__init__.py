"""The store's contents as files."""
