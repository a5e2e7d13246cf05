"""Designs of trials as TOML files: reading with the line of every error, and templates."""
